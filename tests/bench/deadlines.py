"""The cost of one due date over ten years with twenty suspensions, beside stepping through the same days and doing nothing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from engine.clock import UTC
from engine.deadlines import Entry, EntryKind, Reading, Rule, Unit, default_calendar, read, step_rule
from engine.deadlines.explain import explain
from tests.bench.figure import Figure, median_ms

START = dt.datetime(2025, 3, 3, 1, tzinfo=UTC)
NOW = dt.datetime(2035, 3, 3, 1, tzinfo=UTC)
DAY = dt.timedelta(days=1)
ROUNDS, AT_ONCE = 41, 20
KINDS = (("工作日", 2100, Unit.WORKING_DAYS, 2.0), ("自然日", 3000, Unit.DAYS, 2.0), ("月", 98, Unit.MONTHS, 2.0),
         ("工作时", 14_700, Unit.WORKING_HOURS, 5.0))
"""What is counted, how much of it makes ten years with the suspensions, and the aim."""



def measure() -> list[Figure]:
    """One figure for each way of counting, and one for a date with all its reasons."""
    found = [_dated(name, _rule(length, unit), aim) for name, length, unit, aim in KINDS]
    rule, entries = _rule(2100, Unit.WORKING_DAYS), ledger()
    told = _milliseconds(lambda: explain(rule, _read(rule, entries), entries, default_calendar()))
    walk = _walk(_read(rule, entries))
    return [*found, Figure("十年、二十次中止：日期连同逐日理由", told * 1000, "微秒", walk * 1000, "空走同样多的日子")]


def ledger() -> list[Entry]:
    """Twenty suspensions of thirty days, every half year, each entered as its begin and its end."""
    entries = [Entry(1, EntryKind.STARTED, START, from_at=START)]
    for number in range(20):
        begin = START + (30 + 180 * number) * DAY
        entries += [Entry(2 * number + 2, EntryKind.SUSPENDED, START, from_at=begin),
                    Entry(2 * number + 3, EntryKind.RESUMED, START, from_at=begin + 30 * DAY)]
    return entries


def _rule(length: float, unit: Unit) -> Rule:
    """A long limit. A limit of our own may not exceed ten years, one of the law may."""
    return replace(step_rule("长期限", length, unit, None), id="DL")


def _dated(name: str, rule: Rule, aim: float) -> Figure:
    entries = ledger()
    reading = _read(rule, entries)
    years = (reading.due - START).days / 365
    cost = _milliseconds(lambda: _read(rule, entries)) * 1000
    return Figure(f"{years:.0f} 年、二十次中止的到期日（{name}）", cost, "微秒", _walk(reading) * 1000, "空走同样多的日子", aim)


def _read(rule: Rule, entries: list[Entry]) -> Reading:
    return read(rule, entries, default_calendar(), NOW)


def _walk(reading: Reading) -> float:
    """Milliseconds to step from the first day to the last."""
    first, last = START.date(), reading.due.date()

    def step() -> None:
        day = first
        while day < last:
            day += DAY

    return _milliseconds(step)


def _milliseconds(work: Callable[[], object]) -> float:
    """The median cost of one call; several at once, because one is shorter than the clock's own step."""
    def several() -> None:
        for _ in range(AT_ONCE):
            work()

    return median_ms([several] * ROUNDS) / AT_ONCE
