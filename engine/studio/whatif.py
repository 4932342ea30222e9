"""What if a step had another limit: how many running and closed steps would be late, counted from their own beginnings."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from engine import clock
from engine.database import UTCDateTime
from engine.deadlines import Calendar, Unit, calendars, deadline
from engine.errors import ExpressionFailed, InvalidValues
from engine.people import Participant
from engine.runtime.tables import work_item
from engine.studio import folder_rights

MOST = 50_000
"""Steps that are counted at the most, the latest first."""
SHOWN = 50
PERIOD = dt.timedelta(days=365)
LIVE = ("open", "claimed", "suspended")

STEPS = (select(work_item.c.element_id, func.min(work_item.c.name).label("name"), func.count().label("number"))
         .where(work_item.c.process_key == bindparam("key"), work_item.c.created_at >= bindparam("since", type_=UTCDateTime),
                work_item.c.due_at.is_not(None))
         .group_by(work_item.c.element_id).order_by(func.count().desc(), work_item.c.element_id))
ITEMS = (select(work_item.c.case_number, work_item.c.title, work_item.c.created_at, work_item.c.due_at, work_item.c.ended_at,
                work_item.c.state)
         .where(work_item.c.process_key == bindparam("key"), work_item.c.element_id == bindparam("element"),
                work_item.c.created_at >= bindparam("since", type_=UTCDateTime), work_item.c.due_at.is_not(None),
                work_item.c.state != "withdrawn")
         .order_by(work_item.c.created_at.desc(), work_item.c.id).limit(bindparam("most")))


@dataclass(frozen=True)
class Tally:
    """Steps of one kind: how many, how many late under the limit they had, how many under the other."""

    number: int
    late: int
    late_then: int


@dataclass(frozen=True)
class WhatIf:
    """Running and closed steps under another limit. `turning`: number and title of running cases that would be late and are not now."""

    running: Tally
    closed: Tally
    turning: tuple[tuple[str, str, dt.datetime], ...]
    cut_off: bool


def steps(c: Connection, by: Participant, key: str) -> tuple[tuple[str, str, int], ...]:
    """(element, name, how many in the last year) of the steps of a process that have a limit. Raises NotAllowed."""
    folder_rights.must_read(by)
    rows = c.execute(STEPS, {"key": key, "since": clock.now() - PERIOD})
    return tuple((row.element_id, row.name, row.number) for row in rows)


def another_limit(c: Connection, by: Participant, key: str, element: str, limit: tuple[float, str]) -> WhatIf:
    """Count with another limit, (length, unit), from the moment each step began; time that was suspended is not taken off.

    Raises NotAllowed, InvalidValues (a limit that cannot be).
    """
    folder_rights.must_read(by)
    length, unit = limit
    if unit not in set(Unit):
        raise InvalidValues({"unit": "请选择时限的单位。"})
    calendar, now = calendars.of(c), clock.now()
    rows = c.execute(ITEMS, {"key": key, "element": element, "since": now - PERIOD, "most": MOST}).all()
    try:
        then = [(row, _due(row.created_at, length, Unit(unit), calendar)) for row in rows]
    except ExpressionFailed as refusal:
        raise InvalidValues({"length": refusal.message}) from refusal
    running = [(row, due) for row, due in then if row.state in LIVE]
    closed = [(row, due) for row, due in then if row.state not in LIVE]
    turning = [(row.case_number, row.title, due) for row, due in running if due < now <= row.due_at]
    return WhatIf(_tally(running, now), _tally(closed, now), tuple(turning[:SHOWN]), len(rows) == MOST)


def _due(start: dt.datetime, length: float, unit: Unit, calendar: Calendar) -> dt.datetime:
    return deadline(start, length, unit, calendar).due


def _tally(pairs: Iterable[tuple[Any, dt.datetime]], now: dt.datetime) -> Tally:
    known = [(row.ended_at or now, row.due_at, due) for row, due in pairs]
    return Tally(len(known), sum(end > before for end, before, _ in known), sum(end > then for end, _, then in known))
