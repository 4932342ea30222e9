"""Hard gates (gl:gate): a step may not be done before a period has passed, after it has ended, or at a barred time.

The moment that counts is the one the diagram names (the day of the hearing, the hour of the demolition), else the moment of submitting.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import clock
from engine.clock import SHANGHAI, UTC
from engine.deadlines import Calendar, rulebook
from engine.deadlines.reading import Reading
from engine.deadlines.rules import Gate, Rule
from engine.errors import TooEarly
from engine.runtime import ledgers
from engine.runtime.host import CaseHost
from engine.runtime.ledgers import Ledger
from engine.runtime.limits import moment
from engine.spiff import Element

Names = Mapping[str, Any]
MOST = 800
"""More barred stretches in a row than any calendar has."""


@dataclass(frozen=True)
class Gateway:
    """One gate of a step as it stands now. `reason` says why it is closed; `earliest` the first lawful moment, None if there is none."""

    rule: str
    name: str
    is_open: bool
    reason: str
    earliest: dt.datetime | None


def of(host: CaseHost, element: Element, names: Names, known: Sequence[Ledger]) -> tuple[Gateway, ...]:
    """The gates of a step with these names; `known` are the clocks of its case. Raises ExpressionFailed."""
    gates = element.gl.get("gate", ())
    if not gates:
        return ()
    asked = [(gate.get(name) or "null", names) for gate in gates for name in ("moment", "waived")]
    values = iter(host.evaluate(asked))
    return tuple(_gateway(host, element, str(gate.get("rule")), (next(values), next(values)), known) for gate in gates)


def must_be_open(host: CaseHost, element: Element, names: Names, known: Sequence[Ledger]) -> None:
    """Raises TooEarly with the reason and the earliest lawful moment of the first gate that is closed."""
    for gate in of(host, element, names, known):
        if not gate.is_open:
            raise TooEarly(gate.reason, earliest=gate.earliest, rule=gate.rule, element=element.id)


def _gateway(host: CaseHost, element: Element, rule_id: str, values: tuple[Any, Any], known: Sequence[Ledger]) -> Gateway:
    wanted, waived = values
    at = moment(element, wanted, clock.now())
    ledger = next((one for one in reversed(known) if one.row.rule == rule_id), None)
    day = at.astimezone(SHANGHAI).date()
    rule = ledger.rule if ledger else rulebook.rule(rule_id, day=day, parameters=host.parameters)
    if waived is True:
        return Gateway(rule.id, rule.name, True, "", None)
    if rule.gate is Gate.BARRED:
        return _barred(rule, at, host.calendar)
    if ledger is None:
        reason = f"{rule.title}：期限还没有开始计算，“{element.name}”现在不能办理。请先完成告知、送达等前置步骤。"
        return Gateway(rule.id, rule.name, False, reason, None)
    reading = ledger.reading(host.calendar, clock.now())
    if rule.gate is Gate.WITHIN:
        return _within(rule, at, reading, element)
    return _after(rule, at, reading, element)


def _after(rule: Rule, at: dt.datetime, reading: Reading, element: Element) -> Gateway:
    earliest = reading.earliest or reading.due + dt.timedelta(seconds=1)
    if reading.status != ledgers.SUSPENDED and at >= earliest:
        return Gateway(rule.id, rule.name, True, "", earliest)
    if reading.status == ledgers.SUSPENDED:
        return Gateway(rule.id, rule.name, False, f"{rule.title}：期限正在中止，恢复并届满之前不能“{element.name}”。", None)
    reason = f"{rule.title}：期限于 {_said(reading.due)} 届满，“{element.name}”最早可于 {_said(earliest)} 进行（{_source(rule)}）。"
    return Gateway(rule.id, rule.name, False, reason, earliest)


def _within(rule: Rule, at: dt.datetime, reading: Reading, element: Element) -> Gateway:
    if at <= reading.due:
        return Gateway(rule.id, rule.name, True, "", None)
    then = f"后果：{rule.consequence}。" if rule.consequence else ""
    reason = f"{rule.title}：期限已于 {_said(reading.due)} 届满，不能再“{element.name}”（{_source(rule)}）。{then}"
    return Gateway(rule.id, rule.name, False, reason, None)


def _barred(rule: Rule, at: dt.datetime, calendar: Calendar) -> Gateway:
    """Nights and holidays, as the rule's own parameters say."""
    first = at
    for _ in range(MOST):
        passed = _next_allowed(rule, first, calendar)
        if passed == first:
            break
        first = passed
    if first == at:
        return Gateway(rule.id, rule.name, True, "", at)
    reason = f"{rule.title}：{_said(at)} 在不得执行的时段内，最早可于 {_said(first)} 进行（{_source(rule)}）。"
    return Gateway(rule.id, rule.name, False, reason, first)


def _next_allowed(rule: Rule, at: dt.datetime, calendar: Calendar) -> dt.datetime:
    """`at` itself, or the end of the barred stretch it lies in."""
    here = at.astimezone(SHANGHAI)
    if here.date() in calendar.days_off:
        return dt.datetime.combine(here.date() + dt.timedelta(days=1), dt.time(), SHANGHAI).astimezone(UTC)
    begins, ends = (dt.time.fromisoformat(text.strip()) for text in str(rule.extra["night"]).split("-"))
    if here.time() < ends:
        return dt.datetime.combine(here.date(), ends, SHANGHAI).astimezone(UTC)
    if here.time() >= begins:
        return dt.datetime.combine(here.date() + dt.timedelta(days=1), ends, SHANGHAI).astimezone(UTC)
    return at


def _said(when: dt.datetime) -> str:
    return f"{when.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _source(rule: Rule) -> str:
    return f"{rule.law}{rule.article}" if rule.law or rule.article else rule.parameter or rule.id
