"""Working hours laid end to end: hour 0 is the opening of the first day; nights, weekends and holidays take no room on this line."""

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from engine.clock import SHANGHAI, UTC
from engine.deadlines import Calendar

HOUR = dt.timedelta(hours=1)
BEYOND = 400
"""Days that are laid down behind the last working day, for what ends after it."""


@dataclass(frozen=True)
class WorkingTime:
    """`opens` are the openings in POSIX seconds, `before` the hours worked before each, `end` the hour of the last closing."""

    opens: tuple[float, ...]
    before: tuple[float, ...]
    end: float
    a_day: float

    @classmethod
    def of(cls, calendar: Calendar, first: dt.date, days: int) -> "WorkingTime":
        """From the first working day on or after `first`, over so many working days and some more."""
        day = calendar.next_working_day(first)
        last = calendar.add_working_days(day, days) + dt.timedelta(days=BEYOND)
        opens: list[float] = []
        before: list[float] = []
        worked = 0.0
        while day <= last:
            for opening, closing in calendar.sessions if calendar.is_working_day(day) else ():
                start, end = (dt.datetime.combine(day, one, SHANGHAI).timestamp() for one in (opening, closing))
                opens.append(start)
                before.append(worked)
                worked += (end - start) / 3600
            day += dt.timedelta(days=1)
        return cls(tuple(opens), tuple(before), worked, hours_a_day(calendar))

    def moment(self, hour: float) -> dt.datetime:
        """When so many hours have been worked; at a closing, that closing, not the next opening."""
        place = max(bisect_left(self.before, hour) - 1, 0)
        return dt.datetime.fromtimestamp(self.opens[place] + (hour - self.before[place]) * 3600, UTC)

    def hour(self, moment: dt.datetime) -> float:
        """How many hours have been worked until a moment; endless behind the end of the line."""
        seconds = moment.timestamp()
        place = bisect_right(self.opens, seconds) - 1
        if place < 0:
            return 0.0
        closing = self.before[place + 1] if place + 1 < len(self.before) else math.inf
        return min(self.before[place] + (seconds - self.opens[place]) / 3600, closing)

    def after(self, hour: float, length: dt.timedelta) -> float:
        """The hour at which `length` of ordinary time has passed since `hour`."""
        return max(self.hour(self.moment(hour) + length), hour)


def hours_a_day(calendar: Calendar) -> float:
    """Hours of a working day."""
    day = dt.date.min
    spans = (dt.datetime.combine(day, closing) - dt.datetime.combine(day, opening) for opening, closing in calendar.sessions)
    return sum(spans, dt.timedelta(0)) / HOUR
