"""Keeping how long cases took and whose time it was, and how long each step took, month by month as cases end.

A case is counted once, in the month in which it ended, in the transaction that moves the mark (the end and the id of the case counted
last); so a worker that is killed loses nothing and counts nothing twice. How long steps took is kept in groups a twentieth apart, so that
a median over any period and area is read from as many rows whatever has been done, and is right within some two parts in a hundred.
"""

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.database import Database, UTCDateTime
from engine.reports.tables import figure_state, step_total, time_total
from engine.runtime.tables import process_instance, work_item
from engine.supervision import whose_time
from engine.supervision.stays import DONE, SENT_BACK, Stay
from engine.supervision.time_parts import CaseTime, Length, Part
from engine.supervision.whose_time import Measured

NAME, WHOLE, NOBODY = "time", "whole", ""
PIECE = 200
EVERY = dt.timedelta(minutes=1)
OVERLAP = dt.timedelta(minutes=5)
"""A case's end is the moment its last command began; it is there to be counted once that has been committed. Nothing lasts this long."""

RATIO = 1.05
SECOND = dt.timedelta(seconds=1)
DONE_WITHIN_A_SECOND = -1

_AT: Any = bindparam("at", type_=UTCDateTime)
STATE = select(figure_state.c.as_of, figure_state.c.value).where(figure_state.c.name == NAME)
SAVE = update(figure_state).where(figure_state.c.name == NAME).values(as_of=bindparam("done", type_=UTCDateTime), value=bindparam("mark"))
ENDED = (
    select(process_instance)
    .where(process_instance.c.ended_at.is_not(None), process_instance.c.ended_at < bindparam("before", type_=UTCDateTime),
           or_(process_instance.c.ended_at > _AT, (process_instance.c.ended_at == _AT) & (process_instance.c.id > bindparam("last"))))
    .order_by(process_instance.c.ended_at, process_instance.c.id)
    .limit(bindparam("n"))
)
LIMITS = select(work_item.c.id, work_item.c.due_at, work_item.c.ended_at).where(
    work_item.c.instance_id.in_(bindparam("ids", expanding=True)), work_item.c.due_at.is_not(None)
)
BEGINNING = dt.datetime(1970, 1, 1, tzinfo=clock.UTC)


def as_of(c: Connection) -> dt.datetime | None:
    """Cases that had ended before this moment are counted; None before the first round."""
    moment: dt.datetime | None = c.execute(STATE.with_only_columns(figure_state.c.as_of)).scalar()
    return moment


def keep(database: Database, pieces: int = 10) -> bool:
    """Count what has ended, once a minute, at most so many pieces, each a transaction of its own. True: more is left for the next round."""
    with database.reading() as c:
        known = as_of(c)
    if known is not None and abs(clock.now() - OVERLAP - known) < EVERY:
        return False
    return all(database.run(advance) for _ in range(pieces))


def advance(c: Connection) -> bool:
    """Count one piece. True while more is left."""
    mark = _taken(c)
    before = clock.now() - OVERLAP
    asked = {"before": before, "at": dt.datetime.fromisoformat(mark["at"]), "last": mark["last"], "n": PIECE}
    rows = c.execute(ENDED, asked).all()
    full = len(rows) == PIECE
    if rows:
        _add(c, [(row, whose_time.measured(c, row)) for row in rows])
        mark = {"at": rows[-1].ended_at.isoformat(), "last": rows[-1].id}
    c.execute(SAVE, {"done": rows[-1].ended_at if full else before, "mark": mark})
    return full


def _taken(c: Connection) -> Mapping[str, Any]:
    """The mark's row, locked: whoever comes second waits and goes on from there."""
    row = c.execute(STATE.with_for_update()).first()
    if row is None:
        first = {"name": NAME, "as_of": None, "value": {"at": BEGINNING.isoformat(), "last": 0}}
        c.execute(_insert(c)(figure_state).on_conflict_do_nothing(), first)
        row = c.execute(STATE.with_for_update()).one()
    found: Mapping[str, Any] = row.value
    return found


def _insert(c: Connection) -> Any:
    return postgresql.insert if c.dialect.name == "postgresql" else sqlite.insert


@dataclass
class _Sums:
    """What one piece adds, by the key of the row it is added to."""

    cases: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    times: dict[tuple[Any, ...], Length] = field(default_factory=lambda: defaultdict(Length))
    steps: Counter[tuple[Any, ...]] = field(default_factory=Counter)

    def time(self, key: tuple[Any, ...], part: str, length: Length) -> None:
        """Add to one part of the time of somebody (or of the cases)."""
        if length.wall or part == WHOLE:
            self.times[*key, part] += length
            self.cases[*key, part] += 1


def _add(c: Connection, found: Iterable[tuple[Any, Measured]]) -> None:
    found = list(found)
    limits = {row.id: row for row in c.execute(LIMITS, {"ids": [row.id for row, _ in found]})}
    sums = _Sums()
    for row, case in found:
        here = clock.local(row.ended_at)
        month = here.year * 100 + here.month
        _add_case(sums, (month, row.unit_id, row.unit_path), case.time)
        for stay in case.time.told.stays:
            place = (row.process_key, row.definition_id, month, row.unit_id, row.unit_path, stay.element_id)
            _add_step(sums, place, stay, case.time, limits.get(stay.key))
    _write(c, sums)


def _add_case(sums: _Sums, place: tuple[Any, ...], time: CaseTime) -> None:
    for part, length in time.parts.items():
        sums.time((*place, NOBODY), part.value, length)
    sums.time((*place, NOBODY), WHOLE, time.whole)
    for one in time.accounts:
        key = (*place, one.person)
        sums.time(key, Part.MINE.value, one.mine)
        sums.time(key, Part.SUSPENDED.value, one.suspended)
        sums.time(key, WHOLE, one.whole)
        for part, length in one.waits.items():
            sums.time(key, part.value, length)


def _add_step(sums: _Sums, place: tuple[Any, ...], stay: Stay, time: CaseTime, limit: Any) -> None:
    """A step takes the time with its post and in hands; not what waits for a party, and not while it is lawfully suspended."""
    parts = time.steps.get(stay.key, {})
    spent = parts.get(Part.QUEUE, Length()) + parts.get(Part.HANDS, Length())
    done = stay.end_by in (DONE, SENT_BACK)
    if done:
        sums.steps[*place, "wall", bucket(spent.wall)] += 1
        sums.steps[*place, "work", bucket(spent.work)] += 1
    late = limit is not None and limit.ended_at is not None and limit.ended_at > limit.due_at
    if limit is not None and (done or late):
        sums.steps[*place, "limited", 0] += 1
    if late:
        sums.steps[*place, "late", 0] += 1


def bucket(length: dt.timedelta) -> int:
    """The group that a length belongs to."""
    seconds = length / SECOND
    return DONE_WITHIN_A_SECOND if seconds < 1 else int(math.log(seconds) / math.log(RATIO))


def middle(number: int) -> dt.timedelta:
    """The length that stands for a group."""
    return dt.timedelta(0) if number == DONE_WITHIN_A_SECOND else SECOND * RATIO ** (number + 0.5)


TIME_KEY = ("month", "unit_id", "unit_path", "person_id", "part")
STEP_KEY = ("process_key", "definition_id", "month", "unit_id", "unit_path", "element_id", "measure", "bucket")


def _write(c: Connection, sums: _Sums) -> None:
    insert = _insert(c)
    times = [dict(zip(TIME_KEY, key, strict=True)) | {"cases": sums.cases[key], "wall_ms": _ms(length.wall), "work_ms": _ms(length.work)}
             for key, length in sorted(sums.times.items())]
    if times:
        add = insert(time_total)
        more = {name: time_total.c[name] + add.excluded[name] for name in ("cases", "wall_ms", "work_ms")}
        c.execute(add.on_conflict_do_update(index_elements=list(time_total.primary_key), set_=more), times)
    steps = [dict(zip(STEP_KEY, key, strict=True)) | {"number": number} for key, number in sorted(sums.steps.items())]
    if steps:
        add = insert(step_total)
        more = {"number": step_total.c.number + add.excluded.number}
        c.execute(add.on_conflict_do_update(index_elements=list(step_total.primary_key), set_=more), steps)


def _ms(length: dt.timedelta) -> int:
    return length // dt.timedelta(milliseconds=1)
