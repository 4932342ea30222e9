"""Changing what cases are decided by: statutes loaded and reviewed, powers taken on and taken back. Each change asks for the right first
and is written into the record of the configuration, in its own transaction.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import powers_in_use
from engine.cases.powers_in_use import Touched
from engine.errors import NotAllowed, NotFound
from engine.law import list_upload, loading, powers, sample, standards, statutes
from engine.law.list_upload import Upload
from engine.law.loading import Report
from engine.law.powers import Power
from engine.law.standards import Version
from engine.law.statutes import Article
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.runtime import history, parameters

LEGAL = ("legal_reviewer", "justice_bureau")
"""Who compares articles with the official text."""
APPROVERS = (*LEGAL, "leader", "head")
"""Who approves standards of discretion that somebody else has entered."""


@dataclass(frozen=True)
class Recalled:
    """A power that ends, and the open cases it touches."""

    power: Power
    cases: tuple[Touched, ...]


def is_legal(by: Participant) -> bool:
    """Whether this person reviews articles."""
    return by.has(*LEGAL)


def may_keep_list(c: Connection, unit_id: str, by: Participant) -> bool:
    """Whether this person keeps the power list of a town: its legal staff, those above it, or a system administrator."""
    path = directory.unit_of(c, unit_id).path
    return by.may("administer") or any(post.role in LEGAL and path.startswith(post.unit_path) for post in by.posts)


def load_statute(c: Connection, document: bytes, *, by: Participant | None, why: str = "") -> Report:
    """Load a statute file; by None from the command line; `why` the reason of the corrections in it.

    Raises NotAllowed, UnsafeInput, InvalidValues with every faulty row, or corrections without a reason.
    """
    if by is not None and not (is_legal(by) or by.may("administer")):
        raise NotAllowed("法条库由法制员或者系统管理员导入。", person=by.id)
    report = loading.load(c, document, by=by.id if by else None, why=why)
    _tell(c, by, "statute-loaded", statute=report.statute, new=report.new, corrected=report.corrected, why=why)
    return report


def load_powers(c: Connection, unit_id: str, document: bytes, *, by: Participant | None) -> int:
    """Load a town's power list; answers how many items. Raises NotAllowed, NotFound, UnsafeInput, InvalidValues."""
    if by is not None:
        _must_keep_list(c, unit_id, by)
    done = sample.load_list(c, unit_id, sample.read(document))
    _tell(c, by, "powers-loaded", unit=unit_id, items=done)
    return done


def propose_list(c: Connection, unit_id: str, document: bytes, *, by: Participant) -> Upload:
    """Upload a town's whole list: it is checked and waits to be looked through. Raises NotAllowed, NotFound, UnsafeInput, InvalidValues."""
    _must_keep_list(c, unit_id, by)
    return list_upload.propose(c, unit_id, document, by=by.id)


def seen_list(c: Connection, upload_id: int, *, by: Participant) -> Upload:
    """An upload for somebody who keeps that town's list. Raises NotFound for everybody else."""
    found = list_upload.get(c, upload_id)
    if not may_keep_list(c, found.unit_id, by):
        raise NotFound("没有这份上传的清单，请重新上传。", upload=upload_id)
    return found


def touched_by(c: Connection, one: Upload) -> dict[str, tuple[Touched, ...]]:
    """The open cases on items that an upload changes, by code."""
    codes = [change.code for change in list_upload.changes(c, one) if change.kind == list_upload.CHANGED]
    return {code: found for code in codes if (found := powers_in_use.in_flight(c, one.unit_id, code))}


def apply_list(c: Connection, upload_id: int, *, by: Participant) -> int:
    """The list takes effect; answers how many items are new or changed. Raises NotFound, InvalidState, Conflict, InvalidValues."""
    one = seen_list(c, upload_id, by=by)
    done = list_upload.apply(c, upload_id, by=by.id)
    _tell(c, by, "powers-loaded", unit=one.unit_id, items=done, upload=upload_id)
    return done


def drop_list(c: Connection, upload_id: int, *, by: Participant) -> Upload:
    """The list is not wanted. Raises NotFound, InvalidState."""
    one = seen_list(c, upload_id, by=by)
    list_upload.drop(c, upload_id, by=by.id)
    return one


def correct(c: Connection, article_id: int, values: Mapping[str, str], *, base: int, by: Participant) -> Article:
    """Correct an article: its next edition, which a second person has to review before it may be cited. values: see `statutes.correct`.

    Raises NotAllowed, NotFound, InvalidValues, Conflict (corrected meanwhile).
    """
    if not is_legal(by):
        raise NotAllowed("条文由法制员或者司法局更正。", person=by.id)
    found = statutes.correct(c, article_id, values, base=base, by=by.id)
    _tell(c, by, "article-corrected", ref=found.ref, edition=found.edition, why=values["why"].strip())
    return found


def review(c: Connection, article_id: int, note: str, *, by: Participant, edition: int | None = None) -> Article:
    """Say that the edition of an article that was looked at was compared with the official text.

    Raises NotAllowed, NotFound, InvalidValues, Conflict (corrected meanwhile), InvalidState for whoever wrote that edition.
    """
    if not is_legal(by):
        raise NotAllowed("条文由法制员或者司法局与正式文本核对后登记。", person=by.id)
    found = statutes.review(c, article_id, by=by.id, note=note, edition=edition)
    _tell(c, by, "article-reviewed", ref=found.ref, edition=found.edition, note=found.review_note)
    return found


def table_units(c: Connection, town: Unit, by: Participant) -> tuple[Unit, ...]:
    """For which units this person may enter standards of discretion that count in a town: the town, and those above that their legal post
    reaches."""
    near = [directory.unit_of(c, part) for part in town.path.split("/") if part]
    return tuple(one for one in near[::-1] if any(post.role in LEGAL and one.path.startswith(post.unit_path) for post in by.posts))


def may_approve_table(version: Version, unit: Unit, by: Participant) -> bool:
    """Whether this person decides about a proposed standard: legal staff or a leader of the unit, never whoever proposed it."""
    reaches = any(post.role in APPROVERS and unit.path.startswith(post.unit_path) for post in by.posts)
    return version.state == standards.PROPOSED and by.id != version.by and reaches


def propose_table(c: Connection, scope: tuple[str, str], body: bytes, values: Mapping[str, Any], *, by: Participant) -> Version:
    """Enter a standard of discretion for a unit and a matter (`scope`), to be approved by somebody else. values: see `standards.propose`.

    Raises NotAllowed, NotFound, UnsafeInput, InvalidValues, Conflict.
    """
    unit = directory.unit_of(c, scope[0])
    if not any(post.role in LEGAL and unit.path.startswith(post.unit_path) for post in by.posts):
        raise NotAllowed("裁量基准由本单位的法制员或者司法局上传。", person=by.id, unit=unit.id)
    found = standards.propose(c, unit, scope[1], body, values, by=by.id)
    _tell(c, by, "discretion-proposed", unit=unit.id, code=scope[1], version=found.standard.version, document=found.document)
    return found


def approve_table(c: Connection, version_id: int, first: dt.date | None, *, by: Participant) -> Version:
    """Let a proposed standard hold from a day on. Raises NotAllowed, NotFound, InvalidState, InvalidValues."""
    _must_approve_table(c, version_id, by)
    found = standards.approve(c, version_id, first, by=by.id)
    _tell(c, by, "discretion-approved", unit=found.unit_id, code=found.standard.code, version=found.standard.version,
          first=found.standard.first.isoformat())
    return found


def return_table(c: Connection, version_id: int, reason: str, *, by: Participant) -> Version:
    """A proposed standard is not wanted. Raises NotAllowed, NotFound, InvalidState, InvalidValues."""
    _must_approve_table(c, version_id, by)
    found = standards.send_back(c, version_id, reason, by=by.id)
    _tell(c, by, "discretion-returned", unit=found.unit_id, code=found.standard.code, version=found.standard.version,
          reason=found.decision)
    return found


def _must_approve_table(c: Connection, version_id: int, by: Participant) -> None:
    found = standards.get(c, version_id)
    unit = directory.unit_of(c, found.unit_id)
    if found.by == by.id or not any(post.role in APPROVERS and unit.path.startswith(post.unit_path) for post in by.posts):
        raise NotAllowed("裁量基准由提交人以外的另一名法制人员或者负责人批准。", person=by.id, version=version_id)


def confirm(c: Connection, unit_id: str, power_id: int, document: str, *, by: Participant) -> Power:
    """The town takes an item on in writing (承接确认书). Raises NotAllowed, NotFound, InvalidValues."""
    _must_keep_list(c, unit_id, by)
    one = _held(c, unit_id, power_id)
    found = powers.confirm(c, one.id, document)
    _tell(c, by, "power-confirmed", unit=unit_id, code=found.code, document=found.confirmation)
    return found


def recall(c: Connection, unit_id: str, power_id: int, last: dt.date, *, by: Participant, document: str, reason: str) -> Recalled:
    """A power ends with that day; the open cases it touches are recorded with it.

    Raises NotAllowed, NotFound, PowerNotHeld (ended already), InvalidValues (no document, no reason, a day before it began).
    """
    _must_keep_list(c, unit_id, by)
    code = _held(c, unit_id, power_id).code
    found = powers.recall(c, unit_id, code, last, document=document, reason=reason)
    cases = powers_in_use.in_flight(c, unit_id, code)
    _tell(c, by, "power-recalled", unit=unit_id, code=code, last=last.isoformat(), document=found.recall_document,
          reason=found.recall_reason, policy=found.recall_policy, cases=[one.instance_id for one in cases])
    return Recalled(found, cases)


def _held(c: Connection, unit_id: str, power_id: int) -> Power:
    """An item of that town's list and of no other's."""
    found = next((one for one in powers.items(c, unit_id) if one.id == power_id), None)
    if found is None:
        raise NotFound("赋权清单中没有这一项，请刷新后重试。", power=power_id)
    return found


def _must_keep_list(c: Connection, unit_id: str, by: Participant) -> None:
    if not may_keep_list(c, unit_id, by):
        raise NotAllowed("赋权清单由本镇街的法制员、司法局或者系统管理员维护。", person=by.id, unit=unit_id)


def _tell(c: Connection, by: Participant | None, kind: str, **body: Any) -> None:
    story = parameters.chain(c, by)
    story.tell(kind, on=clock.today().isoformat(), **body)
    history.append(c, story)
