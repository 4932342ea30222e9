"""Days that a rule of the law gives from another day, where no clock of a case runs: computed as the clocks compute theirs."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from engine import clock, deadlines
from engine.clock import SHANGHAI
from engine.deadlines import Entry, EntryKind, Reading, calendars, rulebook
from engine.runtime import clocks, parameters


@dataclass(frozen=True)
class Due:
    """The last day of a period, the careful one, and the day before it moved off a day off (all days in Asia/Shanghai)."""

    day: dt.date
    conservative: dt.date
    unrolled: dt.date


def due(c: Connection, rule_id: str, start: dt.date, unit_path: str = "/") -> Due:
    """When a period of a rule ends that starts on a day. Raises DeadlineRefused: unknown rule, a parameter without a value."""
    rule = rulebook.rule(rule_id, day=start, parameters=parameters.for_unit(parameters.changed(c), unit_path))
    begin = dt.datetime.combine(start, dt.time(), SHANGHAI)
    return of_reading(deadlines.read(rule, [Entry(1, EntryKind.STARTED, clock.now(), from_at=begin)], calendars.of(c), clock.now()))


def of_reading(reading: Reading) -> Due:
    """The days of a clock."""
    return Due(day_of(reading.due), day_of(reading.conservative or reading.due), day_of(reading.unrolled))


def running(c: Connection, instance_id: int, rule_id: str) -> clocks.Clock | None:
    """The newest clock of a case by that rule."""
    return next((one for one in reversed(clocks.of_case(c, instance_id)) if one.rule == rule_id), None)


def day_of(moment: dt.datetime) -> dt.date:
    """The day in Asia/Shanghai on which a moment lies; the end of a day belongs to that day."""
    return moment.astimezone(SHANGHAI).date()
