"""The dossier and the public copy as people see and handle them: whose case it is, who may act, who may take the files away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, masking
from engine.cases.case_file import ARCHIVED, CLOSED, Penalty
from engine.documents import case_fields, contents, dossier, dossier_register, publicity, publicity_term
from engine.documents.contents import Part
from engine.documents.dossier import Dossier
from engine.documents.dossier_register import Entry
from engine.documents.publicity import Copy
from engine.documents.redaction import Leak
from engine.errors import InvalidState, NotAllowed
from engine.people import Participant, directory

HANDLES = ("team_leader", "leader", "head", "legal_reviewer")
"""Posts of the case's town that compile, check, archive and publish beside its officers; the archivist does once the case is closed."""
ARCHIVIST = "archivist"
WORDS = {"compile": "立卷，档号 {number}", "arrange": "调整案卷", "check": "检查案卷", "archive": "将案卷归档", "build": "生成案卷"}


@dataclass(frozen=True)
class Desk:
    """The dossier page of one case. `parts` by volume in order; `waiting` titles of documents whose files are still being made."""

    file: Penalty
    title: str
    entry: Entry | None
    parts: Mapping[str, tuple[Part, ...]]
    waiting: tuple[str, ...]
    names: Mapping[str, str]
    may_handle: bool
    may_take: bool

    @property
    def can_compile(self) -> bool:
        """The case is closed, and this person may."""
        return self.may_handle and self.file.status in (CLOSED, ARCHIVED)

    @property
    def is_open(self) -> bool:
        """Compiled and not archived yet: order, volumes and remarks may change."""
        return self.may_handle and self.entry is not None and self.entry.archived_at is None

    @property
    def ready(self) -> int:
        """How many parts have their files."""
        return sum(len(found) for found in self.parts.values()) - len(self.waiting)


@dataclass(frozen=True)
class Shown:
    """The publicity page of one case."""

    file: Penalty
    title: str
    copies: tuple[Copy, ...]
    current: Copy | None
    hindrances: tuple[str, ...]
    leaks: tuple[Leak, ...]
    names: Mapping[str, str]
    may_handle: bool


def show(c: Connection, case_id: int, by: Participant) -> Desk:
    """Raises NotFound for a case this person may not see, NotAllowed for a lawyer and whoever sees the party masked."""
    file = _seen(c, case_id, by)
    entry = dossier_register.find(c, case_id)
    town = case_fields.town_of(c, case_id)
    found = contents.parts(c, case_id, case_fields.authority(c, town, case_fields.values_of(c, case_id, town))["name"])
    parts = contents.ordered(found, entry.arrangement if entry else contents.Arrangement())
    waiting = tuple(one.title for one in found if one.document is not None and not one.document.files)
    people = [one for one in (entry.compiled_by, entry.checked_by) if one] if entry else []
    return Desk(file, file.title, entry, parts, waiting, directory.names(c, people), _handles(file, by), _takes(file, by))


def compile_(c: Connection, case_id: int, values: Mapping[str, Any], by: Participant) -> Entry:
    """As `dossier_register.compile_`, told in the case's record."""
    _must_handle(c, case_id, by)
    is_new = dossier_register.find(c, case_id) is None
    entry = dossier_register.compile_(c, case_id, values, by.id)
    dossier.acted(c, case_id, WORDS["compile" if is_new else "arrange"].format(number=entry.number), by)
    return entry


def move(c: Connection, case_id: int, part: str, where: Mapping[str, Any], by: Participant) -> Entry:
    """Put one part into a volume and at a position; empty values take the change back. Raises as `dossier_register.arrange` does."""
    _must_handle(c, case_id, by)
    moves = {**dossier_register.of(c, case_id).arrangement.moves, part: where}
    entry = dossier_register.arrange(c, case_id, {"moves": moves})
    dossier.acted(c, case_id, WORDS["arrange"], by)
    return entry


def build(c: Connection, case_id: int, folder: Path, by: Participant) -> Dossier:
    """As `dossier.build`, for somebody who handles the dossier and while it may still change."""
    _must_handle(c, case_id, by)
    dossier_register.must_be_open(dossier_register.of(c, case_id))
    return dossier.build(c, case_id, folder)


def keep(c: Connection, case_id: int, made: Dossier, folder: Path, by: Participant) -> Entry:
    """As `dossier.keep`, told in the case's record."""
    _must_handle(c, case_id, by)
    entry = dossier.keep(c, case_id, made, folder)
    dossier.acted(c, case_id, WORDS["build"], by)
    return entry


def check(c: Connection, case_id: int, by: Participant) -> Entry:
    """As `dossier_register.check`, told in the case's record."""
    _must_handle(c, case_id, by)
    entry = dossier_register.check(c, case_id, by.id)
    dossier.acted(c, case_id, WORDS["check"], by)
    return entry


def archive(c: Connection, case_id: int, by: Participant) -> Entry:
    """As `dossier.archive`, told in the case's record."""
    _must_handle(c, case_id, by)
    entry = dossier.archive(c, case_id)
    dossier.acted(c, case_id, WORDS["archive"], by)
    return entry


def take(c: Connection, case_id: int, which: str, folder: Path, by: Participant) -> tuple[bytes, str]:
    """One of the stored files and its name. Raises NotAllowed for a lawyer (NT-22), InvalidState when nothing is built."""
    file = _seen(c, case_id, by)
    if not _takes(file, by):
        raise NotAllowed("案卷含有当事人的身份信息，只对经办、审核和负责本案的人开放下载。", instance=case_id, person=by.id)
    body = dossier.read(c, case_id, which, folder)
    return body, f"{dossier_register.of(c, case_id).number}-{dossier.NAMES[which]}"


def publicity_of(c: Connection, case_id: int, by: Participant) -> Shown:
    """Raises as `show` does."""
    file = _seen(c, case_id, by)
    copies, now = publicity.of(c, case_id), publicity.current(c, case_id)
    found = publicity.leaks(c, now) if now is not None and now.state in (publicity.DRAFT, publicity.CHECKED) else ()
    people = [one for copy in copies for one in (copy.made_by, copy.checked_by) if one]
    return Shown(file, file.title, copies, now, publicity.hindrances(c, case_id), found, directory.names(c, people), _handles(file, by))


def publish(c: Connection, case_id: int, verb: str, values: Mapping[str, Any], by: Participant) -> Copy:
    """draft, amend, check, release or withdraw the copy of a case. Raises as `publicity` does, and InvalidState when there is no copy."""
    _must_handle(c, case_id, by)
    if verb == "draft":
        made = publicity.draft(c, case_id, by.id)
        dossier.acted(c, case_id, "制作公示稿", by)
        return made
    now = publicity.current(c, case_id)
    if now is None or verb not in VERBS:
        raise InvalidState("还没有公示稿，请先制作。", instance=case_id)
    text, work = VERBS[verb]
    changed = work(c, now.id, values, by.id)
    dossier.acted(c, case_id, text, by)
    return changed


Work = Callable[[Connection, int, Mapping[str, Any], str], Copy]
VERBS: Mapping[str, tuple[str, Work]] = {
    "amend": ("修改公示稿", lambda c, one, values, by: publicity.amend(c, one, values, by)),
    "check": ("核对公示稿", lambda c, one, values, by: publicity.check(c, one, by)),
    "release": ("公示处罚决定", lambda c, one, values, by: publicity_term.release(c, one, by)),
    "withdraw": ("撤回公示", lambda c, one, values, by: publicity_term.withdraw(c, one, str(values.get("reason") or ""), by)),
}


def _seen(c: Connection, case_id: int, by: Participant) -> Penalty:
    file = case_file.seen(c, case_id, by)
    if not (_reads_all(file, by) or by.has("inspector")):
        raise NotAllowed("案卷含有当事人的身份信息，只对经办、审核和负责本案的人开放。", instance=case_id, person=by.id)
    return file


def _reads_all(file: Penalty, by: Participant) -> bool:
    """Sees the party unmasked, or keeps the closed file of the town."""
    keeps = file.frozen_at is not None and any(post.role == ARCHIVIST and file.unit_path.startswith(post.unit_path) for post in by.posts)
    return keeps or masking.masked(file.party, by, file) == file.party


def _handles(file: Penalty, by: Participant) -> bool:
    if file.frozen_at is not None and by.has(ARCHIVIST):
        return _reads_all(file, by)
    in_town = any(post.role in HANDLES and file.unit_path.startswith(post.unit_path) for post in by.posts)
    return (by.id in file.officers or in_town) and not by.has("inspector") and not by.has("lawyer")


def _takes(file: Penalty, by: Participant) -> bool:
    return not by.has("lawyer") and _reads_all(file, by)


def _must_handle(c: Connection, case_id: int, by: Participant) -> None:
    if not _handles(_seen(c, case_id, by), by):
        raise NotAllowed("只有本案承办人、协办人、法制员和本镇街负责人可以整理案卷和办理公示，您可以查看。", instance=case_id, person=by.id)
