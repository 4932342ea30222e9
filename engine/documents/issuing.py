"""Issuing a document: its words, number and template are fixed in the transaction that wants it; the bytes are made afterwards by a job.

What is issued never changes. A document that is issued again after a send-back makes the older one void unless that was served already;
a correction (补正) is a document of its own.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.database import UTCDateTime, canonical
from engine.documents import (
    case_fields,
    catalogue,
    citations,
    fields,
    finding_fields,
    fonts,
    numbering,
    opinion_fields,
    quality,
    register,
    rendering,
    shown,
    templates,
    town_words,
)
from engine.documents.catalogue import Document
from engine.documents.register import ISSUED, VOIDED, Issued
from engine.documents.tables import document
from engine.documents.templates import Template
from engine.errors import InvalidState, InvalidValues
from engine.runtime import jobs

TOPIC = "documents.render"
INTERNAL = "internal"
ADD = insert(document).returning(document.c.id)
OLDER = (select(document.c.id).where(document.c.instance_id == bindparam("i"), document.c.doc_id == bindparam("doc"),
                                     document.c.element_id == bindparam("element"), document.c.state == ISSUED).order_by(document.c.id))
END = (update(document).where(document.c.id == bindparam("d"))
       .values(state=bindparam("to"), ended_at=bindparam("at", type_=UTCDateTime), ended_by=bindparam("person"),
               end_reason=bindparam("why")))


@dataclass(frozen=True)
class Occasion:
    """When a document is made: values and variables of the step, its element, and the document it corrects, if any."""

    values: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    element: str = ""
    corrects: int | None = None


@dataclass(frozen=True)
class Prepared:
    """Everything a document needs, and what is missing in words; `unset`: what its town has not entered once and for all, which does not
    stop it (the document then says it another way)."""

    document: Document
    template: Template
    data: dict[str, Any]
    missing: tuple[str, ...]
    unset: tuple[str, ...] = ()


def missing(c: Connection, instance_id: int, doc_id: str, values: Mapping[str, Any], variables: Mapping[str, Any],
            *, element: str = "") -> tuple[str, ...]:
    """What still has to be filled in before the document can be made, one sentence each, in Chinese; () when nothing is."""
    return prepare(c, instance_id, doc_id, Occasion(values, variables, element)).missing


def preview(c: Connection, instance_id: int, doc_id: str, occasion: Occasion) -> rendering.Made:
    """The document as it would be issued now, marked 预览; no number is taken. Blank where something is missing."""
    ready = prepare(c, instance_id, doc_id, occasion)
    data = _dated(ready.data, ready.document, "（制作时编号）" if ready.document.character else "")
    return rendering.render(ready.template, rendering.Job(data, clock.now(), mark=rendering.PREVIEW))


def issue(c: Connection, instance_id: int, doc_id: str, *, by: str, values: Mapping[str, Any], variables: Mapping[str, Any],
          element: str = "", corrects: int | None = None) -> Issued:
    """Make a document, for good. `by` is the person's id.

    Raises InvalidValues naming in Chinese what is missing, NotFound for an unknown document, InvalidState where it may not be made.
    """
    ready = prepare(c, instance_id, doc_id, Occasion(values, variables, element))
    if ready.missing:
        raise InvalidValues({"document": "；".join(ready.missing)}, f"《{ready.document.name}》还不能制作：{'；'.join(ready.missing)}。")
    if corrects is not None:
        register.get(c, corrects)
    replaced = _make_room(c, instance_id, ready.document, element, by)
    unit = case_fields.town_of(c, instance_id)
    number = numbering.next_number(c, unit.id, ready.document.character) if ready.document.character else ""
    opinions = opinion_fields.gather(c, instance_id, ready.document, element, (by, values))
    data = _dated({**ready.data, **opinions}, ready.document, number)
    row = {**base_row(c, instance_id, ready, by), "element_id": element, "number": number or None, "state": ISSUED, "data": data,
           "values": dict(values), "content_hash": content_hash(doc_id, data), "issued_at": clock.now(), "replaces": replaced,
           "corrects": corrects}
    return finish(c, int(c.execute(ADD, row).scalar_one()))


def prepare(c: Connection, instance_id: int, doc_id: str, occasion: Occasion) -> Prepared:
    """Gather the words, choose the name and the template, and look for what is missing. Raises NotFound, InvalidState."""
    kind = catalogue.of(doc_id)
    one = kind.of_kind(fields.value({"form": occasion.values, **occasion.variables}, kind.kind_field)) if kind.kind_field else kind
    template = templates.in_force(c, one)
    data = fields.gather(c, instance_id, values=occasion.values, variables=occasion.variables, element=occasion.element)
    lacking = lacks(one, data)
    unset = town_words.unset(template, data)
    return Prepared(one, template, fields.blanks(one, data, template.variables), lacking, unset)


def lacks(one: Document, data: Mapping[str, Any]) -> tuple[str, ...]:
    """What stands in the way, one sentence each: empty fields, characters no font has, words the document must not hold."""
    found = [f"缺少{fields.name_of(path)}" for path in fields.empty(data, one.required)]
    found += [f"“{sign}”字没有字体可以显示（{fields.name_of(path)}），请管理员把含有此字的字体放入字体文件夹"
              for sign, path in fonts.unprintable(data).items()]
    for path, text in fonts.texts(data):
        found += [f"{fields.name_of(path)}中不能出现“{word}”" for word in one.forbidden if word in text]
    return (*found, *_uncitable(one, data), *quality.of_document(one, data))


def _uncitable(one: Document, data: Mapping[str, Any]) -> list[str]:
    """Articles that may not be cited, in a document that leaves the office and names its basis."""
    rooms = citations.rooms(one) if one.audience != INTERNAL else ()
    return [problem for room in rooms for problem in fields.value(data, f"{room}.basis_problems") or ()]


def base_row(c: Connection, instance_id: int, ready: Prepared, by: str) -> dict[str, Any]:
    """The columns that every new document has."""
    templates.keep(c, ready.template)
    file = case_fields.file_of(c, instance_id)
    officers = file.officers if file else finding_fields.names(ready.data)
    return {"instance_id": instance_id, "case_id": file.instance_id if file else instance_id, "doc_id": ready.document.id,
            "name": ready.document.name, "unit_id": case_fields.town_of(c, instance_id).id, "template_sha256": ready.template.sha256,
            "template_version": ready.template.version, "officers": list(officers), "made_at": clock.now(),
            "made_by": by}


def content_hash(doc_id: str, data: Mapping[str, Any]) -> str:
    """What signatures are bound to: SHA-256 of the document's kind and words."""
    return hashlib.sha256(canonical({"document": doc_id, "data": data}).encode()).hexdigest()


def finish(c: Connection, document_id: int) -> Issued:
    """Leave the making of the bytes to a worker."""
    found = register.get(c, document_id)
    order = jobs.Order(TOPIC, {"document": document_id}, f"document-{document_id}", f"制作《{found.name}》", found.instance_id)
    jobs.queue(c, order)
    return found


def void(c: Connection, document_id: int, reason: str, *, by: str) -> Issued:
    """Make an issued document void: it stays in the file with its number, which is never used again.

    Raises InvalidState for one that was served, or is no longer issued; InvalidValues without a reason.
    """
    found = register.locked(c, document_id)
    if found.state != ISSUED:
        raise InvalidState(f"《{found.title}》{found.state_words}，不能作废。")
    if register.services(c, document_id):
        raise InvalidState(f"《{found.title}》已经送达，不能作废。内容有误的，请制作补正（变更、撤销）决定（行政处罚法第七十五条）。")
    if not reason.strip():
        raise InvalidValues({"reason": "请写明作废的原因。"})
    if found.number:
        numbering.void_number(c, found.number, reason, by)
    c.execute(END, {"d": document_id, "to": VOIDED, "at": clock.now(), "person": by, "why": reason.strip()})
    return register.get(c, document_id)


def _make_room(c: Connection, instance_id: int, one: Document, element: str, by: str) -> int | None:
    """The same step makes the same document again: what it made before is void, unless it was served."""
    older = [int(found) for found in c.execute(OLDER, {"i": instance_id, "doc": one.id, "element": element}).scalars()]
    unserved = [found for found in older if not register.services(c, found)] if element else []
    for found in unserved:
        void(c, found, "退回后重新制作，原文书未送达。", by=by)
    return unserved[-1] if unserved else None


def _dated(data: Mapping[str, Any], one: Document, number: str) -> dict[str, Any]:
    return {**data, "document": {"id": one.id, "name": one.name, "number": number, "date": shown.day(clock.now())}}


