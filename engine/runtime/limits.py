"""From what is drawn to limits that run: which rule, from which moment, and when it ends (gl:deadline, gl:limit).

An element may have both: a rule of the law, and a limit of our own that is to come sooner. Its own limit is what its work item shows.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import deadlines
from engine.clock import SHANGHAI, UTC
from engine.deadlines import Calendar, Deadline, Unit, rulebook
from engine.deadlines.ledger import Entry, EntryKind
from engine.deadlines.reading import Reading, read
from engine.deadlines.rules import Rule, step_rule
from engine.errors import ExpressionFailed
from engine.spiff import Element

Names = Mapping[str, Any]


@dataclass(frozen=True)
class Limit:
    """One limit of an open element. `continues` is the id of the stopped clock that goes on, None when a new one begins."""

    rule: Rule
    started: dt.datetime
    reading: Reading
    continues: int | None = None
    conservative_from: dt.datetime | None = None

    @property
    def deadline(self) -> Deadline:
        """What a work item and a timer need of it."""
        return deadline_of(self.rule, self.reading)


def deadline_of(rule: Rule, reading: Reading) -> Deadline:
    """A reading as the deadline of a step."""
    warn = reading.warnings[0] if reading.warnings else None
    return Deadline(reading.due, warn, rule.length, rule.unit, deadlines.text(rule.length, rule.unit), reading.provisional,
                    reading.conservative, reading.earliest)


def begun(rule: Rule, started: dt.datetime, calendar: Calendar, now: dt.datetime, careful: dt.datetime | None = None) -> Limit:
    """A limit without a history. `careful`: where it begins on the end of another limit, that end before it moved off a day off."""
    entries = [Entry(1, EntryKind.STARTED, now, from_at=started, conservative_from=careful)]
    return Limit(rule, started, read(rule, entries, calendar, now), conservative_from=careful)


def own_rule(element: Element, length: Any, before: Any) -> Rule | None:
    """The rule behind gl:limit; None when the limit is null. Raises ExpressionFailed for a value that is no number."""
    if length is None:
        return None
    if isinstance(length, bool) or not isinstance(length, int | float):
        raise ExpressionFailed(f"“{element.name}”的办理时限不是数字，请联系流程设计人员。", element=element.id)
    return step_rule(element.name or element.id, length, Unit(element.gl.get("limitUnit") or Unit.WORKING_DAYS), before)


def law_rule(element: Element, rule_set: Any, started: dt.datetime, parameters: Names) -> Rule:
    """The rule behind gl:deadline, in the version in force on the day it starts. Raises DeadlineRefused."""
    return rulebook.rule(str(element.gl["deadline"]), day=started.astimezone(SHANGHAI).date(), rule_set=str(rule_set or ""),
                         parameters=parameters)


def moment(element: Element, value: Any, now: dt.datetime) -> dt.datetime:
    """When counting begins: a date is its midnight in Asia/Shanghai, nothing is now. Raises ExpressionFailed for anything else."""
    if value is None:
        return now
    if isinstance(value, str):
        value = _read(element, value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time(), SHANGHAI).astimezone(UTC)
    raise ExpressionFailed(f"“{element.name}”的期限起算不是日期，请检查是否已填写。", element=element.id, value=repr(value)[:200])


def start(element: Element, value: Any, now: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
    """When counting begins, and when it does for the conservative day. `value`: as for `moment`, or a clock as expressions see it (due,
    unrolled): counting begins on the day on which that one ends. Raises ExpressionFailed."""
    if not isinstance(value, Mapping):
        return moment(element, value, now), None
    days = [_end_day(element, value.get(key), now) for key in ("due", "unrolled")]
    return days[0], days[1] if days[1] < days[0] else None


def _end_day(element: Element, value: Any, now: dt.datetime) -> dt.datetime:
    """The midnight of the day that a moment lies in. Raises ExpressionFailed where there is none."""
    if value is None:
        raise ExpressionFailed(f"“{element.name}”的期限从另一期限届满之日起算，那个期限还没有起算。", element=element.id)
    day = moment(element, value, now).astimezone(SHANGHAI).date()
    return dt.datetime.combine(day, dt.time(), SHANGHAI).astimezone(UTC)


def _read(element: Element, text: str) -> dt.date | dt.datetime:
    try:
        return dt.date.fromisoformat(text) if len(text) == len("2026-03-02") else dt.datetime.fromisoformat(text)
    except ValueError as problem:
        raise ExpressionFailed(f"“{element.name}”的期限起算“{text[:40]}”不是日期。", element=element.id) from problem
