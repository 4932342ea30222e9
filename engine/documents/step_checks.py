"""What a step asks of documents before it is submitted, by name: `documents.ready`, `documents.served`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.documents import case_fields, catalogue, register
from engine.documents.register import DRAFT, ISSUED
from engine.documents.signing import PAGE, lacking_signers
from engine.errors import InvalidState


def ready(c: Connection, payload: Mapping[str, Any]) -> None:
    """Every required record of the step that is signed on a page is complete, and none of them is left half signed."""
    case_id = _case_of(c, int(payload["case"]))
    found = register.of_case(c, case_id)
    for wanted in payload["documents"]:
        one = catalogue.of(str(wanted["template"]))
        if one.made != PAGE or str(wanted.get("required", "true")).lower() != "true":
            continue
        mine = [paper for paper in found if paper.doc_id == one.id]
        if any(paper.state == ISSUED for paper in mine):
            continue
        open_one = next((paper for paper in mine if paper.state == DRAFT), None)
        if open_one is None:
            raise InvalidState(f"这一步要先完成《{one.name}》。请在案件的“文书”页起草，并由有关人员签名。", document=one.id)
        raise InvalidState(f"《{one.name}》还没有完成：{'；'.join(lacking_signers(c, open_one))}。", document=one.id)


def served(c: Connection, payload: Mapping[str, Any]) -> None:
    """Every document of the step that goes to the party has been served, with effect by now."""
    found = register.of_case(c, _case_of(c, int(payload["case"])))
    for wanted in payload["documents"]:
        one = catalogue.of(str(wanted["template"]))
        mine = [paper for paper in found if paper.doc_id == one.id and paper.state == ISSUED]
        if not mine or register.served_on(c, mine[-1].id) is None:
            raise InvalidState(f"《{one.name}》还没有送达，不能进行这一步。请先登记送达；公告送达的，等公告期满。", document=one.id)


def _case_of(c: Connection, instance_id: int) -> int:
    file = case_fields.file_of(c, instance_id)
    return file.instance_id if file else instance_id
