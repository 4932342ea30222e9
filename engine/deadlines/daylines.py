"""Every day of a limit, counted or not, and why. Walks the very days that the end was computed from."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import HOURLY, Unit
from engine.deadlines.gaps import Gap, Moments
from engine.deadlines.ledger_reading import Story, Stretch
from engine.deadlines.rules import Rule


class Why(StrEnum):
    """Why a day counts or does not."""

    START = "start"  # the day of the event itself (首日不算)
    COUNTED = "counted"
    WORKED = "worked"  # counted: a weekend worked in exchange (调休上班)
    REST = "rest"  # an ordinary Saturday or Sunday
    HOLIDAY = "holiday"
    EXCLUDED = "excluded"  # a lawful suspension or an excluded period
    ROLLED = "rolled"  # after the last day: a day off over which the end moves on
    LAST = "last"  # the day the end moved to


class DayLine(NamedTuple):
    """One day. `number` is its place in the count, none for a day that does not count. `name` is the holiday's name, `stretch` what takes
    an excluded day out."""

    date: dt.date
    why: Why
    number: int | None = None
    name: str = ""
    stretch: Stretch | None = None

    @property
    def counted(self) -> bool:
        """Whether it counts towards the length."""
        return self.number is not None


@dataclass(frozen=True)
class Span:
    """One stretch of a rule by hour; `length` is how much of it counts."""

    from_at: dt.datetime
    to_at: dt.datetime
    length: dt.timedelta
    stretch: Stretch | None = None

    @property
    def counted(self) -> bool:
        """Whether it is outside of what the ledger takes out."""
        return self.stretch is None


@dataclass(frozen=True)
class Course:
    """What a reading was computed from and came to, kept so that its days can be told on demand."""

    rule: Rule
    calendar: Calendar
    story: Story
    start: dt.date
    last: dt.date
    due: dt.date
    careful: dt.date
    gaps: tuple[Gap, ...]
    moments: tuple[Moments, ...] = ()
    ends: dt.datetime | None = None


def days_of(course: Course) -> tuple[DayLine, ...]:
    """From the day of the event to the end, one line a day; nothing for rules by hour."""
    return () if course.rule.unit in HOURLY else tuple(_walk(course))


def _walk(course: Course) -> Iterator[DayLine]:
    yield DayLine(course.start, Why.START)
    number, passed, working = 0, 0, course.rule.unit is Unit.WORKING_DAYS
    for ordinal in range(course.start.toordinal() + 1, course.last.toordinal() + 1):
        while passed < len(course.gaps) and course.gaps[passed].last < ordinal:
            passed += 1
        line = _line(course, ordinal, _gap_at(course.gaps, passed, ordinal), working)
        number += line.counted
        yield line._replace(number=number) if line.counted else line
    for ordinal in range(course.last.toordinal() + 1, course.due.toordinal() + 1):
        day = dt.date.fromordinal(ordinal)
        yield DayLine(day, Why.LAST if day == course.due else Why.ROLLED, name=course.calendar.names.get(day, ""))


def _gap_at(gaps: tuple[Gap, ...], start: int, ordinal: int) -> Gap | None:
    """The first gap from number `start` on that takes the day out; they stand in the order of their first days."""
    for number in range(start, len(gaps)):
        if gaps[number].first > ordinal:
            return None
        if ordinal <= gaps[number].last:
            return gaps[number]
    return None


def _line(course: Course, ordinal: int, gap: Gap | None, working: bool) -> DayLine:
    """One day between the start and the end; a day that counts is numbered 0 here."""
    day, calendar = dt.date.fromordinal(ordinal), course.calendar
    name = calendar.names.get(day, "")
    if gap is not None:
        return DayLine(day, Why.EXCLUDED, None, name, gap.stretch)
    if not working:
        return DayLine(day, Why.COUNTED, 0)
    if calendar.is_working_day(day):
        return DayLine(day, Why.WORKED if day.weekday() >= 5 else Why.COUNTED, 0, name)
    return DayLine(day, Why.HOLIDAY if day in calendar.days_off else Why.REST, None, name)


def spans_of(course: Course) -> tuple[Span, ...]:
    """From the start to the end, cut at what does not count; nothing for rules by day."""
    return tuple(_spans(course)) if course.ends is not None and course.rule.unit in HOURLY else ()


def _spans(course: Course) -> Iterator[Span]:
    at, ends = course.story.started, course.ends or course.story.started
    for first, last in course.moments:
        begin, end = max(first, at), min(last, ends)
        if begin < end:
            if at < begin:
                yield Span(at, begin, _counted(course, at, begin))
            yield Span(begin, end, dt.timedelta(0), _stretch_at(course, begin))
            at = end
    if at < ends:
        yield Span(at, ends, _counted(course, at, ends))


def _counted(course: Course, begin: dt.datetime, end: dt.datetime) -> dt.timedelta:
    return course.calendar.business_time(begin, end) if course.rule.unit is Unit.WORKING_HOURS else end - begin


def _stretch_at(course: Course, moment: dt.datetime) -> Stretch | None:
    return next((one for one in course.story.stretches if one.from_at <= moment and (one.to_at is None or moment < one.to_at)), None)
