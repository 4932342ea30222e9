"""The working calendar of a town: which days are worked, and at which hours.

Days follow the State Council's yearly notice (`holidays/<year>.json`): days off on weekdays, and weekends worked in
exchange (调休). A year whose notice is not loaded yet is *provisional*: weekends are off and nothing else is known.
Everything is read in Asia/Shanghai.
"""

import datetime as dt
import json
from bisect import bisect_left, bisect_right
from calendar import isleap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from engine.clock import SHANGHAI, UTC

Session = tuple[dt.time, dt.time]

BUSINESS_HOURS: tuple[Session, ...] = (
    (dt.time(8, 30), dt.time(12)),
    (dt.time(14), dt.time(17, 30)),
)
"""工作时 by default: seven hours a working day (PRM-businessHours)."""

_ONE_DAY = dt.timedelta(days=1)
_MOMENT = dt.timedelta(microseconds=1)
_FOLDER = Path(__file__).parent / "holidays"


@dataclass(frozen=True)
class Calendar:
    """Days off, weekends worked, the years that are known for certain, and the business hours of a working day.

    `names` says for which holiday a day that a notice names is off, or worked in exchange.
    """

    days_off: frozenset[dt.date]
    days_worked: frozenset[dt.date]
    years: frozenset[int]
    sessions: tuple[Session, ...] = BUSINESS_HOURS
    names: Mapping[dt.date, str] = field(default_factory=dict, compare=False, repr=False)
    _worked: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, notices: Sequence[Mapping[str, Any]], sessions: tuple[Session, ...] = BUSINESS_HOURS) -> "Calendar":
        """From yearly notices `{"year": 2026, "days": [{"date": "2026-01-01", "isOffDay": true}, …]}`."""
        if not sessions or any(opens >= closes for opens, closes in sessions):
            raise ValueError("business hours need at least one session that opens before it closes")
        days = [
            (dt.date.fromisoformat(day["date"]), bool(day["isOffDay"])) for notice in notices for day in notice["days"]
        ]
        return cls(
            days_off=frozenset(day for day, off in days if off),
            days_worked=frozenset(day for day, off in days if not off),
            years=frozenset(int(notice["year"]) for notice in notices),
            sessions=sessions,
            names={dt.date.fromisoformat(day["date"]): day["name"] for notice in notices for day in notice["days"] if day.get("name")},
        )

    @classmethod
    def load(cls, folder: Path = _FOLDER, sessions: tuple[Session, ...] = BUSINESS_HOURS) -> "Calendar":
        """All `<year>.json` notices of a folder."""
        return cls.of([json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))], sessions)

    def is_working_day(self, day: dt.date) -> bool:
        """Whether the town works on this day (a Saturday worked in exchange counts)."""
        if day in self.days_worked:
            return True
        return day.weekday() < 5 and day not in self.days_off

    def is_provisional(self, first: dt.date, last: dt.date) -> bool:
        """True if some year between the two days has no notice yet, so that a result may still move."""
        return any(year not in self.years for year in range(first.year, last.year + 1))

    def add_working_days(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day after `day`; `day` itself is not counted. A negative count goes back."""
        if count == 0:
            return day
        ordinal = self._forward(day, count) if count > 0 else self._back(day, -count)
        return dt.date.fromordinal(ordinal)

    def working_days(self, first: dt.date, last: dt.date) -> int:
        """How many working days lie after `first`, up to and with `last`; none if `last` is not after `first`."""
        if last <= first:
            return 0
        passed = bisect_right(self._year(first.year), first.toordinal())
        whole = sum(len(self._year(year)) for year in range(first.year, last.year))
        return whole + bisect_right(self._year(last.year), last.toordinal()) - passed

    def next_working_day(self, day: dt.date) -> dt.date:
        """`day` itself if it is worked, else the first worked day after it (顺延)."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def previous_working_day(self, day: dt.date) -> dt.date:
        """`day` itself if it is worked, else the last worked day before it."""
        return day if self.is_working_day(day) else self.add_working_days(day, -1)

    def _year(self, year: int) -> tuple[int, ...]:
        """The working days of one year as ordinals, found once."""
        found = self._worked.get(year)
        if found is None:
            first, days = dt.date(year, 1, 1).toordinal(), 365 + isleap(year)
            found = tuple(day for day in range(first, first + days) if self.is_working_day(dt.date.fromordinal(day)))
            self._worked[year] = found
        return found

    def _forward(self, day: dt.date, count: int) -> int:
        year = day.year
        place = bisect_right(self._year(year), day.toordinal()) + count - 1
        while place >= len(worked := self._year(year)):
            place -= len(worked)
            year += 1
        return worked[place]

    def _back(self, day: dt.date, count: int) -> int:
        year = day.year
        place = bisect_left(self._year(year), day.toordinal()) - count
        while place < 0:
            year -= 1
            place += len(self._year(year))
        return self._year(year)[place]

    def opening(self, day: dt.date) -> dt.datetime:
        """The moment the offices open on `day`, worked or not."""
        return dt.datetime.combine(day, self.sessions[0][0], SHANGHAI).astimezone(UTC)

    def add_business_time(self, start: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """The first moment at which `length` of business time has passed since `start`."""
        whole = (length - _MOMENT) // self._of_a_day() - 1
        if whole > 0:
            day = start.astimezone(SHANGHAI).date()
            length -= self.business_time(start, _midnight(day + _ONE_DAY)) + whole * self._of_a_day()
            start = _midnight(self.add_working_days(day, whole) + _ONE_DAY)
        for opens, closes in self._business_from(start):
            if length <= closes - opens:
                return opens + length
            length -= closes - opens
        raise AssertionError("the calendar has no end")

    def business_time(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """How much business time lies between two moments; nothing if `end` is not after `start`."""
        total, day, last = dt.timedelta(0), start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
        if last - day > 2 * _ONE_DAY:
            total = self.working_days(day, last - _ONE_DAY) * self._of_a_day()
            total += self.business_time(start, _midnight(day + _ONE_DAY))
            start = _midnight(last)
        for opens, closes in self._business_from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def _of_a_day(self) -> dt.timedelta:
        """The business time of one working day."""
        today = dt.date.min
        return sum((dt.datetime.combine(today, last) - dt.datetime.combine(today, first) for first, last in self.sessions), dt.timedelta(0))

    def _business_from(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Stretches of business time after `start`, in UTC and in order, without end."""
        day = start.astimezone(SHANGHAI).date()
        while True:
            if self.is_working_day(day):
                for first, last in self.sessions:
                    opens = max(start, dt.datetime.combine(day, first, SHANGHAI)).astimezone(UTC)
                    closes = dt.datetime.combine(day, last, SHANGHAI).astimezone(UTC)
                    if opens < closes:
                        yield opens, closes
            day += _ONE_DAY


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, SHANGHAI)


@cache
def default_calendar() -> Calendar:
    """The calendar shipped with the product, with the default business hours."""
    return Calendar.load()
