"""Taking a report back: its finder may do so until the coordination centre has accepted it or anybody has begun to handle it."""

from typing import Any

from sqlalchemy import Connection

from engine.errors import InvalidState, InvalidValues
from engine.people import Participant
from engine.runtime import casebook, commands, messages
from engine.runtime.casebook import CaseView

MESSAGE = "撤回上报"
TOO_LATE = frozenset({"handling", "feedback"})
LONGEST = 500


def may_withdraw(case: CaseView, by: Participant) -> bool:
    """True while the report is this person's own and nobody has accepted it."""
    return case.line.status == "running" and case.values.get("finder") == by.id and not any(item.link in TOO_LATE for item in case.items)


def withdraw(c: Connection, case_id: int, reason: str, *, by: Participant) -> dict[str, Any]:
    """End a case because its finder takes the report back. The reason is kept in the record under the finder's name.

    Raises NotFound, InvalidValues (no reason), InvalidState (not theirs, ended, or accepted already).
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise InvalidValues({"reason": f"请写明撤回的原因（不超过 {LONGEST} 字）。"})
    case = casebook.show(c, case_id, by)
    if not may_withdraw(case, by):
        raise InvalidState("这件事已经受理或已结束，不能撤回；如情况有变，请在评论中说明。", instance=case_id)
    commands.comment(c, case_id, f"撤回上报：{reason}", by=by)
    answer = messages.correlate(c, MESSAGE, {"case_number": case.line.number}, {"reason": reason, "by": by.id})
    if answer["outcome"] != "delivered":
        raise InvalidState("这件事所用的流程没有撤回这一步，请联系调度员处理。", instance=case_id)
    return {"instance": case_id, "outcome": "withdrawn"}
