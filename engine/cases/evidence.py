"""Evidence of a penalty case (行政处罚法第四十六条): eight kinds, where each piece came from, who took it, its originals by hash.

A piece is never changed and never deleted: voiding or excluding it is an entry in its custody. Several cases may use one piece.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select

from engine import clock
from engine.cases import attachments, case_file, custody, file_hashes
from engine.cases.case_tables import evidence, evidence_file, evidence_use
from engine.cases.custody import Link, Move
from engine.cases.tables import attachment
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant

KINDS = {"documentary": "书证", "physical": "物证", "audiovisual": "视听资料", "electronic": "电子数据", "testimony": "证人证言",
         "party_statement": "当事人的陈述", "expert_opinion": "鉴定意见", "record": "勘验笔录、现场笔录"}
FORMS = {"original": "原件（原物）", "copy": "复制件", "derivative": "由原件制作"}
VALID, VOID, EXCLUDED = "valid", "void", "excluded"
STATES = {VALID: "有效", VOID: "已作废", EXCLUDED: "已排除"}
COLLECTORS = 2  # 行政处罚法第四十二条
ENDS = {custody.VOID: VOID, custody.EXCLUDED: EXCLUDED}
ADD = insert(evidence).returning(evidence.c.id)
ADD_FILE, ADD_USE = insert(evidence_file), insert(evidence_use)
OF_ID = select(evidence).where(evidence.c.id == bindparam("i"))
USED = select(evidence_use.c.evidence_id).where(evidence_use.c.instance_id == bindparam("i"))
OF_CASE = (select(evidence).where(or_(evidence.c.instance_id == bindparam("i"), evidence.c.id.in_(USED))).order_by(evidence.c.id))
USERS = select(evidence_use.c.instance_id).where(evidence_use.c.evidence_id == bindparam("i")).order_by(evidence_use.c.instance_id)
FILES = (select(evidence_file.c.evidence_id, evidence_file.c.sha256, evidence_file.c.sm3, attachment.c.id, attachment.c.name)
         .join(attachment, attachment.c.id == evidence_file.c.attachment_id)
         .where(evidence_file.c.evidence_id.in_(bindparam("ids", expanding=True))).order_by(evidence_file.c.evidence_id, attachment.c.id))
HASHES = select(attachment.c.id, attachment.c.sha256, attachment.c.sm3).where(attachment.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True)
class File:
    """An original that belongs to a piece: hashes as they were when it was taken in."""

    attachment_id: str
    name: str
    sha256: str
    sm3: str | None


@dataclass(frozen=True)
class Item:
    """One piece. `instance_id` is the case whose file took it in; `state` valid, void or excluded; `collectors` are names or ids."""

    id: int
    instance_id: int
    kind: str
    title: str
    form: str
    derived_from: int | None
    origin: str
    place: str
    purpose: str
    collected_at: dt.datetime
    collectors: tuple[str, ...]
    camera: bool
    device: str
    added_at: dt.datetime
    added_by: str
    files: tuple[File, ...]
    chain: tuple[Link, ...]

    @property
    def kind_words(self) -> str:
        """书证, 物证 …"""
        return KINDS[self.kind]

    @property
    def state(self) -> str:
        """valid, void or excluded, by the last entry that says so."""
        return next((ENDS[link.kind] for link in reversed(self.chain) if link.kind in ENDS), VALID)

    @property
    def state_reason(self) -> str:
        """Why it is void or excluded."""
        return next((link.note for link in reversed(self.chain) if link.kind in ENDS), "")

    @property
    def reviews(self) -> frozenset[str]:
        """Which of the two reviews of camera evidence it has passed (行政处罚法第四十一条)."""
        return frozenset(link.kind for link in self.chain) & {custody.LEGAL, custody.TECHNICAL}

    @property
    def is_usable(self) -> bool:
        """May found a decision: valid, and camera evidence reviewed both ways."""
        return self.state == VALID and (not self.camera or len(self.reviews) == 2)


@dataclass(frozen=True)
class Altered:
    """An original whose bytes are not those that were taken in, or are gone."""

    evidence_id: int
    title: str
    name: str
    reason: str


def add(c: Connection, instance_id: int, values: Mapping[str, Any], attachment_ids: Sequence[str], by: Participant) -> Item:
    """Take a piece into the file. values: kind, title, origin, place, collected_at (moment or ISO text), collectors (two), purpose, form
    (original, copy, derivative), derived_from (id), camera, device.

    Raises NotFound, NotAllowed, InvalidState (frozen), InvalidValues.
    """
    case, _ = case_file.held(c, instance_id, by)
    row = _row(c, instance_id, values, by)
    attachments.bind(c, attachment_ids, instance_id, by.id)
    number = int(c.execute(ADD, row).scalar_one())
    hashes = c.execute(HASHES, {"ids": sorted(set(attachment_ids))}).all()
    for one in hashes:
        c.execute(ADD_FILE, {"evidence_id": number, "attachment_id": one.id, "sha256": one.sha256, "sm3": one.sm3})
    custody.append(c, number, Move(custody.COLLECTED, "、".join(row["collectors"]), row["place"], row["origin"]), by.id)
    case_file.told(case, f"登记{KINDS[row['kind']]}“{row['title']}”", evidence=number, sha256=[one.sha256 for one in hashes])
    return get(c, number)


def get(c: Connection, evidence_id: int) -> Item:
    """One piece. Raises NotFound. Not scoped."""
    row = c.execute(OF_ID, {"i": evidence_id}).first()
    if row is None:
        raise NotFound("没有这份证据。", evidence=evidence_id)
    return _items(c, [row])[0]


def of(c: Connection, instance_id: int) -> tuple[Item, ...]:
    """Every piece of a case in the order of taking in, void ones and those it shares with other cases too."""
    return _items(c, c.execute(OF_CASE, {"i": instance_id}).all())


def move(c: Connection, evidence_id: int, what: Move, by: Participant) -> Item:
    """Note what is done with a piece (handed, stored, sent, returned, examined). Raises as `add` does; a void piece moves no more."""
    if what.kind not in custody.BY_HAND or not what.holder.strip():
        raise InvalidValues({"holder": "请写明移交、保管、送检、退回或者检验，以及现在由谁保管。"})
    return _entry(c, evidence_id, what, by, f"登记证据“{{title}}”{custody.WORDS[what.kind]}：{what.holder}")


def void(c: Connection, evidence_id: int, reason: str, by: Participant) -> Item:
    """Make a piece void, with its reason; it stays in the file. Raises InvalidValues without a reason."""
    return _entry(c, evidence_id, Move(custody.VOID, note=_reason(reason)), by, "将证据“{title}”作废，理由：" + reason.strip())


def exclude(c: Connection, evidence_id: int, reason: str, by: Participant) -> Item:
    """Exclude a piece that was obtained unlawfully (行政处罚法第四十六条第三款). Raises InvalidValues without a reason."""
    return _entry(c, evidence_id, Move(custody.EXCLUDED, note=_reason(reason)), by, "排除证据“{title}”，理由：" + reason.strip())


def review(c: Connection, evidence_id: int, kind: str, note: str, by: Participant) -> Item:
    """Camera evidence passes its legal or its technical review (行政处罚法第四十一条). The two are two people's, and the legal one is a
    legal reviewer's. Raises NotAllowed, InvalidValues."""
    piece = get(c, evidence_id)
    if kind not in (custody.LEGAL, custody.TECHNICAL) or not piece.camera:
        raise InvalidValues({"kind": "只有电子技术监控设备记录的证据需要法制审核和技术审核。"})
    others = {link.by for link in piece.chain if link.kind in (custody.LEGAL, custody.TECHNICAL) and link.kind != kind}
    if by.id in others:
        raise NotAllowed("行政处罚法第四十一条：法制审核和技术审核应当分别进行，请由另一名人员审核。", evidence=evidence_id, person=by.id)
    if kind == custody.LEGAL and not by.has("legal_reviewer"):
        raise NotAllowed("监控证据的法制审核由法制员进行。", evidence=evidence_id, person=by.id)
    case = case_file.reviewed(c, piece.instance_id, by)
    custody.append(c, evidence_id, Move(kind, note=note.strip()), by.id)
    case_file.told(case, f"审核监控证据“{piece.title}”：{custody.WORDS[kind]}", evidence=evidence_id)
    return get(c, evidence_id)


def share(c: Connection, instance_id: int, evidence_ids: Sequence[int], by: Participant) -> tuple[Item, ...]:
    """Use pieces of another case in this one too, without copying them (one scene, several cases). Raises as `add` does, and NotFound
    where this person may not see the other case."""
    case, _ = case_file.held(c, instance_id, by)
    known = {one.id for one in of(c, instance_id)}
    for number in sorted(set(evidence_ids) - known):
        piece = get(c, number)
        case_file.seen(c, piece.instance_id, by)
        c.execute(ADD_USE, {"instance_id": instance_id, "evidence_id": number, "used_at": clock.now(), "used_by": by.id})
        case.story.tell("file-changed", None, text=f"引用其他案件的证据“{piece.title}”", evidence=number, of=piece.instance_id)
    case.save_unmoved()
    return of(c, instance_id)


def users(c: Connection, evidence_id: int) -> tuple[int, ...]:
    """The cases that use a piece beside its own."""
    return tuple(c.execute(USERS, {"i": evidence_id}).scalars())


def check_hashes(c: Connection, instance_id: int, folder: Path) -> list[Altered]:
    """Compare every original on the disk with the hashes of its piece; answers those that differ or are missing."""
    found = []
    for piece in of(c, instance_id):
        for file in piece.files:
            path = attachments.original_path(folder, file.sha256)
            if not path.exists():
                found.append(Altered(piece.id, piece.title, file.name, "原始文件不在存储目录中"))
            elif not file_hashes.same(path, file.sha256, file.sm3):
                found.append(Altered(piece.id, piece.title, file.name, "原始文件的内容与取证时的校验值不符，可能被改动"))
    return found


def _entry(c: Connection, evidence_id: int, what: Move, by: Participant, text: str) -> Item:
    piece = get(c, evidence_id)
    case, _ = case_file.held(c, piece.instance_id, by)
    piece = get(c, evidence_id)
    if piece.state != VALID:
        raise InvalidState(f"证据“{piece.title}”{STATES[piece.state]}，理由：{piece.state_reason}。不能再登记。", evidence=evidence_id)
    custody.append(c, evidence_id, what, by.id)
    case_file.told(case, text.format(title=piece.title), evidence=evidence_id, custody=what.kind)
    return get(c, evidence_id)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidValues({"reason": "证据不能删除；作废或者排除请写明理由。"})
    return reason.strip()


def _row(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> dict[str, Any]:
    said = {key: str(values.get(key) or "").strip() for key in ("kind", "title", "form", "origin", "place", "purpose", "device")}
    collectors = [str(one).strip() for one in values.get("collectors") or () if str(one).strip()]
    wrong = {}
    if said["kind"] not in KINDS:
        wrong["kind"] = "请选择证据种类（行政处罚法第四十六条的八种之一）。"
    if not said["title"] or not said["origin"] or not said["place"]:
        wrong["title"] = "请写明证据名称、来源和取得地点。"
    if len(set(collectors)) < COLLECTORS:
        wrong["collectors"] = "行政处罚法第四十二条：调查取证不得少于两人，请填写两名取证人。"
    form = said["form"] or "original"
    derived = int(values["derived_from"]) if values.get("derived_from") else None
    if form not in FORMS or (form == "derivative") != (derived is not None):
        wrong["form"] = "由原件制作的，请指明原件；不是的不要指明。"
    if derived is not None and derived not in {one.id for one in of(c, instance_id)}:
        wrong["derived_from"] = "原件不在本案证据中。"
    if wrong:
        raise InvalidValues(wrong)
    return said | {"instance_id": instance_id, "form": form, "derived_from": derived, "collectors": collectors,
                   "collected_at": _moment(values.get("collected_at")), "camera": bool(values.get("camera")),
                   "added_at": clock.now(), "added_by": by.id}


def _moment(value: Any) -> dt.datetime:
    """Raises InvalidValues for no moment, or one to come."""
    try:
        at = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidValues({"collected_at": "请填写取得时间，例如 2026-03-02 09:30。"}) from None
    at = at if at.tzinfo else at.replace(tzinfo=clock.SHANGHAI)
    if at > clock.now():
        raise InvalidValues({"collected_at": "取得时间不能晚于现在。"})
    return at


def _items(c: Connection, rows: Sequence[Any]) -> tuple[Item, ...]:
    ids = [row.id for row in rows]
    chains, files = custody.chains(c, ids), c.execute(FILES, {"ids": ids}).all()
    return tuple(Item(
        row.id, row.instance_id, row.kind, row.title, row.form, row.derived_from, row.origin, row.place, row.purpose, row.collected_at,
        tuple(row.collectors), row.camera, row.device, row.added_at, row.added_by,
        tuple(File(one.id, one.name, one.sha256, one.sm3) for one in files if one.evidence_id == row.id), chains[row.id]) for row in rows)
