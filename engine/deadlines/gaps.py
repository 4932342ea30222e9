"""Time that does not count, merged: as whole days for rules by day, as exact stretches for rules by hour.

By day, the day on which a reason begins still counts and the day on which it ends does not (首日不算): from the 16th to the 30th are
14 days.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.clock import SHANGHAI
from engine.deadlines.calendar import Calendar
from engine.deadlines.ledger_reading import Stretch

Pair = tuple[int, int]
Moments = tuple[dt.datetime, dt.datetime]


class Gap(NamedTuple):
    """The days (ordinals, both included) that one stretch of the ledger takes out. `lasting`: it has not ended yet."""

    first: int
    last: int
    stretch: Stretch
    lasting: bool = False


def by_day(stretches: Iterable[Stretch], inclusive: frozenset[str], until: dt.datetime) -> tuple[Gap, ...]:
    """The gaps of a rule by day, in order, overlapping ones side by side. A stretch that lasts runs to `until`."""
    found = [_gap(one, until, one.ground in inclusive) for one in stretches]
    return tuple(one for one in found if one.first <= one.last)


def _gap(stretch: Stretch, until: dt.datetime, inclusive: bool) -> Gap:
    first = stretch.from_at.astimezone(SHANGHAI).toordinal() + (not inclusive)
    last = (stretch.to_at or until).astimezone(SHANGHAI).toordinal()
    return Gap(first, last, stretch, stretch.to_at is None)


def merged(gaps: Iterable[Gap]) -> tuple[Pair, ...]:
    """The days of all gaps as stretches that neither overlap nor touch."""
    found: list[Pair] = []
    for first, last in sorted((one.first, one.last) for one in gaps):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def by_moment(stretches: Iterable[Stretch], until: dt.datetime) -> tuple[Moments, ...]:
    """The exact stretches of a rule by hour, merged and in order."""
    found: list[Moments] = []
    for begin, end in sorted((one.from_at, one.to_at or max(until, one.from_at)) for one in stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif begin < end:
            found.append((begin, end))
    return tuple(found)


def day_after(start: int, count: int, pairs: Sequence[Pair], calendar: Calendar, working: bool) -> int:
    """The `count`-th day after `start` that counts: outside the gaps and, for `working`, worked."""
    at = start
    for first, last in pairs:
        if last <= at:
            continue
        free = _free(at, first - 1, calendar, working)
        if count <= free:
            break
        count, at = count - free, last
    if not working:
        return at + count
    return calendar.add_working_days(dt.date.fromordinal(at), count).toordinal()


def day_before(end: int, count: int, pairs: Sequence[Pair], calendar: Calendar, working: bool) -> int:
    """The `count`-th day before `end` that counts."""
    at = end
    for first, last in reversed(pairs):
        if first >= at:
            continue
        free = _free(min(last, at - 1), at - 1, calendar, working)
        if count <= free:
            break
        count, at = count - free, first
    if not working:
        return at - count
    return calendar.add_working_days(dt.date.fromordinal(at), -count).toordinal()


def _free(after: int, last: int, calendar: Calendar, working: bool) -> int:
    if not working:
        return max(0, last - after)
    return calendar.working_days(dt.date.fromordinal(after), dt.date.fromordinal(last)) if last > after else 0


def time_after(start: dt.datetime, length: dt.timedelta, gaps: Sequence[Moments], calendar: Calendar, working: bool) -> dt.datetime:
    """The first moment at which `length` has passed since `start`, the gaps left out and, for `working`, in business time."""
    at = start
    for begin, end in gaps:
        if end <= at:
            continue
        free = time_between(at, begin, (), calendar, working)
        if length <= free:
            break
        length, at = length - free, end
    return calendar.add_business_time(at, length) if working else at + length


def time_between(start: dt.datetime, end: dt.datetime, gaps: Sequence[Moments], calendar: Calendar, working: bool) -> dt.timedelta:
    """How much time that counts lies between two moments; nothing if `end` is not after `start`."""
    if end <= start:
        return dt.timedelta(0)
    whole = calendar.business_time(start, end) if working else end - start
    cut = ((max(start, first), min(end, last)) for first, last in gaps)
    return whole - sum((time_between(first, last, (), calendar, working) for first, last in cut if first < last), dt.timedelta(0))
