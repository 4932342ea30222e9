"""The surcharge on a fine that is paid late: three per cent a day of what is unpaid and overdue, to the 分 (行政处罚法第七十二条).

Never more than what was overdue (行政强制法第四十五条), and no day of a reconsideration or a suit counts (行政处罚法第七十三条第三款).
Nothing is stored here: the same debts, payments and pauses give the same amount, in whatever order they were written down.

The debt is a row of parts, each with its last day to pay; payments fill the parts from the first. A day counts for what was still unpaid
when it began, so whoever pays on the second day late pays for two days.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

PER_CENT = 3
DAY = dt.timedelta(days=1)
AHEAD = dt.timedelta(days=400)
"""How far ahead the day of the cap is looked for."""


@dataclass(frozen=True)
class Part:
    """An amount (分) and the last day to pay it."""

    due: dt.date
    amount: int


@dataclass(frozen=True)
class Schedule:
    """What is to be paid when, from a day on; the first schedule of a debt holds from the beginning (`since` None)."""

    parts: tuple[Part, ...]
    since: dt.date | None = None

    @property
    def total(self) -> int:
        """The sum of its parts."""
        return sum(part.amount for part in self.parts)


@dataclass(frozen=True)
class Pause:
    """Days that do not count, both included; `last` None: still lasting."""

    first: dt.date
    last: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether it covers a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Debt:
    """A fine: its principal (分), its schedules in their order, what was paid on which day, and the pauses."""

    principal: int
    schedules: tuple[Schedule, ...]
    payments: tuple[tuple[dt.date, int], ...] = ()
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True)
class Accrual:
    """The surcharge of one part under one schedule: its amount so far, its cap, and the day on which it reached the cap. `is_open`: that
    schedule has not been replaced."""

    part: Part
    amount: int
    cap: int
    capped_on: dt.date | None
    is_open: bool


def accruals(debt: Debt, until: dt.date) -> tuple[Accrual, ...]:
    """The surcharge of every part up to and with a day."""
    paid = _Paid(debt.payments)
    return tuple(_of_part(debt, paid, where, until) for where in _places(debt, until))


def total(debt: Debt, until: dt.date) -> int:
    """All of it in 分, never above the principal."""
    return min(sum(one.amount for one in accruals(debt, until)), debt.principal)


def daily(debt: Debt, day: dt.date) -> int:
    """What this day alone adds, in 分."""
    return total(debt, day) - total(debt, day - DAY)


def capped_on(debt: Debt, until: dt.date) -> dt.date | None:
    """The day on which the last overdue part reaches its cap, also one still to come if nothing more is paid; None without one."""
    found = [one for one in accruals(debt, until + AHEAD) if one.cap and one.is_open]
    days = [one.capped_on for one in found]
    return max((day for day in days if day is not None), default=None) if all(days) else None


def unpaid(debt: Debt, day: dt.date) -> tuple[tuple[Part, int], ...]:
    """The parts of the schedule in force on a day, and what of each is unpaid at its end."""
    paid, places = _Paid(debt.payments), list(_places(debt, dt.date.max))
    last = [where for where in places if where.schedule is _in_force(debt, day)]
    return tuple((where.part, where.part.amount - where.covered(debt, paid.before(day + DAY))) for where in last)


@dataclass(frozen=True)
class _Place:
    """One part within its schedule, and the last day for which that schedule counts."""

    schedule: Schedule
    part: Part
    before: int
    end: dt.date

    def covered(self, debt: Debt, paid: int) -> int:
        """How much of this part so much money covers: what the schedule leaves out was paid before it, then the parts in their order."""
        return min(max(paid - (debt.principal - self.schedule.total) - self.before, 0), self.part.amount)


class _Paid:
    """Payments summed up by day."""

    def __init__(self, payments: Sequence[tuple[dt.date, int]]) -> None:
        ordered = sorted(payments)
        self._days = [day for day, _ in ordered]
        self._sums = [0, *accumulate(amount for _, amount in ordered)]

    def before(self, day: dt.date) -> int:
        """Everything paid before a day."""
        return self._sums[bisect_left(self._days, day)]


def _in_force(debt: Debt, day: dt.date) -> Schedule | None:
    return next((one for one in reversed(debt.schedules) if one.since is None or one.since <= day), None)


def _places(debt: Debt, until: dt.date) -> Iterator[_Place]:
    for number, schedule in enumerate(debt.schedules):
        later = debt.schedules[number + 1] if number + 1 < len(debt.schedules) else None
        end = until if later is None or later.since is None else min(until, later.since - DAY)
        before = 0
        for part in schedule.parts:
            yield _Place(schedule, part, before, end)
            before += part.amount


def _of_part(debt: Debt, paid: _Paid, where: _Place, until: dt.date) -> Accrual:
    """Day by day from the day after the last day to pay."""
    day = max(where.part.due + DAY, where.schedule.since or dt.date.min)
    cap = where.part.amount - where.covered(debt, paid.before(where.part.due + DAY)) if where.part.due < where.end else 0
    hundredths, reached = 0, None
    while day <= where.end and reached is None:
        open_now = where.part.amount - where.covered(debt, paid.before(day))
        if open_now == 0:
            break
        if not any(pause.holds(day) for pause in debt.pauses):
            hundredths += PER_CENT * open_now
            reached = day if hundredths // 100 >= cap else None
        day += DAY
    return Accrual(where.part, min(hundredths // 100, cap), cap, reached, where.schedule is debt.schedules[-1])
