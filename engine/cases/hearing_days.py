"""From which day a hearing may be held: the notice of the hearing is served seven days before (行政处罚法第64条第2项, rule DL-C3)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from engine import clock, deadlines
from engine.clock import SHANGHAI, UTC
from engine.deadlines import Entry, EntryKind, calendars, rulebook
from engine.errors import TooEarly
from engine.people import directory
from engine.runtime import clocks, parameters

RULE = "DL-C3"


@dataclass(frozen=True)
class Earliest:
    """The first lawful day and why. `is_running`: the notice has been served, the day stands."""

    day: dt.date
    reason: str
    is_running: bool


def earliest(c: Connection, case_id: int | None, unit_id: str) -> Earliest:
    """From the case's own clock when the notice has been served; else as if it were served today."""
    running = [one for one in clocks.of_case(c, case_id) if one.rule == RULE and one.is_open] if case_id else []
    calendar = calendars.of(c)
    if running:
        at = clocks.reading(c, running[-1]).earliest
        if at is not None:
            served = running[-1].started_at.astimezone(SHANGHAI).date()
            return Earliest(at.astimezone(SHANGHAI).date(), f"听证通知书已于 {served:%Y-%m-%d} 送达，{_law()}", True)
    today = clock.today()
    path = directory.unit_of(c, unit_id).path
    rule = rulebook.rule(RULE, day=today, parameters=parameters.for_unit(parameters.changed(c), path))
    start = dt.datetime.combine(today, dt.time(), SHANGHAI)
    read = deadlines.read(rule, [Entry(1, EntryKind.STARTED, clock.now(), from_at=start)], calendar, clock.now())
    first = (read.earliest or read.due + dt.timedelta(seconds=1)).astimezone(SHANGHAI).date()
    return Earliest(first, f"按听证通知书今天送达计算，{_law()}通知书送达晚一天，听证也要相应推后。", False)


def must_be_lawful(c: Connection, case_id: int, unit_id: str, wanted: str) -> None:
    """Raises TooEarly for a hearing on a day before the earliest; `wanted` is its day or moment in Asia/Shanghai (ISO)."""
    first = earliest(c, case_id, unit_id)
    if dt.date.fromisoformat(wanted[: len("2026-03-02")]) < first.day:
        at = dt.datetime.combine(first.day, dt.time(), SHANGHAI).astimezone(UTC)
        raise TooEarly(f"听证最早可于 {first.day:%Y-%m-%d} 举行。{first.reason}", earliest=at)


def _law() -> str:
    return "行政处罚法第六十四条第二项：应当在举行听证的七日前通知当事人和有关人员。"
