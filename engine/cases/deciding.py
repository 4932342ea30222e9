"""Proposing, notifying and deciding: each writes a row of its stage, and refuses where the lawful order is not kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, duties, filing, history_of_party, lawful_order, legal_basis, proposals
from engine.cases.case_file import Penalty
from engine.cases.duties import Change
from engine.cases.lawful_order import Standing
from engine.cases.proposals import DECISION, NO_PENALTY, NOTICE, REPORT, WITHDRAWAL, Proposal, Terms
from engine.errors import InvalidState, InvalidValues

FIRST_OFFENCE = "penalty_first_offence_days"
PENALTY, SUMMARY = "penalty", "summary_penalty"
NOT_PENALTY = {"no_penalty": "不予行政处罚", "not_established": "违法事实不能成立，不予行政处罚", "transfer": "移送",
               "withdrawn": "撤销案件"}


@dataclass(frozen=True)
class Step:
    """A submitted step: its case, who submits it, what was filled in, what the process knows."""

    case: int
    person: str
    values: Mapping[str, Any]
    variables: Mapping[str, Any]

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Step":
        """From the payload of an act of the case itself or of a process that was started from it."""
        return cls(int(payload["case"]), str(payload["person"]), payload["values"], payload["variables"])


def propose(c: Connection, step: Step) -> dict[str, Any]:
    """What the officers propose at the end of the investigation. Raises InvalidState, InvalidValues."""
    one = case_file.open_file(c, step.case)
    kind = str(step.values.get("proposal_kind") or step.values.get("decision_kind") or PENALTY)
    terms = replace(proposals.read(step.values, REPORT, Terms(facts=one.facts)), more=_more(step, kind, None))
    if kind == PENALTY:
        _must_be_lawful(c, step, terms, lawful_order.before_notice)
    _must_be_first(c, step, one)
    return proposals.answer(_written(c, step, REPORT, terms))


def notify(c: Connection, step: Step) -> dict[str, Any]:
    """What the party is told beforehand. Raises InvalidState, InvalidValues."""
    before = proposals.last(c, step.case, REPORT)
    terms = replace(proposals.read(step.values, NOTICE, before), more=_more(step, PENALTY, before))
    _must_be_lawful(c, step, terms, lawful_order.before_notice)
    return proposals.answer(_written(c, step, NOTICE, terms))


def decide(c: Connection, step: Step) -> dict[str, Any]:
    """The decision of the authority. Raises InvalidState with every article that stands in the way, InvalidValues."""
    if step.values.get("decision_outcome", "agree") not in ("agree", "approve", "decide"):
        return {"decided": False}
    kind = str(step.values.get("decision_kind") or step.variables.get("decision_kind") or PENALTY)
    if kind != PENALTY:
        return no_penalty(c, replace(step, values={"decision_kind": kind, **step.values}))
    if case_file.of(c, step.case).process_key == SUMMARY:
        return _on_the_spot(c, step)
    before = proposals.last(c, step.case, NOTICE) or proposals.last(c, step.case, REPORT)
    terms = replace(proposals.read(step.values, DECISION, before), more=_more(step, kind, before))
    duties.must_be_apart(c, step.case, step.person, duties.APPROVER)
    _must_be_lawful(c, step, terms, lawful_order.before_decision)
    return _decided(c, step, DECISION, terms)


def _on_the_spot(c: Connection, step: Step) -> dict[str, Any]:
    """当场处罚: the officers file and decide at once (行政处罚法第五十一条、第五十二条)."""
    one = case_file.of(c, step.case)
    more = _more(step, PENALTY, None) | {"approved_by": ""}  # nobody above the officers looks at it, so the grade may not be left
    terms = replace(proposals.read(step.values, DECISION, Terms(facts=one.facts)), more=more)
    known = {"number": one.number, "filed_on": one.filed_on.isoformat()} if one.filed_on else None  # decided again
    filed = known or filing.file_case(c, step.case, step.values, None)
    now = lawful_order.standing(c, step.case, step.variables)
    spot = lawful_order.on_the_spot(now, terms, case_file.param(c, step.case))
    lawful_order.refuse((*spot, *_against(c, step, terms)), step.case)
    return {**filed, **_answer(_written(c, step, DECISION, terms))}


def _must_be_lawful(c: Connection, step: Step, terms: Terms, order: Callable[[Standing, Terms], tuple[str, ...]]) -> None:
    """Raises InvalidState with everything that stands in the way: the order of the procedure, then the law of the matter."""
    now = lawful_order.standing(c, step.case, step.variables)
    lawful_order.refuse((*order(now, terms), *_against(c, step, terms)), step.case)


def _against(c: Connection, step: Step, terms: Terms) -> tuple[str, ...]:
    known = {**step.variables, **step.values}
    return legal_basis.against(c, case_file.of(c, step.case), terms, clock.today(), known)


def _must_be_first(c: Connection, step: Step, one: Penalty) -> None:
    """Raises InvalidState for a first offence that is none: something was decided in the same matter within the window (a parameter;
    where there is none, ever)."""
    if not step.values.get("first_offence"):
        return
    days = case_file.param(c, one.instance_id).get(FIRST_OFFENCE)
    if not history_of_party.is_first_offence(c, one, None if days is None else int(days), clock.today()):
        window = "此前" if days is None else f"在 {int(days)} 日内"
        raise InvalidState(f"行政处罚法第三十三条：当事人{window}有同类记录，不是初次违法，不能按首违不罚办理。", instance=one.instance_id)


def _more(step: Step, kind: str, before: Proposal | None) -> dict[str, Any]:
    """Beside the terms: whether the facts are the notified ones, and why the fine leaves its grade; who submits answers for that."""
    kept = before.more if before else {}
    return {"kind": kind, "facts_same": bool(step.values.get("facts_same")), "approved_by": step.person,
            "mitigated": bool(step.values.get("mitigated", kept.get("mitigated"))),
            "departing_reason": str(step.values.get("departing_reason") or kept.get("departing_reason") or "")}


def no_penalty(c: Connection, step: Step) -> dict[str, Any]:
    """A decision not to punish (行政处罚法第三十三条、第五十七条). Raises InvalidValues without its reasons."""
    _must_be_filed(c, step)
    kind = str(step.values.get("decision_kind") or step.variables.get("decision_kind") or "no_penalty")
    if kind not in NOT_PENALTY:
        raise InvalidValues({"decision_kind": "请选择处理决定。"})
    _must_be_first(c, step, case_file.of(c, step.case))
    ground = step.values.get("no_penalty_ground") or step.values.get("clause") or ""
    more = {"kind": kind, "ground": ground, "education": step.values.get("education") or ""}
    terms = Terms(facts=str(step.values.get("facts") or case_file.of(c, step.case).facts), reasons=_reasons(step), more=more)
    duties.must_be_apart(c, step.case, step.person, duties.APPROVER)
    return _decided(c, step, NO_PENALTY, terms)


def withdraw(c: Connection, step: Step) -> dict[str, Any]:
    """Giving a filed case up (撤案). Raises InvalidState after a decision, InvalidValues without reasons."""
    _must_be_filed(c, step)
    if proposals.last(c, step.case, DECISION) is not None:
        raise InvalidState("案件已作出处罚决定，不能撤案；决定有错误的按行政处罚法第七十五条改正。", instance=step.case)
    duties.must_be_apart(c, step.case, step.person, duties.APPROVER)
    return _decided(c, step, WITHDRAWAL, Terms(reasons=_reasons(step), more={"kind": "withdrawn"}))


def _decided(c: Connection, step: Step, stage: str, terms: Terms) -> dict[str, Any]:
    duties.take(c, step.case, Change(duties.APPROVER, step.person, by=step.person))
    return _answer(_written(c, step, stage, terms))


def _written(c: Connection, step: Step, stage: str, terms: Terms) -> Proposal:
    """The terms of a stage, with the table and version of their grade as of today."""
    return proposals.write(c, step.case, stage, legal_basis.graded(c, case_file.of(c, step.case), terms, clock.today()), step.person)


def _answer(row: Proposal) -> dict[str, Any]:
    return {**proposals.answer(row), "decided": True, "decision_kind": row.more["kind"], "decided_on": row.day.isoformat()}


def _must_be_filed(c: Connection, step: Step) -> None:
    if case_file.open_file(c, step.case).status == case_file.PREPARING:
        raise InvalidState("案件还没有立案。", instance=step.case)


def _reasons(step: Step) -> str:
    said = str(step.values.get("reasons") or step.values.get("decision_reasons") or "").strip()
    if not said:
        raise InvalidValues({"reasons": "请写明理由。"})
    return said
