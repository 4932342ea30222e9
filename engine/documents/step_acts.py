"""What a step of a process may do with documents when it is submitted, by name: `documents.issue`, `documents.serve`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file
from engine.documents import catalogue, dossier, dossier_register, form_fields, issuing, publicity, publicity_term, register, serving
from engine.errors import InvalidValues

ACT = "act"


def issue(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Issue every document of the step that is made on submission. Answers {"DOC-20": {"id", "number", "name"}, …}.

    What the acts before answered counts as filled in. Raises as `issuing.issue` does.
    """
    values, variables = payload["values"], {**payload["variables"], **payload.get("done", {})}
    answer: dict[str, Any] = {}
    for wanted in payload["documents"]:
        one = catalogue.of(str(wanted["template"]))
        if one.made != ACT or not _wanted(c, payload, wanted, values, variables):
            continue
        made = issuing.issue(c, int(payload["case"]), one.id, by=str(payload["person"]), values=values, variables=variables,
                             element=str(payload["element"]))
        answer[one.id] = {"id": made.id, "number": made.number, "name": made.name}
    return answer


def _wanted(c: Connection, payload: Mapping[str, Any], wanted: Mapping[str, Any], values: Mapping[str, Any],
            variables: Mapping[str, Any]) -> bool:
    """A document that the step need not have is left out while something is missing for it."""
    if str(wanted.get("required", "true")).lower() == "true":
        return True
    return not issuing.missing(c, int(payload["case"]), str(wanted["template"]), values, variables, element=str(payload["element"]))


def serve(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Record an attempt at serving a document. values: see `serving.Attempt`, fields with a property "document" under that name. The
    document may also be the variable `document`; without either it is the newest unserved one of those that the step names.

    Answers {"served_on": ISO day or None, "returned": bool, "method", "service": id, "notice_until": ISO day or None}.
    """
    case = int(payload["case"])
    said = form_fields.named(c, case, str(payload["element"]), payload["values"])
    values = {"document": payload["variables"].get("document") or _unserved(c, case, payload["documents"]), **said}
    return serving.record(c, case, values, by=str(payload["person"])).answer()


def _unserved(c: Connection, case: int, documents: Sequence[Mapping[str, Any]]) -> int | None:
    wanted = {str(one["template"]) for one in documents}
    found = (one.id for one in reversed(register.of_case(c, case)) if one.doc_id in wanted and one.state == register.ISSUED)
    return next((one for one in found if register.served_on(c, one) is None), None)


def compile_dossier(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Give the dossier of the closed case its archive number. values: order, retention, remarks. Answers {"archive_number"}."""
    entry = dossier_register.compile_(c, case_file.above(c, int(payload["case"])), payload["values"], str(payload["person"]))
    return {"archive_number": entry.number, "retention": entry.retention}


def check_dossier(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody other than the compiler has looked through the built dossier. Answers {"checked_by"}."""
    entry = dossier_register.check(c, case_file.above(c, int(payload["case"])), str(payload["person"]))
    return {"checked_by": entry.checked_by}


def archive_dossier(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The checked dossier goes to the archive and the case is archived with it. Answers {"archive_number", "archived_on"}."""
    entry = dossier.archive(c, case_file.above(c, int(payload["case"])))
    return {"archive_number": entry.number, "archived_on": clock.today().isoformat()}


def prepare_publicity(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Make the copy for the public, unless the form says that nothing is published. Answers {"publicity_copy": id or None}."""
    if payload["values"].get("publicity_outcome") == "not":
        return {"publicity_copy": None}
    made = publicity.draft(c, case_file.above(c, int(payload["case"])), str(payload["person"]))
    said = str(payload["values"].get("public_text") or "").strip()
    if said:
        made = publicity.amend(c, made.id, {"facts": said}, str(payload["person"]))
    return {"publicity_copy": made.id}


def release_publicity(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Check the copy and make it public; what leaks refuses (NT-19). Sent back for another copy, it does nothing."""
    now = publicity.current(c, case_file.above(c, int(payload["case"])))
    if payload["values"].get("publicity_check_outcome") == "again" or now is None:
        return {"publicity_copy": None if now is None else now.id}
    checked = publicity.check(c, now.id, str(payload["person"])) if now.state == publicity.DRAFT else now
    released = publicity_term.release(c, checked.id, str(payload["person"]))
    return {"publicity_copy": released.id, "publicity_until": released.until.isoformat() if released.until else None}


def withdraw_publicity(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A decision that was changed or revoked is taken back from the public with the reason (行政处罚法第四十八条第二款; values
    withdrawn_outcome "withdrawn" or "none", withdrawn_reason). Answers {"publicity_copy": id or None}.

    Raises InvalidValues where the answer is not how things are.
    """
    values, now = payload["values"], publicity.current(c, case_file.above(c, int(payload["case"])))
    public = now if now is not None and now.state == publicity.RELEASED else None
    said = values.get("withdrawn_outcome")
    if said == "none" and public is not None:
        raise InvalidValues({"withdrawn_outcome": "处罚决定正在公示，请选择“已撤回”并写明公开说明的理由。"})
    if said == "withdrawn" and now is None:
        raise InvalidValues({"withdrawn_outcome": "这件案件没有公示过，请选择“没有公示过”。"})
    if public is not None:
        publicity_term.withdraw(c, public.id, str(values.get("withdrawn_reason") or ""), str(payload["person"]))
    return {"publicity_copy": None if now is None else now.id}
