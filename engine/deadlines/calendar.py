"""The working calendar of a town: which days are worked, and at which hours.

Days follow the State Council's yearly notice (`holidays/<year>.json`): days off on weekdays, and weekends worked in
exchange (调休). A year whose notice is not loaded yet is *provisional*: weekends are off and nothing else is known.
Everything is read in Asia/Shanghai.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
_FOLDER = Path(__file__).parent / "holidays"


@dataclass(frozen=True)
class Calendar:
    """Days off, weekends worked, the years that are known for certain, and the business hours of a working day."""

    days_off: frozenset[dt.date]
    days_worked: frozenset[dt.date]
    years: frozenset[int]
    sessions: tuple[Session, ...] = BUSINESS_HOURS

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
        step = _ONE_DAY if count > 0 else -_ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def next_working_day(self, day: dt.date) -> dt.date:
        """`day` itself if it is worked, else the first worked day after it (顺延)."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def opening(self, day: dt.date) -> dt.datetime:
        """The moment the offices open on `day`, worked or not."""
        return dt.datetime.combine(day, self.sessions[0][0], SHANGHAI).astimezone(UTC)

    def add_business_time(self, start: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """The first moment at which `length` of business time has passed since `start`."""
        for opens, closes in self._business_from(start):
            if length <= closes - opens:
                return opens + length
            length -= closes - opens
        raise AssertionError("the calendar has no end")

    def business_time(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """How much business time lies between two moments; nothing if `end` is not after `start`."""
        total = dt.timedelta(0)
        for opens, closes in self._business_from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

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


@cache
def default_calendar() -> Calendar:
    """The calendar shipped with the product, with the default business hours."""
    return Calendar.load()
