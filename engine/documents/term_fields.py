"""What was proposed, notified and decided, what was issued and served, and who reviewed: in the words of documents."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, duties, proposals
from engine.cases.case_file import Penalty
from engine.cases.deciding import NOT_PENALTY
from engine.cases.proposals import Proposal
from engine.documents import citations, register, shown
from engine.documents.register import METHODS
from engine.law import discretion
from engine.people import directory, qualifications

PAPERS = {"notice": ("DOC-21", "DOC-20"), "decision": ("DOC-27", "DOC-28", "DOC-29")}
"""Which documents carry the number and the day of a stage; the newest that stands counts."""
STAGES = {"report": proposals.REPORT, "notice": proposals.NOTICE, "decision": proposals.DECISION}


def gather(c: Connection, file: Penalty | None, *, values: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The rooms report, notice, decision, issued, service and reviewer."""
    if file is None:
        return {"report": {}, "notice": {}, "decision": {}, "issued": {}, "reviewer": {}, "service": {}}
    issued = _issued(c, file.instance_id)
    found: dict[str, Any] = {"issued": {doc_id.replace("-", "_"): one for doc_id, one in issued.items()},
             "reviewer": _reviewer(c, file.instance_id),
                             "service": _service(c, values, variables)}
    param = case_file.param(c, file.instance_id)
    for room, stage in STAGES.items():
        last = proposals.last(c, file.instance_id, stage) or (_not_punished(c, file) if room == "decision" else None)
        paper = next((issued[doc_id] for doc_id in PAPERS.get(room, ()) if doc_id in issued), {})
        found[room] = {**_terms(last), **_grade(file.item, last), **_cited(c, file, last, param), **paper, **_said(room, values, variables)}
    for room, before in (("notice", "report"), ("decision", "notice")):
        found[room]["violated_text"] = found[room].get("violated_text") or found[before].get("violated_text") or ""
    found["report"]["facts"] = found["report"].get("facts") or file.facts
    days = param.get("penalty_statement_days")
    if days and not found["notice"].get("statement_days"):
        found["notice"]["statement_days"] = str(days)
    return found


def _reviewer(c: Connection, case_id: int) -> dict[str, str]:
    """Who reviews the case, with the number of the legal qualification."""
    held = [one.person_id for one in duties.of(c, case_id) if one.duty == "reviewer" and one.until is None]
    if not held:
        return {}
    numbers = [one.number for one in qualifications.of(c, held[-1], clock.today(), qualifications.LEGAL)]
    return {"name": directory.names(c, held[-1:]).get(held[-1], held[-1]), "certificate": numbers[-1] if numbers else ""}


def _not_punished(c: Connection, file: Penalty) -> Proposal | None:
    return proposals.last(c, file.instance_id, proposals.NO_PENALTY)


def _terms(one: Proposal | None) -> dict[str, Any]:
    if one is None:
        return {}
    kinds = one.kinds_words or NOT_PENALTY.get(str(one.more.get("kind")), "")
    return {"facts": one.facts, "reasons": one.reasons, "kinds_text": kinds, "fine_text": shown.amount(one.fine),
            "fine_capital": shown.capital(one.fine), "has_fine": one.fine > 0, "confiscation_text": one.confiscation,
            "grade_text": one.grade, "basis_text": "、".join(one.basis), "violated_text": str(one.more.get("violated_text") or ""),
            "correction_text": str(one.more.get("correction_text") or "")}


def _cited(c: Connection, file: Penalty, last: Proposal | None, param: Mapping[str, Any]) -> dict[str, Any]:
    """The basis in words, and why it may not be cited: the law of the day of the act, else of the day of the decision."""
    if last is None:
        return {}
    found = citations.of(c, last.basis, (file.act_day, last.day), param)
    return {"basis_text": "、".join(one.words for one in found), "basis_problems": [one.problem for one in found if one.problem],
            "citations": citations.kept(found)}


def _grade(item: str, one: Proposal | None) -> dict[str, str]:
    """The grade of discretion with the table and version it is from, as the stage kept them; of a stage from before they were kept, its
    name in the product's table."""
    if one is None or not one.grade:
        return {}
    if one.more.get("standard"):
        return {"grade_text": f"{one.more['grade_name']}（{one.more['standard']}）"}
    table = discretion.shipped(item, one.day)
    grade = table.grade(one.grade) if table else None
    return {"grade_text": grade.name} if grade else {}


def _said(room: str, values: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """What the step's own form or an earlier step says of the stage in words: "notice_violated_text", "correction_text" …"""
    keys = ("violated_text", "basis_text", "correction_text", "grade_text", "reasons", "statement_days")
    found = {}
    for key in keys:
        said = values.get(f"{room}_{key}") or values.get(key) or variables.get(f"{room}_{key}")
        if isinstance(said, str | int) and said:
            found[key] = str(said)
    return found


def _service(c: Connection, values: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, str]:
    """The document that is being served, and how it was tried last."""
    wanted = values.get("document") or variables.get("document")
    if not isinstance(wanted, int | str) or not str(wanted).isdigit():
        return {}
    one = register.get(c, int(wanted))
    found = {"document_name": one.name, "document_number": one.number}
    tried = register.services(c, one.id)
    if not tried:
        return found
    last, more = tried[-1], {key: str(said or "") for key, said in tried[-1].more.items()}
    return {**found, "method_text": METHODS[last.method], "place": more["place"], "on": shown.day(last.on),
            "effective_on": shown.day(last.served_on), "receiver": last.receiver, "relation": more["relation"], "refusal": more["reason"],
            "witness": more["witness"], "tracking": more["tracking"],
            "photos": f"照片{len(last.more['photos'])}张" if last.more["photos"] else ""}


def _issued(c: Connection, case_id: int) -> dict[str, dict[str, str]]:
    """The newest document of each kind that stands."""
    return {one.doc_id: {"number": one.number or "", "date": shown.day(one.issued_at), "name": one.name,
                         "served_on": shown.day(register.served_on(c, one.id))}
            for one in register.of_case(c, case_id) if one.state == register.ISSUED}
