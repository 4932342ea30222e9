"""Counting time limits: what "3个工作日" or "2工作时" from a given moment means.

Rules by day and rules by hour are different types because they differ in everything: a day rule does not count the day it
starts on and ends with the last second of its last day (民事诉讼法第八十五条), an hour rule runs from the moment itself to an
exact moment. Nothing here rolls a limit over to the next working day; whoever applies a rule that does (期限顺延) says so with `rolled`.
"""

import datetime as dt
import math
from calendar import monthrange
from dataclasses import dataclass
from enum import StrEnum

from engine.clock import SHANGHAI, UTC
from engine.deadlines.calendar import Calendar
from engine.errors import ExpressionFailed

LONGEST = dt.timedelta(days=3660)
_LAST_SECOND = dt.time(23, 59, 59)


class Unit(StrEnum):
    """The unit of a limit, as it stands in a diagram (`gl:limitUnit`)."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_HOURS = "workingHours"
    DAYS = "days"
    WORKING_DAYS = "workingDays"
    MONTHS = "months"
    YEARS = "years"


_WORDS = {
    Unit.MINUTES: "分钟",
    Unit.HOURS: "小时",
    Unit.WORKING_HOURS: "个工作时",
    Unit.DAYS: "日",
    Unit.WORKING_DAYS: "个工作日",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
}

HOURLY = frozenset([Unit.MINUTES, Unit.HOURS, Unit.WORKING_HOURS])
"""Units that run from moment to moment; the others run from day to day."""


@dataclass(frozen=True)
class DayCount:
    """A limit in whole days, calendar or working; `rolled` moves a last day off to the next working day (期限顺延)."""

    days: int
    working: bool
    rolled: bool = False

    def last_day(self, start: dt.date, calendar: Calendar) -> dt.date:
        """The last day of the limit; the day it starts on is not counted."""
        if self.working:
            return calendar.add_working_days(start, self.days)
        last = start + dt.timedelta(days=self.days)
        return calendar.next_working_day(last) if self.rolled else last

    def due(self, start: dt.datetime, calendar: Calendar) -> dt.datetime:
        """The last second of the last day, in UTC."""
        return end_of(self.last_day(start.astimezone(SHANGHAI).date(), calendar))

    def before(self, due: dt.datetime, calendar: Calendar) -> dt.datetime:
        """The opening hour of the day that lies this many days before the day of `due`: when a reminder is of use."""
        day = due.astimezone(SHANGHAI).date()
        back = calendar.add_working_days(day, -self.days) if self.working else day - dt.timedelta(days=self.days)
        return calendar.opening(back)


@dataclass(frozen=True)
class MonthCount:
    """A limit in whole months (a year is twelve): it ends on the day of the same number, or on the last day of a month that has none
    (期间届满日为对应日，无对应日取月末)."""

    months: int
    rolled: bool = False
    working: bool = False

    def last_day(self, start: dt.date, calendar: Calendar) -> dt.date:
        """The last day of the limit; the day it starts on is not counted."""
        last = months_after(start, self.months)
        return calendar.next_working_day(last) if self.rolled else last

    def due(self, start: dt.datetime, calendar: Calendar) -> dt.datetime:
        """The last second of the last day, in UTC."""
        return end_of(self.last_day(start.astimezone(SHANGHAI).date(), calendar))

    def before(self, due: dt.datetime, calendar: Calendar) -> dt.datetime:
        """The opening hour of the day that lies this many months before the day of `due`."""
        return calendar.opening(months_after(due.astimezone(SHANGHAI).date(), -self.months))


@dataclass(frozen=True)
class HourCount:
    """A limit in hours and minutes; `working` counts business hours only."""

    length: dt.timedelta
    working: bool

    def due(self, start: dt.datetime, calendar: Calendar) -> dt.datetime:
        """The exact moment at which the time is used up, in UTC."""
        if self.working:
            return calendar.add_business_time(start, self.length)
        return start.astimezone(UTC) + self.length


Count = DayCount | MonthCount | HourCount


def months_after(day: dt.date, months: int) -> dt.date:
    """The day of the same number so many months later (earlier if negative), or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def count(length: float, unit: Unit) -> Count:
    """The rule that `length` of `unit` stands for. Refuses nothing, negative, beyond ten years, and broken days."""
    if not math.isfinite(length) or length <= 0 or _at_most(length, unit) > LONGEST:
        raise ExpressionFailed(
            f"时限“{length:g}{_WORDS[unit]}”无法使用：应大于零且不超过十年。请检查流程或参数中的时限。"
        )
    if unit not in HOURLY:
        return _whole(length, unit)
    if unit is Unit.MINUTES:
        return HourCount(dt.timedelta(minutes=length), working=False)
    return HourCount(dt.timedelta(hours=length), working=unit is Unit.WORKING_HOURS)


def _whole(length: float, unit: Unit) -> DayCount | MonthCount:
    if length != int(length):
        raise ExpressionFailed(f"时限“{length:g}{_WORDS[unit]}”无法使用：按日、月、年计算的时限应为整数，不足一日请改用小时。")
    if unit in (Unit.MONTHS, Unit.YEARS):
        return MonthCount(int(length) * (12 if unit is Unit.YEARS else 1))
    return DayCount(int(length), working=unit is Unit.WORKING_DAYS)


def due(start: dt.datetime, length: float, unit: Unit, calendar: Calendar) -> dt.datetime:
    """When a limit that begins at `start` (aware) ends, in UTC."""
    return count(length, unit).due(start, calendar)


def text(length: float, unit: Unit) -> str:
    """The limit as people say it: 3个工作日, 1.5个工作时, 30分钟."""
    return f"{length:g}{_WORDS[unit]}"


def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day in the town, in UTC."""
    return dt.datetime.combine(day, _LAST_SECOND, SHANGHAI).astimezone(UTC)


def _at_most(length: float, unit: Unit) -> dt.timedelta:
    """A rough length on the wall, enough to refuse what is out of all proportion; too large a number counts as endless."""
    per_unit = {
        Unit.MINUTES: 1,
        Unit.HOURS: 60,
        Unit.WORKING_HOURS: 60 * 5,
        Unit.DAYS: 1440,
        Unit.WORKING_DAYS: 1440 * 1.5,
        Unit.MONTHS: 1440 * 30.5,
        Unit.YEARS: 1440 * 366,
    }
    minutes = length * per_unit[unit]
    return dt.timedelta(minutes=minutes) if minutes < 10**9 else dt.timedelta.max
