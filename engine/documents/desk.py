"""Documents as people may see and handle them: whose case it is, who may write in it, who may take the file away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, masking
from engine.cases.case_file import Penalty
from engine.documents import case_fields, catalogue, finding_fields, issuing, register, serving, signing
from engine.documents.catalogue import Document
from engine.documents.issuing import Occasion
from engine.documents.register import DRAFT, ISSUED, METHODS, Issued, Service, Signature
from engine.documents.rendering import Made
from engine.documents.serving import Recorded
from engine.documents.signing import Mark
from engine.errors import NotAllowed, NotFound
from engine.people import Participant
from engine.runtime import access
from engine.runtime import case as cases
from engine.runtime.case import Case

PRIVATE = "这份文书含有当事人的身份信息，只对经办、审核和负责本案的人开放。"


@dataclass(frozen=True)
class Paper:
    """A document with everything a page shows of it. `lacking`: who has still to sign; `served_on`: day of effect, as text."""

    one: Issued
    kind: Document
    signatures: tuple[Signature, ...]
    lacking: tuple[str, ...]
    services: tuple[Service, ...]
    served_on: str

    @property
    def is_served(self) -> bool:
        """It has had its effect."""
        return bool(self.served_on)

    @property
    def can_be_served(self) -> bool:
        """It goes to somebody, and has not reached them yet."""
        return self.one.state == ISSUED and self.kind.audience != "internal" and not self.services_pending and not self.is_served

    @property
    def services_pending(self) -> bool:
        """A public notice that still runs."""
        return bool(self.services) and self.services[-1].served_on is not None and not self.is_served


def papers(c: Connection, case_id: int, by: Participant) -> tuple[Paper, ...]:
    """The documents of a case, oldest first. Raises NotFound for a case this person may not see."""
    _must_see(c, case_id, by)
    return tuple(_paper(c, one) for one in register.of_case(c, case_id))


def paper(c: Connection, document_id: int, by: Participant) -> Paper:
    """One of them. Raises NotFound."""
    found = register.get(c, document_id)
    _must_see(c, found.case_id, by)
    return _paper(c, found)


def may_write(c: Connection, case_id: int, by: Participant) -> bool:
    """Officers of the case and leaders of its town."""
    file = _file(c, case_id)
    return file is not None and file.frozen_at is None and case_file.may_write(file, by)


def may_take(c: Connection, document_id: int, by: Participant) -> Issued:
    """A document whose file this person may download. Raises NotFound, NotAllowed for lawyers (NT-22) and for whoever sees the party only
    masked."""
    found = paper(c, document_id, by).one
    file = _file(c, found.case_id)
    if by.has("lawyer"):
        raise NotAllowed("驻队律师只能在页面上查阅指派的案件，不能下载文书。")
    _must_read(c, found.case_id, by, file, found.officers)
    return found


def draft(c: Connection, case_id: int, doc_id: str, values: Mapping[str, Any], *, by: Participant, element: str = "") -> Issued:
    """As `signing.draft`, for a person of the case."""
    case = _held(c, case_id, by)
    made = signing.draft(c, case_id, doc_id, values, by=by.id, element=element)
    return _told(case, made, f"起草《{made.name}》")


def redraft(c: Connection, document_id: int, values: Mapping[str, Any], *, by: Participant) -> Issued:
    """As `signing.redraft`, for a person of the case."""
    case = _held(c, paper(c, document_id, by).one.case_id, by)
    made = signing.redraft(c, document_id, values, by=by.id)
    return _told(case, made, f"修改《{made.name}》，此前的签名失效")


def sign(c: Connection, document_id: int, mark: Mark, *, by: Participant) -> Issued:
    """As `signing.sign`: a person of the case, or somebody named in the record."""
    found = paper(c, document_id, by).one
    own = mark.role not in signing.OUTSIDE and mark.role != signing.OFFICERS
    case = _held(c, found.case_id, by, may_only_see=own)
    made = signing.sign(c, document_id, mark, by=by.id)
    role = signing.ROLE_WORDS.get(mark.role, mark.role)
    said = f"注明{role}拒绝在《{made.name}》上签名" if mark.refused else f"{role}在《{made.name}》上签名"
    return _told(case, made, f"{said}，签名齐全，已制作" if made.state == ISSUED else said, role=mark.role)


def end(c: Connection, document_id: int, reason: str, *, by: Participant) -> Issued:
    """Give a draft up, or make an issued document that was not served void."""
    found = paper(c, document_id, by).one
    case = _held(c, found.case_id, by)
    made = (signing.drop if found.state == DRAFT else issuing.void)(c, document_id, reason, by=by.id)
    return _told(case, made, f"{'弃用' if found.state == DRAFT else '作废'}《{made.title}》：{made.end_reason}")


def serve(c: Connection, document_id: int, values: Mapping[str, Any], *, by: Participant) -> Recorded:
    """As `serving.record`, for a person of the case."""
    found = paper(c, document_id, by).one
    case = _held(c, found.case_id, by)
    made = serving.record(c, found.instance_id, {**values, "document": document_id}, by=by.id)
    _told(case, found, f"登记《{found.title}》的{METHODS[made.attempt.method]}" + ("，没有送达" if made.attempt.returned else ""))
    return made


def preview(c: Connection, case_id: int, doc_id: str, occasion: Occasion, *, by: Participant) -> Made:
    """As `issuing.preview`, for a person of the case. Raises NotAllowed for whoever may not take documents away."""
    _must_see(c, case_id, by)
    file = _file(c, case_id)
    if by.has("lawyer"):
        raise NotAllowed(PRIVATE)
    _must_read(c, case_id, by, file, finding_fields.officers(occasion.variables))
    return issuing.preview(c, case_id, doc_id, occasion)


def _must_read(c: Connection, case_id: int, by: Participant, file: Penalty | None, officers: tuple[str, ...]) -> None:
    """Raises NotAllowed for whoever reads the party only masked; before a case is filed, for whoever neither handles the finding
    (`officers`) nor answers for its town."""
    if file is not None and masking.masked(file.party, by, file) == file.party:
        return
    if file is not None or not masking.has_part(by, _Before(case_fields.town_of(c, case_id).path, officers)):
        raise NotAllowed(PRIVATE)


@dataclass(frozen=True)
class _Before:
    """A finding for which no case was filed, as `masking` asks for it."""

    unit_path: str
    officers: tuple[str, ...]


def page_made() -> tuple[Document, ...]:
    """The records that are drafted and signed on a page."""
    return tuple(one for one in catalogue.everything().values() if one.made == signing.PAGE and not one.id.startswith("DOC-G"))


def _paper(c: Connection, one: Issued) -> Paper:
    served = register.served_on(c, one.id)
    return Paper(one, catalogue.of(one.doc_id), signing.valid(c, one), signing.lacking_signers(c, one) if one.state == DRAFT else (),
                 register.services(c, one.id), served.isoformat() if served else "")


def _file(c: Connection, case_id: int) -> Penalty | None:
    return case_fields.file_of(c, case_id)


def _must_see(c: Connection, case_id: int, by: Participant) -> None:
    if not access.may_see(c, by, cases.peeked(c, case_id).row):
        raise NotFound(instance=case_id, person=by.id)


def _held(c: Connection, case_id: int, by: Participant, *, may_only_see: bool = False) -> Case:
    """The case, locked before anything of its file, for a person who may write in it."""
    case = cases.locked(c, case_id, by=by)
    _must_see(c, case_id, by)
    if not may_only_see and not may_write(c, case_id, by):
        raise NotAllowed("只有本案承办人、协办人和本镇街负责人可以制作、签名和登记文书，您可以查看。")
    return case


def _told(case: Case, one: Issued, text: str, **more: Any) -> Issued:
    """The record of the case says what was done to which words."""
    case.story.tell("file-changed", None, text=text, document=one.id, content=one.content_hash, **more)
    case.save_unmoved()
    return one
