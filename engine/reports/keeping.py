"""Keeping the figures ready: a worker calls `keep` again and again, and at most once a minute it brings them to the present.

Which cases have changed is read from their record, which every command adds to. Once a day every case is looked at, so that nothing
stays wrong for longer than a day, whatever happened. The work is done in pieces, each a transaction of its own that leaves lines and
counts in step and says where to go on; a worker that is killed between them loses nothing.
"""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.database import Database, UTCDateTime
from engine.reports import counts, days, lines
from engine.reports.counts import Tally
from engine.reports.places import Places
from engine.reports.tables import board_count, board_line, daily_figure, figure_state
from engine.runtime.tables import process_instance, record

BOARD = "board"
EVERY = dt.timedelta(minutes=1)
OVERLAP = dt.timedelta(minutes=5)
"""A command's moment is that of its beginning; it is in the record only when it commits. No transaction lasts this long."""

PIECE, TURNS, STEPS = 500, 2000, 5000
"""Changed cases, turned lines, and counted steps of one piece."""

PATIENCE = 12
"""Pieces that are done while somebody waits for the first figures."""

BACK = 92
"""How many days are counted when the figures are made for the first time."""

STATE = select(figure_state.c.as_of, figure_state.c.value).where(figure_state.c.name == BOARD)
SAVE = update(figure_state).where(figure_state.c.name == BOARD)
_of_case: Any = func.coalesce(record.c.instance_id, -1)
"""Not the column itself: the order shall not lure a database without statistics away from the index on moments."""

CHANGED = (select(_of_case).where(record.c.at >= bindparam("since", type_=UTCDateTime), _of_case > bindparam("after", type_=BigInteger))
           .distinct().order_by(_of_case).limit(PIECE))
NEXT = (select(process_instance.c.id, process_instance.c.status).where(process_instance.c.id > bindparam("after"))
        .order_by(process_instance.c.id).limit(4 * PIECE))
LEFT = select(board_line.c.instance_id).where(board_line.c.instance_id > bindparam("after"), board_line.c.instance_id <= bindparam("last"))


def as_of(c: Connection) -> dt.datetime | None:
    """The moment of which the figures tell, None until they have been made."""
    return c.execute(STATE.with_only_columns(figure_state.c.as_of)).scalar()


def keep(database: Database, *, force: bool = False) -> bool:
    """Bring the figures to the present when they are a minute old, or never made, or `force` asks for it. False: nothing to do."""
    with database.reading() as c:
        row = c.execute(STATE).first()
    if row is not None and not force and row.value["phase"] == "rest" and abs(clock.now() - row.as_of) < EVERY:
        return False
    while database.run(lambda c: advance(c, force=force)):
        pass
    return True


def ready(database: Database) -> None:
    """Make the figures for the first time, as far as that goes while somebody waits; a worker does the rest."""
    with database.reading() as c:
        known = as_of(c)
    for _ in range(PATIENCE if known is None else 0):
        if not database.run(advance):
            break


def again(c: Connection) -> None:
    """Forget every figure; the next `keep` makes them from the beginning."""
    for table in (board_line, board_count, daily_figure, figure_state):
        c.execute(delete(table))


def advance(c: Connection, *, force: bool = True) -> bool:
    """One piece of the work, in this transaction. True while more is left."""
    state = _taken(c)
    value = dict(state.value)
    if value["phase"] == "rest":
        if not force and state.as_of is not None and abs(clock.now() - state.as_of) < EVERY:
            return False
        value = _begun(state.as_of, value)
    begun = dt.datetime.fromisoformat(value["begun"])
    tally = Tally(Places(c))
    done = False
    for phase in (_look, _turn, _count):
        done = _phase(c, phase, value, tally, begun)
        if not done:
            break
    tally.write(c)
    c.execute(SAVE.values(value={"phase": "rest", "swept": value["swept"]} if done else value, as_of=begun if done else state.as_of))
    return not done


Phase = Callable[[Connection, dict[str, Any], Tally, dt.datetime], bool]


def _phase(c: Connection, phase: Phase, value: dict[str, Any], tally: Tally, begun: dt.datetime) -> bool:
    """True when this phase has nothing left to do."""
    name = phase.__name__
    if name not in value["left"]:
        return True
    if phase(c, value, tally, begun):
        value["left"] = [one for one in value["left"] if one != name]
        return True
    return False


def _taken(c: Connection) -> Any:
    """The state's row, locked: whoever comes second waits and then finds the work done."""
    row = c.execute(STATE.with_for_update()).first()
    if row is None:
        made = postgresql.insert(figure_state) if c.dialect.name == "postgresql" else sqlite.insert(figure_state)
        c.execute(made.on_conflict_do_nothing(), {"name": BOARD, "as_of": None, "value": {"phase": "rest", "swept": ""}})
        row = c.execute(STATE.with_for_update()).one()
    return row


def _begun(before: dt.datetime | None, value: dict[str, Any]) -> dict[str, Any]:
    now = clock.now()
    today = clock.local(now).date()
    sweep = before is None or value["swept"] != str(today)
    since = today - dt.timedelta(days=BACK) if before is None else min(clock.local(before).date(), today)
    passed = [str(since + dt.timedelta(days=number)) for number in range((today - since).days + 1)]
    return {"phase": "work", "begun": now.isoformat(), "swept": str(today), "sweep": sweep, "after": -1, "days": passed[-BACK - 1:],
            "since": (before - OVERLAP).isoformat() if before is not None else "", "left": ["_look", "_turn", "_count"]}


def _look(c: Connection, value: dict[str, Any], tally: Tally, begun: dt.datetime) -> bool:
    """Look at one piece of the cases."""
    ids, last = _swept(c, value["after"]) if value["sweep"] else _changed(c, value)
    changed = lines.renew(c, ids, tally, begun) if ids else set()
    value["days"] = sorted({*value["days"], *changed})
    value["after"] = last
    return last < 0


def _changed(c: Connection, value: dict[str, Any]) -> tuple[Collection[int], int]:
    ids = c.execute(CHANGED, {"since": dt.datetime.fromisoformat(value["since"]), "after": value["after"]}).scalars().all()
    return ids, ids[-1] if len(ids) == PIECE else -1


def _swept(c: Connection, after: int) -> tuple[Collection[int], int]:
    """Open cases of the next stretch of numbers, and those that have a line there though they may be closed."""
    rows = c.execute(NEXT, {"after": after}).all()
    last = rows[-1].id if len(rows) == 4 * PIECE else -1
    left = c.execute(LEFT, {"after": after, "last": last if last >= 0 else 2**62}).scalars()
    return {row.id for row in rows if row.status in lines.RUNNING} | set(left), last


def _turn(c: Connection, value: dict[str, Any], tally: Tally, begun: dt.datetime) -> bool:
    """Move lines on that have become late, or soon, by time alone."""
    return lines.turn(c, tally, begun, TURNS) < TURNS


def _count(c: Connection, value: dict[str, Any], tally: Tally, begun: dt.datetime) -> bool:
    """Count some of the days again on which something has changed, until that has been work enough."""
    seen = 0
    while value["days"] and seen < STEPS:
        seen += days.count(c, value["days"].pop(0), tally.places, begun)
    if not value["days"] and value["sweep"]:
        counts.tidy(c)
    return not value["days"]
