"""When a clock ends: one rule, one ledger, one calendar. Nothing is stored and nothing is asked of anybody; the same in gives the same out.

Counting follows RULE-1 (the day it starts on does not count), RULE-2 (rolling over, the conservative day), RULE-3 to RULE-6 (working or
calendar days, already in the rule's unit), RULE-7 (months and years), RULE-9 (the earliest lawful moment) and RULE-11 (only the rule's own
grounds take time out).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from engine.clock import SHANGHAI, UTC
from engine.deadlines import gaps
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import HOURLY, Unit, count, end_of, months_after
from engine.deadlines.daylines import Course, DayLine, Span, days_of, spans_of
from engine.deadlines.ledger import Entry
from engine.deadlines.ledger_reading import Story, read_ledger
from engine.deadlines.reminding import Time, warnings_of
from engine.deadlines.rules import Gate, Roll, Rule
from engine.errors import DeadlineRefused

_CAREFUL = (Roll.AUTHORITY, Roll.COURT)
_ROLLED = (Roll.PARTY, Roll.COURT)


@dataclass(frozen=True)
class Reading:
    """How a clock stands. All moments aware UTC.

    `due` is the lawful end, `conservative` the careful one where it differs, `unrolled` the end before it moved off a day off (a limit that
    begins where this one ends counts from there when it is careful). `earliest` is the first moment after the whole limit, for rules that
    bar a step until then. `warnings` ascend. `amount` is the length with all extensions, in the rule's unit.
    """

    status: str
    started: dt.datetime
    due: dt.datetime
    conservative: dt.datetime | None
    unrolled: dt.datetime
    earliest: dt.datetime | None
    warnings: tuple[dt.datetime, ...]
    amount: float
    provisional: bool
    calendar_bound: bool
    course: Course = field(repr=False, compare=False)

    @cached_property
    def days(self) -> tuple[DayLine, ...]:
        """Every day from the start to the end, counted or not and why; nothing for rules by hour."""
        return days_of(self.course)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Every stretch from the start to the end, counted or not and why; nothing for rules by day."""
        return spans_of(self.course)


def read(rule: Rule, entries: Iterable[Entry], calendar: Calendar, now: dt.datetime) -> Reading:
    """The clock of `rule` with this ledger, at `now`. An open suspension lasts to `now`, so the end moves on with it.

    Raises DeadlineRefused: no start, a rule whose parameter has no value, an end beyond the calendar; ExpressionFailed for a limit of our
    own that is none.
    """
    if not rule.is_set:
        raise DeadlineRefused(f"{rule.title}：参数 {rule.parameter} 还没有设定，无法计算期限。请先由管理员设定。", rule=rule.id)
    story = read_ledger(rule, entries)
    added = story.added if rule.cap is None else min(story.added, rule.cap)
    amount = rule.length + added
    if not rule.id:
        count(rule.length, rule.unit)
    try:
        return (_by_hours if rule.unit in HOURLY else _by_days)(rule, story, calendar, (amount, _until(story, now)))
    except (OverflowError, ValueError) as problem:
        begin = _day(story.started)
        raise DeadlineRefused(f"{rule.title}：从 {begin} 起算超出了日历能表示的范围，请核对起算日。", rule=rule.id) from problem


def _until(story: Story, now: dt.datetime) -> dt.datetime:
    """To when a suspension that nobody ended lasts."""
    return now if story.stopped_at is None else min(now, story.stopped_at)


def _by_days(rule: Rule, story: Story, calendar: Calendar, asked: tuple[float, dt.datetime]) -> Reading:
    amount, until = asked
    inclusive = frozenset(one.id for one in rule.grounds if one.inclusive)
    found = gaps.by_day(story.stretches, inclusive, until)
    pairs = gaps.merged(found)
    start = _day(story.started)
    last = _last_day(rule, start, amount, calendar, pairs)
    due = calendar.next_working_day(last) if rule.roll in _ROLLED else last
    careful = _careful(rule, story, amount, calendar, pairs) if rule.roll in _CAREFUL else due
    course = Course(rule, calendar, story, start, last, due, careful, found)
    time = Time(story.started, end_of(careful), calendar, rule.unit is Unit.WORKING_DAYS, days=pairs)
    return Reading(
        status=story.status, started=story.started, due=end_of(due), conservative=None if careful == due else end_of(careful),
        unrolled=end_of(last), earliest=_midnight(due + dt.timedelta(days=1)) if rule.gate is Gate.AFTER else None,
        warnings=warnings_of(rule, time), amount=amount,
        provisional=_is_bound(rule) and calendar.is_provisional(start, max(due, last)), calendar_bound=_is_bound(rule), course=course,
    )


def _last_day(rule: Rule, start: dt.date, amount: float, calendar: Calendar, pairs: tuple[gaps.Pair, ...]) -> dt.date:
    """The last day before RULE-2: the corresponding day for months and years, each excluded day moving it on by one."""
    if rule.unit in (Unit.MONTHS, Unit.YEARS):
        number = (months_after(start, int(amount) * (12 if rule.unit is Unit.YEARS else 1)) - start).days
    else:
        number = int(amount)
    ordinal = gaps.day_after(start.toordinal(), number, pairs, calendar, rule.unit is Unit.WORKING_DAYS)
    return dt.date.fromordinal(ordinal)


def _careful(rule: Rule, story: Story, amount: float, calendar: Calendar, pairs: tuple[gaps.Pair, ...]) -> dt.date:
    """The conservative day: from the careful start, not rolled over, on the working day before a day off; never before the start."""
    start = _day(story.conservative_from or story.started)
    last = _last_day(rule, start, amount, calendar, pairs)
    return max(start, calendar.previous_working_day(last))


def _by_hours(rule: Rule, story: Story, calendar: Calendar, asked: tuple[float, dt.datetime]) -> Reading:
    amount, until = asked
    working = rule.unit is Unit.WORKING_HOURS
    length = dt.timedelta(minutes=amount) if rule.unit is Unit.MINUTES else dt.timedelta(hours=amount)
    pairs = gaps.by_moment(story.stretches, until)
    due = gaps.time_after(story.started, length, pairs, calendar, working).astimezone(UTC)
    start, last = _day(story.started), _day(due)
    course = Course(rule, calendar, story, start, last, last, last, (), pairs, due)
    time = Time(story.started, due, calendar, working, moments=pairs)
    return Reading(
        status=story.status, started=story.started, due=due, conservative=None, unrolled=due,
        earliest=due if rule.gate is Gate.AFTER else None, warnings=warnings_of(rule, time), amount=amount,
        provisional=working and calendar.is_provisional(start, last), calendar_bound=working, course=course,
    )


def _is_bound(rule: Rule) -> bool:
    return rule.unit is Unit.WORKING_DAYS or rule.roll is not Roll.NONE


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(SHANGHAI).date()


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, SHANGHAI).astimezone(UTC)
