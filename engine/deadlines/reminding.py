"""When to warn before a limit ends: at fixed lengths before it (PRM-reminder.leadTimes), or as the step itself says.

Counts the same time as the limit: days and hours that do not count for it do not count for the reminder either.
"""

import datetime as dt
from dataclasses import dataclass

from engine.clock import SHANGHAI, UTC
from engine.deadlines import gaps
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import HOURLY, Count, DayCount, HourCount, MonthCount, Unit, months_after
from engine.deadlines.limits import share_or_length
from engine.deadlines.rules import Rule


@dataclass(frozen=True)
class Time:
    """The time of one limit from `start` to `end`, with what does not count in it: as days for rules by day, else as exact stretches."""

    start: dt.datetime
    end: dt.datetime
    calendar: Calendar
    working: bool
    days: tuple[gaps.Pair, ...] = ()
    moments: tuple[gaps.Moments, ...] = ()


def warnings_of(rule: Rule, time: Time) -> tuple[dt.datetime, ...]:
    """When to warn, ascending. A reminder that would come before the limit has begun comes at half its time."""
    if time.end <= time.start:
        return ()
    if rule.warn_before is not None:
        before = share_or_length(rule.warn_before, rule.unit)
        return (_after_share(time, 1 - before) if isinstance(before, float) else _in_time(time, _earlier(time, before)),)
    moments = {_earlier(time, _lead(rule, lead)) for lead in rule.leads}
    good = sorted(moment for moment in moments if moment > time.start)
    return tuple(good) or ((_after_share(time, 0.5),) if moments else ())


def _lead(rule: Rule, lead: float) -> Count:
    if rule.unit in HOURLY:
        return HourCount(dt.timedelta(hours=lead), rule.unit is Unit.WORKING_HOURS)
    return DayCount(int(lead), rule.unit is Unit.WORKING_DAYS)


def _in_time(time: Time, moment: dt.datetime) -> dt.datetime:
    return moment if moment > time.start else _after_share(time, 0.5)


def _earlier(time: Time, before: Count) -> dt.datetime:
    """So much before the end; the start itself when there is not so much time."""
    if isinstance(before, HourCount):
        left = gaps.time_between(time.start, time.end, time.moments, time.calendar, time.working) - before.length
        if left <= dt.timedelta(0):
            return time.start
        return gaps.time_after(time.start, left, time.moments, time.calendar, time.working).astimezone(UTC)
    last = time.end.astimezone(SHANGHAI).date()
    if isinstance(before, MonthCount):
        return time.calendar.opening(months_after(last, -before.months))
    day = gaps.day_before(last.toordinal(), before.days, time.days, time.calendar, before.working)
    return time.calendar.opening(dt.date.fromordinal(day))


def _after_share(time: Time, share: float) -> dt.datetime:
    """The moment at which `share` of the time is used up: business time for rules that count it, else time on the wall."""
    out = time.moments or tuple((_midnight(first), _midnight(last + 1)) for first, last in time.days)
    whole = gaps.time_between(time.start, time.end, out, time.calendar, time.working)
    return gaps.time_after(time.start, whole * share, out, time.calendar, time.working)


def _midnight(ordinal: int) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromordinal(ordinal), dt.time.min, SHANGHAI)
