"""What documents a case has: reading them, and the files made of them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from engine import clock
from engine.cases import case_file
from engine.documents.tables import document, file, service, signature
from engine.errors import NotFound

DRAFT, ISSUED, VOIDED, DROPPED = "draft", "issued", "voided", "dropped"
STATE_WORDS = {DRAFT: "起草中", ISSUED: "已制作", VOIDED: "已作废", DROPPED: "已弃用"}
DIRECT, LEFT, MAIL, ENTRUSTED, HANDED_ON, ELECTRONIC, NOTICE = (
    "direct", "left", "mail", "entrusted", "handed_on", "electronic", "public_notice")
METHODS = {DIRECT: "直接送达", LEFT: "留置送达", MAIL: "邮寄送达", ENTRUSTED: "委托送达", HANDED_ON: "转交送达", ELECTRONIC: "电子送达",
           NOTICE: "公告送达"}
OF_ID = select(document).where(document.c.id == bindparam("i"))
LOCK = OF_ID.with_for_update()
OF_CASE = select(document).where(document.c.case_id.in_(bindparam("ids", expanding=True))).order_by(document.c.id)
FILES = (select(file).where(file.c.document_id.in_(bindparam("ids", expanding=True))).order_by(file.c.document_id, file.c.format))
SIGNED = select(signature).where(signature.c.document_id == bindparam("i")).order_by(signature.c.id)
SERVED = select(service).where(service.c.document_id == bindparam("i")).order_by(service.c.id)


@dataclass(frozen=True)
class File:
    """Bytes made of a document, kept under their hash. `format`: pdf or docx; size in bytes; `made_with`: programs and fonts."""

    format: str
    sha256: str
    sm3: str | None
    size: int
    made_with: Mapping[str, str]
    made_at: dt.datetime


@dataclass(frozen=True)
class Issued:
    """One document of a case in any of its states. `number` "" where this kind has none; `data` is what its words were made from;
    `replaces` and `corrects` are ids of older documents; `template_version` 0 is the template as shipped."""

    id: int
    instance_id: int
    case_id: int
    element_id: str
    doc_id: str
    name: str
    number: str
    unit_id: str
    state: str
    template_sha256: str
    template_version: int
    values: Mapping[str, Any]
    data: Mapping[str, Any]
    content_hash: str
    officers: tuple[str, ...]
    made_at: dt.datetime
    made_by: str
    issued_at: dt.datetime | None
    replaces: int | None
    corrects: int | None
    ended_at: dt.datetime | None
    ended_by: str | None
    end_reason: str
    files: tuple[File, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of the document itself (the .docx of a Word document, else the PDF); "" while it has not been made."""
        return next((one.sha256 for one in self.files), "")

    @property
    def state_words(self) -> str:
        """起草中, 已制作, 已作废 or 已弃用."""
        return STATE_WORDS[self.state]

    @property
    def title(self) -> str:
        """Name and number as people quote a document."""
        return f"{self.name}（{self.number}）" if self.number else self.name


@dataclass(frozen=True)
class Signature:
    """One signature or refusal. It counts while `content_hash` is the document's own."""

    id: int
    content_hash: str
    role: str
    person_id: str | None
    name: str
    certificate: str
    image: str | None
    refused: bool
    reason: str
    witness: str
    video: str | None
    pages: int
    taken_by: str
    at: dt.datetime


@dataclass(frozen=True)
class Service:
    """One attempt at serving a document. `served_on` is the day it counts as served, None while it does not."""

    id: int
    document_id: int
    method: str
    on: dt.date
    served_on: dt.date | None
    returned: bool
    receiver: str
    more: Mapping[str, Any]
    servers: tuple[str, ...]
    recorded_at: dt.datetime
    recorded_by: str


def get(c: Connection, document_id: int) -> Issued:
    """One document. Raises NotFound. Not scoped: whoever shows it asks whether its case may be seen."""
    return _whole(c, [c.execute(OF_ID, {"i": document_id}).first()], document_id)[0]


def locked(c: Connection, document_id: int) -> Issued:
    """The same, held until the transaction ends."""
    return _whole(c, [c.execute(LOCK, {"i": document_id}).first()], document_id)[0]


def of_case(c: Connection, case_id: int) -> tuple[Issued, ...]:
    """All documents in the file of a penalty case, oldest first: its own, and what its findings issued before it was filed."""
    return _whole(c, c.execute(OF_CASE, {"ids": [case_id, *case_file.findings(c, case_id)]}).all(), case_id)


def signatures(c: Connection, document_id: int) -> tuple[Signature, ...]:
    """Everything signed on a document, in order, also what a later change made void."""
    return tuple(Signature(r.id, r.content_hash, r.role, r.person_id, r.name, r.certificate, r.image, r.refused, r.reason, r.witness,
                           r.video, r.pages, r.taken_by, r.at) for r in c.execute(SIGNED, {"i": document_id}))


def services(c: Connection, document_id: int) -> tuple[Service, ...]:
    """Every attempt at serving a document, oldest first."""
    return tuple(Service(r.id, r.document_id, r.method, dt.date.fromisoformat(r.on_day),
                         dt.date.fromisoformat(r.served_on) if r.served_on else None, r.returned, r.receiver, r.more, tuple(r.servers),
                         r.recorded_at, r.recorded_by) for r in c.execute(SERVED, {"i": document_id}))


def served_on(c: Connection, document_id: int) -> dt.date | None:
    """The day a document counts as served; None while it does not. A public notice counts once its last day has come."""
    today = clock.today()
    return next((one.served_on for one in services(c, document_id) if one.served_on and one.served_on <= today), None)


def _whole(c: Connection, rows: Iterable[Row[Any] | None], wanted: int) -> tuple[Issued, ...]:
    found = [row for row in rows if row is not None]
    if not found:
        if isinstance(rows, list) and rows == [None]:
            raise NotFound(document=wanted)
        return ()
    files: dict[int, list[File]] = {}
    for one in c.execute(FILES, {"ids": [row.id for row in found]}):
        files.setdefault(one.document_id, []).append(File(one.format, one.sha256, one.sm3, one.size, one.made_with, one.made_at))
    return tuple(_document(row, files.get(row.id, ())) for row in found)


def _document(row: Row[Any], files: Iterable[File]) -> Issued:
    m = row._mapping
    return Issued(
        row.id, row.instance_id, row.case_id, row.element_id, row.doc_id, row.name, row.number or "", row.unit_id, row.state,
        row.template_sha256, row.template_version, m["values"], row.data, row.content_hash, tuple(row.officers), row.made_at, row.made_by,
        row.issued_at, row.replaces, row.corrects, row.ended_at, row.ended_by, row.end_reason or "", tuple(files))
