"""What was proposed, notified and decided in a penalty case: rows are added stage by stage and never changed.

Stages: "report" (调查终结), "notice" (事先告知), "decision" (处罚决定), "no_penalty" (不予处罚), "withdrawal" (撤案),
"review" (法制审核). Money in 分.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine import clock
from engine.cases.case_tables import proposal
from engine.errors import InvalidValues

REPORT, NOTICE, DECISION, NO_PENALTY, WITHDRAWAL = "report", "notice", "decision", "no_penalty", "withdrawal"
REVIEW = "review"
KINDS = {"warning": "警告", "criticism": "通报批评", "fine": "罚款", "confiscation": "没收违法所得、没收非法财物",
         "suspension": "责令停产停业",
         "licence_suspension": "暂扣许可证件", "licence_revocation": "吊销许可证件", "restriction": "限制开展生产经营活动",
         "closure": "责令关闭", "demolition": "限期拆除"}
"""Kinds of penalty that a township may come to impose (行政处罚法第九条), and the order to remove a building (城乡规划法、土地管理法),
which is notified, reviewed and decided like one."""
BETWEEN = re.compile(r"[、，,；;\s]+")
TERMS = ("kinds", "fine", "confiscation", "basis", "grade", "facts", "reasons")
LAST = (select(proposal).where(proposal.c.instance_id == bindparam("i"), proposal.c.stage == bindparam("stage"))
        .order_by(proposal.c.id.desc()).limit(1))
ALL = select(proposal).where(proposal.c.instance_id == bindparam("i")).order_by(proposal.c.id)
ADD = insert(proposal).returning(proposal.c.id)


@dataclass(frozen=True)
class Terms:
    """What is proposed or decided. `fine` in 分; `basis` are article refs; `grade` the key of the grade of discretion; `more` what
    the stage has beside."""

    kinds: tuple[str, ...] = ()
    fine: int = 0
    confiscation: str = ""
    basis: tuple[str, ...] = ()
    grade: str = ""
    facts: str = ""
    reasons: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal(Terms):
    """Terms as they were written down: at which stage, on which day (Asia/Shanghai), by whom."""

    id: int = 0
    stage: str = ""
    day: dt.date = dt.date.min
    at: dt.datetime = dt.datetime.min
    by: str = ""

    @property
    def kinds_words(self) -> str:
        """警告、罚款 …"""
        return "、".join(KINDS.get(kind, kind) for kind in self.kinds)


def last(c: Connection, instance_id: int, stage: str) -> Proposal | None:
    """The newest row of a stage: the one that counts."""
    row = c.execute(LAST, {"i": instance_id, "stage": stage}).first()
    return None if row is None else _proposal(row)


def of(c: Connection, instance_id: int) -> tuple[Proposal, ...]:
    """Every row of a case, oldest first."""
    return tuple(_proposal(row) for row in c.execute(ALL, {"i": instance_id}))


def write(c: Connection, instance_id: int, stage: str, terms: Terms, by: str) -> Proposal:
    """Add a row for today. Whoever calls has checked that it is lawful."""
    row = {"instance_id": instance_id, "stage": stage, "kinds": list(terms.kinds), "fine": terms.fine, "basis": list(terms.basis),
           "confiscation": terms.confiscation, "grade": terms.grade, "facts": terms.facts, "reasons": terms.reasons,
           "more": dict(terms.more), "day": clock.today().isoformat(), "at": clock.now(), "by": by}
    c.execute(ADD, row)
    found = last(c, instance_id, stage)
    assert found is not None
    return found


def read(values: Mapping[str, Any], stage: str, before: Terms | None) -> Terms:
    """The terms within a step's values: kinds, fine (分), confiscation, basis, grade, facts, reasons, each also as "<stage>_kinds" …
    ("proposal_kinds" at the stage of the report); what the form does not ask for is as it was `before`.

    Raises InvalidValues for unknown kinds, a fine without money, money without a fine.
    """
    prefix = "proposal" if stage == REPORT else stage
    said = {key: values.get(f"{prefix}_{key}", values.get(key)) for key in TERMS}
    terms = Terms(
        _texts(said["kinds"]) if said["kinds"] is not None else before.kinds if before else (),
        int(said["fine"]) if said["fine"] is not None else before.fine if before else 0,
        str(said["confiscation"] if said["confiscation"] is not None else before.confiscation if before else ""),
        _texts(said["basis"]) if said["basis"] else before.basis if before else (),
        str(said["grade"] or (before.grade if before else "")),
        str(said["facts"] or (before.facts if before else "")),
        str(said["reasons"] or (before.reasons if before else "")))
    return _sound(terms, prefix)


def answer(one: Proposal) -> dict[str, Any]:
    """A row as variables of the process see it."""
    return {"proposal": one.id, "stage": one.stage, "kinds": list(one.kinds), "fine": one.fine, "confiscation": one.confiscation,
            "basis": list(one.basis), "grade": one.grade, "facts": one.facts, "reasons": one.reasons, "day": one.day.isoformat()}


def _sound(terms: Terms, prefix: str) -> Terms:
    wrong = {}
    if unknown := [kind for kind in terms.kinds if kind not in KINDS]:
        wrong[f"{prefix}_kinds"] = f"没有这种处罚：{'、'.join(unknown)}。"
    if ("fine" in terms.kinds) != (terms.fine > 0):
        wrong[f"{prefix}_fine"] = "选了罚款的写明金额；没有选罚款的不要填写金额。"
    if "confiscation" in terms.kinds and not terms.confiscation.strip():
        wrong[f"{prefix}_confiscation"] = "选了没收的，请写明没收的违法所得或者财物。"
    if wrong:
        raise InvalidValues(wrong)
    return terms


def _texts(value: str | Sequence[Any]) -> tuple[str, ...]:
    """A list, or one line of a form with marks between its parts."""
    parts = BETWEEN.split(value) if isinstance(value, str) else [str(one) for one in value]
    return tuple(part for part in parts if part)


def _proposal(row: Any) -> Proposal:
    return Proposal(tuple(row.kinds), row.fine, row.confiscation, tuple(row.basis), row.grade, row.facts, row.reasons, row.more,
                    row.id, row.stage, dt.date.fromisoformat(row.day), row.at, row.by)
