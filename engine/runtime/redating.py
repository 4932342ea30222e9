"""Dating open clocks again after the working calendar has changed: in batches, one transaction each, until none is left.

`deadline_clock.dated_by` is the cursor, so a killed worker goes on where it stopped, and doing it twice changes nothing. Clocks that are
due already keep their end. What moved, and what could not be dated, is listed by the calendar's version.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, exists, func, insert, or_, select

from engine import clock
from engine.clock import SHANGHAI, UTC
from engine.database import Database, UTCDateTime, loses_transaction
from engine.deadlines import Calendar, calendars
from engine.people import ROLES, directory
from engine.runtime import clocks, failing, ledgers
from engine.runtime.clocks import Moved
from engine.runtime.ledgers import Ledger
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import deadline_clock, process_instance, redating_move, work_item

BATCH = 25
PREVIEWED = 20_000
"""How many clocks a preview dates at the most; beyond that it says so."""

LEFT_ALONE = "没有重新计算，请联系系统维护人员。"
LOCK = 0x7265646174
Guard = Callable[[Connection], bool]

_NOW = bindparam("now", type_=UTCDateTime)
_IDS: Any = bindparam("ids", expanding=True)
_AHEAD = or_(deadline_clock.c.status == ledgers.SUSPENDED, deadline_clock.c.due_at >= _NOW)
OPEN: ColumnElement[bool] = and_(deadline_clock.c.calendar_bound, deadline_clock.c.status.in_(ledgers.LIVE), _AHEAD)
GIVEN_UP = exists().where(redating_move.c.version == bindparam("v"), redating_move.c.clock_id == deadline_clock.c.id,
                          redating_move.c.failure.is_not(None))
PENDING = and_(OPEN, deadline_clock.c.dated_by < bindparam("v"), ~GIVEN_UP)
NEXT = select(deadline_clock.c.id).where(PENDING).order_by(deadline_clock.c.dated_by, deadline_clock.c.id).limit(bindparam("n"))
LEFT = select(func.count()).select_from(deadline_clock).where(PENDING)
COUNT_OPEN = select(func.count()).select_from(deadline_clock).where(OPEN)
ROWS = (
    select(deadline_clock, process_instance.c.business_key)
    .join(process_instance, process_instance.c.id == deadline_clock.c.instance_id)
    .where(deadline_clock.c.id.in_(_IDS))
)
STILL = select(deadline_clock.c.id).where(
    deadline_clock.c.id.in_(_IDS), deadline_clock.c.status.in_(ledgers.LIVE), deadline_clock.c.dated_by < bindparam("v"))
REACHING = (
    select(deadline_clock)
    .where(OPEN, deadline_clock.c.id > bindparam("after"),
           or_(deadline_clock.c.status == ledgers.SUSPENDED, deadline_clock.c.due_at >= bindparam("since", type_=UTCDateTime)))
    .order_by(deadline_clock.c.id)
    .limit(bindparam("n"))
)
HELD = (
    select(work_item.c.id, work_item.c.instance_id, work_item.c.assignee, work_item.c.candidate_key, work_item.c.unit_id)
    .where(work_item.c.instance_id.in_(_IDS), work_item.c.state.in_(LIVE_ITEM))
    .order_by(work_item.c.created_at, work_item.c.id)
)
KNOWN = select(redating_move.c.clock_id).where(redating_move.c.version == bindparam("v"), redating_move.c.clock_id.in_(_IDS))
ADD = insert(redating_move)
FORGET = delete(redating_move).where(redating_move.c.version == bindparam("v"), redating_move.c.failure.is_not(None))


@dataclass(frozen=True)
class Progress:
    """How far dating again has come for one version of the calendar: clocks left, moved and not datable."""

    version: int
    left: int
    moved: int
    failed: int

    @property
    def is_done(self) -> bool:
        """Nothing is left to do."""
        return self.left == 0


@dataclass(frozen=True)
class Moving:
    """What a change would move: `moved` of the `examined` clocks that it can reach; `complete` unless there were too many to look at."""

    examined: int
    moved: int
    complete: bool


def open_clocks(c: Connection) -> int:
    """How many open clocks hang on the working calendar and are not due yet."""
    return int(c.execute(COUNT_OPEN, {"now": clock.now()}).scalar_one())


def progress(c: Connection) -> Progress:
    """Where dating again stands for the calendar in force."""
    version = calendars.version(c)
    left = c.execute(LEFT, {"v": version, "now": clock.now()}).scalar_one()
    counted = select(func.count(redating_move.c.new_due), func.count(redating_move.c.failure)).where(redating_move.c.version == version)
    moved, failed = c.execute(counted).one()
    return Progress(version, left, moved, failed)


def would_move(c: Connection, calendar: Calendar, since: dt.date) -> Moving:
    """How many open clocks another calendar would move that differs from the one in force on `since` at the earliest."""
    now, first = clock.now(), dt.datetime.combine(since, dt.time(), SHANGHAI).astimezone(UTC)
    present, examined, moved, after = calendars.of(c), 0, 0, 0
    while rows := c.execute(REACHING, {"after": after, "now": now, "since": first, "n": 500}).all():
        found = _with_entries(c, rows)
        moved += sum(_differs(one, present, calendar) for one in found)
        examined, after = examined + len(rows), rows[-1].id
        if examined >= PREVIEWED:
            return Moving(examined, moved, False)
    return Moving(examined, moved, True)


def _with_entries(c: Connection, rows: Sequence[Row[Any]]) -> list[Ledger]:
    added: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    for entry in c.execute(ledgers.ENTRIES, {"ids": [row.id for row in rows if row.entries > 1]}):
        added[entry.clock_id].append(entry)
    return [Ledger(row, tuple(added[row.id])) for row in rows]


def _differs(one: Ledger, present: Calendar, other: Calendar) -> bool:
    return one.reading(other, one.dated_at()).due != one.reading(present, one.dated_at()).due


def redate_due(database: Database, limit: int = BATCH, *, guard: Guard | None = None) -> int:
    """Date up to `limit` clocks again and answer how many were handled; 0 when none is left.

    guard: asked in the transaction; False (a clock that jumped) ends the round. A clock that cannot be dated is listed with the reason.
    """
    with database.reading() as c:
        if not _next(c, calendars.version(c), 1):
            return 0
    try:
        return database.run(lambda c: _batch(c, limit, guard, careful=False))
    except Exception as error:
        if loses_transaction(error):
            raise
        return database.run(lambda c: _batch(c, limit, guard, careful=True))


def try_again(c: Connection) -> None:
    """Let clocks that could not be dated be tried once more."""
    c.execute(FORGET, {"v": calendars.version(c)})


def _batch(c: Connection, limit: int, guard: Guard | None, careful: bool) -> int:
    if guard is not None and not guard(c):
        return 0
    if c.dialect.name == "postgresql":
        c.execute(select(func.pg_advisory_xact_lock(LOCK)))
    version = calendars.version(c)
    ids = _next(c, version, limit)
    if not ids:
        return 0
    before = {row.id: row for row in c.execute(ROWS, {"ids": ids})}
    _note(c, version, before, {clock_id: _redate(c, clock_id, careful) for clock_id in ids})
    return len(ids)


def _next(c: Connection, version: int, limit: int) -> Sequence[int]:
    return c.execute(NEXT, {"v": version, "now": clock.now(), "n": limit}).scalars().all()


def _redate(c: Connection, clock_id: int, careful: bool) -> Moved | str | None:
    """How a clock moved; None when it did not; the reason when it could not be dated."""
    if not careful:
        return clocks.redate(c, clock_id)
    try:
        with c.begin_nested():
            return clocks.redate(c, clock_id)
    except Exception as error:
        if loses_transaction(error):
            raise
        return failing.reason(error)


def _note(c: Connection, version: int, before: Mapping[int, Row[Any]], results: Mapping[int, Moved | str | None]) -> None:
    """List what moved and what failed; a clock that was left as it was counts as failed, so that nothing is tried for ever."""
    left = dict.fromkeys(c.execute(STILL, {"ids": list(before), "v": version}).scalars(), LEFT_ALONE)
    told = {clock_id: result for clock_id, result in {**results, **left}.items() if result is not None}
    if not told:
        return
    known = set(c.execute(KNOWN, {"v": version, "ids": list(told)}).scalars())
    new = [before[clock_id] for clock_id in told if clock_id not in known]
    held = _holders(c, new)
    rows = [_move(version, row, held[row.id], told[row.id]) for row in new]
    if rows:
        c.execute(ADD, rows if len(rows) > 1 else rows[0])


def _move(version: int, row: Row[Any], holder: str, result: Moved | str) -> dict[str, Any]:
    failure = result if isinstance(result, str) else None
    old, new = (row.due_at, None) if isinstance(result, str) else (result.old_due, result.new_due)
    return {"version": version, "clock_id": row.id, "instance_id": row.instance_id, "case_number": row.business_key, "rule": row.rule,
            "name": row.name, "holder": holder, "old_due": old, "new_due": new, "failure": failure, "unit_path": row.unit_path,
            "at": clock.now()}


def _holders(c: Connection, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Who is responsible for each clock, in words: whoever has its work item, else whoever has any of the case's."""
    if not rows:
        return {}
    items = c.execute(HELD, {"ids": list({row.instance_id for row in rows})}).all()
    people = directory.names(c, [item.assignee for item in items if item.assignee])
    units = directory.unit_names(c, {_post(item)[1] for item in items})
    words = {str(item.id): _holder(item, people, units) for item in items}
    return {row.id: words.get(row.key) or "、".join(_of_case(items, words, row.instance_id)) for row in rows}


def _of_case(items: Iterable[Row[*tuple[Any, ...]]], words: Mapping[str, str], instance_id: int) -> Iterator[str]:
    return iter(dict.fromkeys(words[item.id] for item in items if item.instance_id == instance_id))


def _post(item: Row[*tuple[Any, ...]]) -> tuple[str, str]:
    """Role and unit that it is offered to."""
    role, _, unit = (item.candidate_key or "").partition("@")
    return role, unit or item.unit_id


def _holder(item: Row[*tuple[Any, ...]], people: Mapping[str, str], units: Mapping[str, str]) -> str:
    if item.assignee:
        return people.get(item.assignee, str(item.assignee))
    role, unit = _post(item)
    return f"{units.get(unit, unit)} {ROLES[role].name if role in ROLES else '办理人'}（待领取）"
