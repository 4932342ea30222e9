"""Parameters that an administrator changed while cases run; a deployment brings its own values, these go before them."""

import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select

from engine import clock
from engine.errors import NotAllowed
from engine.people import Participant
from engine.runtime import history
from engine.runtime.tables import parameter, record

ALL = select(parameter.c.key, parameter.c.value)
LAST = (
    select(record.c.seq, record.c.h)
    .where(record.c.stream == bindparam("stream"))
    .order_by(record.c.seq.desc())
    .limit(1)
)
STREAM = "config"
AT = "@"
"""Between the name of a parameter and the unit for which alone it was changed."""
HEAD = select(record.c.h).where(record.c.stream == STREAM).order_by(record.c.seq.desc()).limit(1).scalar_subquery()
"""The end of the configuration's chain: while it is the same, so are the changed parameters."""

_kept: WeakKeyDictionary[Engine, tuple[bytes | None, Mapping[str, Any]]] = WeakKeyDictionary()
_lock = threading.Lock()


def changed(c: Connection) -> dict[str, Any]:
    """Every changed parameter with its present value."""
    return {row.key: row.value for row in c.execute(ALL)}


def changed_at(c: Connection, head: bytes | None) -> Mapping[str, Any]:
    """The same, read only when `head` is not the one it was read at last."""
    with _lock:
        kept = _kept.get(c.engine)
    if kept is None or kept[0] != head:
        kept = (head, changed(c))
        with _lock:
            _kept[c.engine] = kept
    return kept[1]


def in_force(c: Connection, declared: Mapping[str, Any], unit_path: str = "/") -> dict[str, Any]:
    """What expressions see as `param` in a unit: the values a deployment brought (a plain value, or a table with its `default`),
    changed ones before them."""
    return {**brought(declared), **for_unit(changed(c), unit_path)}


def for_unit(values: Mapping[str, Any], unit_path: str) -> Mapping[str, Any]:
    """Changed parameters as they stand in one unit: a value set for that unit or one above it ("name@unit") goes before the
    general one, the nearest unit first."""
    if not any(AT in key for key in values):
        return values
    units = unit_path.strip("/").split("/")
    found = {key: value for key, value in values.items() if AT not in key}
    here = {key.rpartition(AT)[::2]: value for key, value in values.items() if AT in key}
    for unit in units:
        found |= {name: value for (name, owner), value in here.items() if owner == unit}
    return found


def brought(declared: Mapping[str, Any]) -> dict[str, Any]:
    """The values a deployment brought."""
    return {key: one["default"] if isinstance(one, Mapping) and "default" in one else one for key, one in declared.items()}


def change(c: Connection, key: str, value: Any, *, by: Participant) -> dict[str, Any]:
    """Set a parameter for every turn from now on; it is recorded with the value before. None takes the change back. A key
    "name@unit" sets it for cases of that unit and below alone.

    Raises NotAllowed unless the person administers.
    """
    if not by.may("administer"):
        raise NotAllowed()
    story = chain(c, by)
    old = changed(c).get(key)
    c.execute(delete(parameter).where(parameter.c.key == key))
    if value is not None:
        row = {"key": key, "value": value, "changed_by": by.id, "changed_at": clock.now()}
        c.execute(insert(parameter), row)
    story.tell("parameter-changed", key=key, old=old, new=value)
    history.append(c, story)
    return {"key": key, "value": value}


def chain(c: Connection, by: Participant | None) -> history.Story:
    """The chain of the configuration, held until the transaction ends."""
    if c.dialect.name == "postgresql":
        c.execute(select(func.pg_advisory_xact_lock(func.hashtext(STREAM))))
    last = c.execute(LAST, {"stream": STREAM}).first()
    seq, head = (last.seq, last.h) if last else (0, history.ZERO)
    return history.Story(STREAM, seq, head, clock.now(), by)
