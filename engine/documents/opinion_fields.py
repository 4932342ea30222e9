"""What was said on the way to an approval form: step, opinion, name and time of each, the present approver last."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock, definitions
from engine.documents import catalogue, register, shown
from engine.documents.catalogue import Document
from engine.documents.register import ISSUED
from engine.people import directory
from engine.runtime import case as cases
from engine.runtime import history

OPINION = "opinion"


def gather(c: Connection, instance_id: int, document: Document, element: str, said: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    """{"approvals": [...]} for an inner form that a head approves, {} for every other document. said: the approver's id and the values."""
    if document.audience != "internal" or "head" not in document.signers:
        return {}
    person, values = said
    rows = [*_before(c, instance_id), _now(c, instance_id, element, person, values)]
    return {"approvals": rows}


def _before(c: Connection, instance_id: int) -> Iterator[dict[str, str]]:
    """Opinions since the last approval form of the case was made; of a step done again, the last."""
    forms = [one.issued_at for one in register.of_case(c, instance_id) if one.state == ISSUED and one.issued_at
             and "head" in catalogue.of(one.doc_id).signers and catalogue.of(one.doc_id).audience == "internal"]
    since = max(forms, default=None)
    found: dict[str, dict[str, str]] = {}
    for event in history.of(c, instance_id):
        changed = {name: new for name, (_, new) in (event.detail.get("changed") or {}).items()}
        words = _opinion({**changed, **(event.detail.get("values") or {})})
        if event.kind == "completed" and words and (since is None or event.at > since):
            step = str(event.detail.get("item") or "")
            found[step] = {"step": step, "opinion": words, "name": event.name or "", "at": shown.moment(event.at)}
    yield from found.values()


def _now(c: Connection, instance_id: int, element: str, person: str, values: Mapping[str, Any]) -> dict[str, str]:
    deployed = definitions.load(c, cases.peeked(c, instance_id).row.definition_id)
    step = deployed.spec.elements.get(element)
    return {"step": (step.name if step is not None else "") or "批准", "opinion": _opinion(values) or "同意",
            "name": directory.names(c, [person]).get(person, person), "at": shown.moment(clock.now())}


def _opinion(values: Mapping[str, Any]) -> str:
    """The words of an opinion among what was filled in."""
    said = next((value for key, value in values.items() if key == OPINION or key.endswith(f"_{OPINION}")), "")
    return str(said or "").strip()
