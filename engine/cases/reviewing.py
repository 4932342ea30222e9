"""法制审核: the conclusion of the legal reviewer, round after round (行政处罚法第五十八条)."""

from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, duties, proposals
from engine.cases.deciding import Step
from engine.cases.duties import Change
from engine.cases.proposals import REVIEW, Terms
from engine.errors import InvalidValues
from engine.people import qualifications


def record(c: Connection, step: Step) -> dict[str, Any]:
    """Write the conclusion down and note who reviewed. Raises InvalidState (an officer of the case, no qualification, frozen),
    InvalidValues without an outcome."""
    case = case_file.above(c, step.case)
    case_file.open_file(c, case)
    outcome = str(step.values.get("review_outcome") or "")
    if not outcome:
        raise InvalidValues({"review_outcome": "请选择审核意见。"})
    round_ = 1 + sum(one.stage == REVIEW for one in proposals.of(c, case))
    opinion = str(step.values.get("review_opinion") or step.values.get("opinion") or "").strip()
    duties.take(c, case, Change(duties.REVIEWER, step.person, by=step.person))
    row = proposals.write(c, case, REVIEW, Terms(reasons=opinion, more={"outcome": outcome, "round": round_}), step.person)
    qualifications.note_first_review(c, step.person, row.day)
    return {"review_outcome": outcome, "reviewed_on": row.day.isoformat(), "review_round": round_}
