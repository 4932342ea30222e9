"""How late a supervised matter is. A matter is one step of one case under one rule, over all its clocks: sending it back, handing it on
or doing it again begins a new clock perhaps, but never a new matter while its ladder stands.

Time in which the clock lawfully stands is no delay. Time in which the step was away because somebody sent it back is.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from engine.deadlines import Calendar
from engine.deadlines.gaps import Moments, by_moment, time_after, time_between
from engine.deadlines.ledger_reading import read_ledger
from engine.runtime import ledgers
from engine.runtime.case import RUNNING, SUSPENDED
from engine.runtime.ledgers import Ledger
from engine.runtime.tables import process_instance

LIVES = select(process_instance.c.status).where(process_instance.c.id == bindparam("i"))
AWAY, OVER, NONE = "away", "over", "none"


@dataclass(frozen=True)
class Standing:
    """A matter as it stands. `status`: running, suspended, away (sent back, to return), over, or none (it never had a clock).

    late: stretches past the end, in order; `lasts` when the last of them has not ended. gaps: time that does not count.
    """

    status: str
    newest: Ledger | None = None
    late: tuple[Moments, ...] = ()
    gaps: tuple[Moments, ...] = ()
    lasts: bool = False

    @property
    def due(self) -> dt.datetime | None:
        """The end of the newest clock."""
        return self.newest.row.due_at if self.newest else None

    @property
    def is_late(self) -> bool:
        """Whether any time that counts has passed after the end."""
        return any(end - start > sum((min(end, b) - max(start, a) for a, b in self.gaps if max(start, a) < min(end, b)), dt.timedelta(0))
                   for start, end in self.late)

    def worked(self, calendar: Calendar, since: dt.datetime | None = None) -> dt.timedelta:
        """How late in business time, from `since` on."""
        stretches = [(max(start, since or start), end) for start, end in self.late]
        return sum((time_between(start, end, self.gaps, calendar, True) for start, end in stretches), dt.timedelta(0))

    def reaches(self, length: dt.timedelta, since: dt.datetime, calendar: Calendar) -> dt.datetime | None:
        """When the business time that it is late after `since` comes to `length`; None while that is not in sight."""
        for place, (start, end) in enumerate(self.late):
            first = max(start, since)
            passed = time_between(first, end, self.gaps, calendar, True)
            if passed >= length or (self.lasts and place == len(self.late) - 1):
                return time_after(first, length, self.gaps, calendar, True)
            length -= passed
        return None


def of(c: Connection, case_id: int, element_id: str, rule: str, now: dt.datetime) -> Standing:
    """The standing of a matter, read from its clocks."""
    clocks = [one for one in ledgers.of_case(c, case_id) if one.row.element_id == element_id and one.row.rule == rule]
    if not clocks:
        return Standing(NONE)
    alive = c.execute(LIVES, {"i": case_id}).scalar() in (RUNNING, SUSPENDED)
    gaps = [gap for one in clocks for gap in _gaps(one, now)]
    status, late = _status(clocks[-1], alive), _late(clocks, alive, now)
    lasts = bool(late) and late[-1][1] == now and status in (ledgers.RUNNING, AWAY)
    return Standing(status, clocks[-1], late, _merged(gaps), lasts)


def _status(newest: Ledger, alive: bool) -> str:
    row = newest.row
    if row.status in ledgers.LIVE:
        return str(row.status)
    return AWAY if alive and row.stop_reason in ledgers.RETURNED else OVER


def _late(clocks: Sequence[Ledger], alive: bool, now: dt.datetime) -> tuple[Moments, ...]:
    found: list[Moments] = []
    before: Ledger | None = None
    for one in clocks:
        start = one.row.due_at
        if before is not None and found and before.row.stop_reason in ledgers.RETURNED and found[-1][1] == before.row.stopped_at:
            start = before.row.stopped_at
        last = one is clocks[-1]
        away = last and alive and one.row.stop_reason in ledgers.RETURNED
        end = now if one.row.stopped_at is None or away else one.row.stopped_at
        if away and one.row.due_at >= one.row.stopped_at:
            end = start
        if start < end:
            found.append((start, end))
        before = one
    return tuple(found)


def _gaps(one: Ledger, now: dt.datetime) -> tuple[Moments, ...]:
    return by_moment(read_ledger(one.rule, one.entries).stretches, now)


def _merged(gaps: Sequence[Moments]) -> tuple[Moments, ...]:
    found: list[Moments] = []
    for start, end in sorted(gaps):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return tuple(found)
