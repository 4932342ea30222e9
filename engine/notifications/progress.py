"""How far the passes of this room are, by name: one row each, which is also the lock of whoever does that pass."""

from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.database import UTCDateTime
from engine.notifications.tables import reminder_progress as progress

READ = select(progress.c.value).where(progress.c.name == bindparam("n"))
HOLD = READ.with_for_update(skip_locked=True)
ADD = {
    "sqlite": sqlite.insert(progress).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(progress).on_conflict_do_nothing(),
}
SAVE = update(progress).where(progress.c.name == bindparam("n")).values(
    value=bindparam("said"), at=bindparam("now", type_=UTCDateTime))


def read(c: Connection, name: str) -> dict[str, Any]:
    """What was noted last; nothing yet reads as an empty mapping."""
    row = c.execute(READ, {"n": name}).first()
    return dict(row.value) if row is not None else {}


def hold(c: Connection, name: str) -> dict[str, Any] | None:
    """The same, held until the transaction ends; None when another worker holds it."""
    row = c.execute(HOLD, {"n": name}).first()
    if row is None:
        c.execute(ADD[c.dialect.name], {"name": name, "value": {}, "at": clock.now()})
        row = c.execute(HOLD, {"n": name}).first()
    return dict(row.value) if row is not None else None


def save(c: Connection, name: str, value: dict[str, Any]) -> None:
    """Note how far it is; the caller holds the row."""
    c.execute(SAVE, {"n": name, "said": value, "now": clock.now()})
