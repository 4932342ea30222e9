"""Steps of processes that run beside a penalty case and touch its clocks: appraisal, transfer, reconsideration and suit.

Each acts on the case the process was started from. A clock only stands on a ground that its rule set knows.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, measures, transfers
from engine.clock import SHANGHAI
from engine.errors import DeadlineRefused
from engine.people import Participant, directory
from engine.runtime import clocks
from engine.runtime.clocks import Clock
from engine.runtime.commands import keeping
from engine.runtime.commands.keeping import Paper

Payload = Mapping[str, Any]
HALTED = ("DL-E2", "DL-E11", "DL-E11.land")
"""What stands while the decision is reviewed: the surcharge and the time before a forced removal."""
TESTING, REMEDY, CRIME = "testing", "remedy", "crime-transfer"
RUNNING, SUSPENDED = "running", "suspended"
PERIOD = "DOC-09c"


def exclude_appraisal(c: Connection, payload: Payload) -> dict[str, Any]:
    """Take the time of the appraisal out of the time to decide, from the day its notice was served to the day of the report.

    Answers {"excluded", "why"}: a rule set without this ground excludes nothing, and the step still goes on (S06-1).
    """
    said, values = payload["variables"], payload["values"]
    served, reported = _day(said.get("period_served_on")), _day(values.get("reported_on"))
    if served is None or reported is None or reported <= served:
        return {"excluded": False, "why": "没有书面告知当事人检测、鉴定的期间，不能扣除。"}
    begun = max(served, _day(said.get("since")) or served)
    paper = _paper(values, _number(said.get("commissioned")), TESTING, "检测、鉴定期间，已书面告知当事人")
    try:
        answer = measures.exclude(c, _case(c, payload), (begun, reported), paper, _person(c, payload))
    except DeadlineRefused as refused:
        return {"excluded": False, "why": refused.message}
    return {"excluded": True, "why": "", "due": answer["due"], "days": (reported - begun).days}


def hold_enforcement(c: Connection, payload: Payload) -> dict[str, Any]:
    """The surcharge's clock and that of a forced removal stand from the day of the application (values pause_day, document)."""
    values = payload["values"]
    at, paper = _begin(values.get("pause_day")), _paper(values, values.get("document"), REMEDY, "复议、诉讼期间")
    held = [one for one in _halting(c, payload) if one.status == RUNNING]
    for one in held:
        keeping.suspend_clock(c, one.id, at, paper, by=_person(c, payload))
    return {"held": [one.rule for one in held]}


def resume_enforcement(c: Connection, payload: Payload) -> dict[str, Any]:
    """They go on after the day on which the reconsideration or suit ended (values resume_day, document)."""
    values = payload["values"]
    at, paper = _begin(values.get("resume_day")), _paper(values, values.get("document"), REMEDY, "复议、诉讼已经终结")
    standing = [one for one in _halting(c, payload) if one.status == SUSPENDED]
    for one in standing:
        keeping.resume_clock(c, one.id, at, paper, by=_person(c, payload))
    return {"resumed": [one.rule for one in standing]}


def approve_transfer(c: Connection, payload: Payload) -> dict[str, Any]:
    """The case waits for the other side once its transfer is approved (values transfer_outcome)."""
    if payload["values"].get("transfer_outcome") == "refuse":
        return {"case_status": case_file.of(c, _case(c, payload)).status}
    return transfers.send_out(c, _case(c, payload))


def crime_back(c: Connection, payload: Payload) -> dict[str, Any]:
    """The police did not take it: the penalty goes on, and the time outside is no time to decide where the town says so."""
    said = transfers.come_back(c, _case(c, payload))
    received, answered = _day(payload["variables"].get("received_at")), _day(payload["variables"].get("answer_on"))
    if received is None or answered is None or answered <= received:
        return {**said, "excluded": False}
    paper = _paper(payload["values"], payload["variables"].get("receipt"), CRIME, "移送司法机关期间")
    try:
        measures.exclude(c, _case(c, payload), (received, answered), paper, _person(c, payload))
    except DeadlineRefused as refused:
        return {**said, "excluded": False, "why": refused.message}
    return {**said, "excluded": True}


def _paper(values: Mapping[str, Any], document: Any, ground: str, reason: str) -> Paper:
    """On what an entry rests; who approves it is said on the step's form (clock_approver)."""
    return Paper(str(document or ""), str(values.get("clock_approver") or ""), ground, reason)


def _halting(c: Connection, payload: Payload) -> list[Clock]:
    return [one for one in clocks.of_case(c, _case(c, payload)) if one.rule in HALTED and one.is_open]


def _case(c: Connection, payload: Payload) -> int:
    return case_file.above(c, int(payload["case"]))


def _person(c: Connection, payload: Payload) -> Participant:
    return directory.participant(c, str(payload["person"]))


def _number(papers: Any) -> str:
    one = papers.get(PERIOD) if isinstance(papers, Mapping) else None
    return str(one.get("number") or "") if isinstance(one, Mapping) else ""


def _begin(value: Any) -> dt.datetime | None:
    day = _day(value)
    return None if day is None else dt.datetime.combine(day, dt.time(), SHANGHAI)


def _day(value: Any) -> dt.date | None:
    """A day from what a form or a variable holds: a date, a moment, or either as ISO text."""
    if isinstance(value, dt.datetime):
        return value.astimezone(SHANGHAI).date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not value:
        return None
    return dt.date.fromisoformat(value) if len(value) == len("2026-03-02") else _day(dt.datetime.fromisoformat(value))
