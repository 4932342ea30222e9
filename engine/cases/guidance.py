"""What would be unlawful in a penalty case now, and why: for the page of the case, before anybody tries.

The reasons are those that the steps themselves refuse with (`lawful_order`, `closing`) and those of the limits that bar a step until they
have passed.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import closing, lawful_order, legal_basis, proposals
from engine.cases.case_file import PREPARING, Penalty
from engine.cases.proposals import Terms
from engine.deadlines.rules import Gate
from engine.runtime import clocks

SUMMARY = "summary_penalty"
PROVISIONAL = Terms(kinds=("warning",), basis=("—",))
"""Stands for terms that nobody has proposed yet: what is wrong with them is not said."""


@dataclass(frozen=True)
class Barred:
    """Something that may not be done now. `until`: the first moment when time alone would allow it."""

    act: str
    reasons: tuple[str, ...]
    until: dt.datetime | None = None


def barred(c: Connection, one: Penalty, variables: Mapping[str, Any]) -> tuple[Barred, ...]:
    """Everything that would be unlawful now, in the order of the procedure; of a frozen file only that it is frozen."""
    if one.frozen_at is not None:
        return (Barred("修改案卷", ("案件已结案，案卷已封存；只能查看、复制和移交档案",)),)
    found = (*_power(c, one), *_steps(c, one, variables), *_periods(c, one.instance_id), *_closing(c, one))
    return tuple(each for each in found if each.reasons)


def _power(c: Connection, one: Penalty) -> Iterator[Barred]:
    """The power itself, until something was decided by it."""
    if one.item and not _decided(c, one):
        reason = legal_basis.not_held(c, one, clock.today())
        act = "立案" if one.status == PREPARING else "告知、决定处罚"
        yield Barred(act, (reason,) if reason else ())


def _steps(c: Connection, one: Penalty, variables: Mapping[str, Any]) -> Iterator[Barred]:
    """Notice and decision, until each has been made."""
    if one.process_key == SUMMARY or _decided(c, one):
        return
    now = lawful_order.standing(c, one.instance_id, variables)
    terms = now.notice or proposals.last(c, one.instance_id, proposals.REPORT) or PROVISIONAL
    before = lawful_order.before_notice(now, terms)
    if now.notice is None:
        yield Barred("告知拟给予的处罚", before)
    after = lawful_order.before_decision(now, terms)
    yield Barred("作出行政处罚决定", tuple(reason for reason in after if now.notice or reason not in before))


def _decided(c: Connection, one: Penalty) -> bool:
    return any(proposals.last(c, one.instance_id, stage) is not None
               for stage in (proposals.DECISION, proposals.NO_PENALTY, proposals.WITHDRAWAL))


def _periods(c: Connection, instance_id: int) -> Iterator[Barred]:
    """Limits that have to pass first: the party's time to speak, the notice of a hearing, the time for remedies."""
    for one in clocks.of_case(c, instance_id):
        rule = clocks.rule(c, one) if one.is_open and one.rule else None
        if rule is None or rule.gate is not Gate.AFTER:
            continue
        until = clocks.reading(c, one).earliest
        why = rule.consequence or f"{rule.name}的期限还没有届满"
        yield Barred(f"进行“{rule.name}”期限以后的步骤", (f"{rule.law}{rule.article}：{why}",), until)


def _closing(c: Connection, one: Penalty) -> Iterator[Barred]:
    reasons = [f"“{measure.title}”（{measure.number}）还没有办结" for measure in closing.hindering_measures(c, one.instance_id)]
    if one.status != PREPARING and not _decided(c, one):
        reasons.append("还没有处罚决定、不予处罚决定或者撤案决定")
    yield Barred("结案", tuple(reasons))
