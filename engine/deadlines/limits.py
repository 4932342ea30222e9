"""The deadline of one step: when it is due, when to warn, and how to say it."""

import datetime as dt
from dataclasses import dataclass

from engine.clock import SHANGHAI
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Count, DayCount, MonthCount, Unit, count, text
from engine.errors import ExpressionFailed


@dataclass(frozen=True)
class Deadline:
    """A limit that has begun. `provisional` means that some year it reaches into has no holiday notice yet."""

    due: dt.datetime
    warn: dt.datetime | None
    length: float
    unit: Unit
    text: str
    provisional: bool = False
    conservative: dt.datetime | None = None
    earliest: dt.datetime | None = None

    def names(self) -> dict[str, dt.datetime | None]:
        """What a timer's expression sees under `deadline`."""
        return {"due": self.due, "warn": self.warn, "conservative": self.conservative, "earliest": self.earliest}


def deadline(
    start: dt.datetime, length: float, unit: Unit, calendar: Calendar, warn_before: float | str | None = None
) -> Deadline:
    """The deadline of a step that begins at `start` (aware).

    `warn_before` is how long before the end a reminder comes: a number in the same unit, or the share of the time that is left
    then ("20%"). A reminder that would come before the step has begun comes at half its time.
    """
    rule = count(length, unit)
    end = rule.due(start, calendar)
    days = (start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date())
    warn = None if warn_before is None else _warn(start, end, rule, calendar, share_or_length(warn_before, unit))
    return Deadline(end, warn, length, unit, text(length, unit), calendar.is_provisional(*days))


def share_or_length(warn_before: float | str, unit: Unit) -> float | Count:
    """A share of the time as a fraction, or a length of the same unit."""
    if not isinstance(warn_before, str):
        return count(warn_before, unit)
    try:
        share = float(warn_before.strip().removesuffix("%")) / 100
    except ValueError as problem:
        raise ExpressionFailed(f"提醒提前量“{warn_before}”无法识别，请写数字或百分比，例如 20%。") from problem
    if not warn_before.strip().endswith("%") or not 0 < share < 1:
        raise ExpressionFailed(f"提醒提前量“{warn_before}”无法使用，百分比应在 0% 到 100% 之间，例如 20%。")
    return share


def _warn(start: dt.datetime, end: dt.datetime, rule: Count, calendar: Calendar, before: float | Count) -> dt.datetime:
    if isinstance(before, float):
        return _after_share(start, end, rule, calendar, 1 - before)
    moment = _earlier(end, before, calendar, start)
    return moment if moment > start else _after_share(start, end, rule, calendar, 0.5)


def _earlier(end: dt.datetime, before: Count, calendar: Calendar, start: dt.datetime) -> dt.datetime:
    if isinstance(before, DayCount | MonthCount):
        return before.before(end, calendar)
    if not before.working:
        return end - before.length
    used = calendar.business_time(start, end) - before.length
    return calendar.add_business_time(start, used) if used > dt.timedelta(0) else start


def _after_share(start: dt.datetime, end: dt.datetime, rule: Count, calendar: Calendar, share: float) -> dt.datetime:
    """The moment at which `share` of the time is used up: business time for rules that count it, else time on the wall."""
    if rule.working:
        return calendar.add_business_time(start, calendar.business_time(start, end) * share)
    return start + (end - start) * share
