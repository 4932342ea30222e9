"""The four properties that an electronic file must have when it is archived (档案法第三十九条): 真实、完整、可用、安全; item by item."""

import functools
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image
from sqlalchemy import Connection

from engine.cases import attachments, case_file, custody, evidence, file_hashes
from engine.cases.case_file import Penalty
from engine.documents import case_quality, pages, register
from engine.documents.contents import VOLUMES
from engine.documents.material import Leaf, Original
from engine.errors import InvalidState
from engine.runtime import history

TRUE, WHOLE, USABLE, SAFE = "真实", "完整", "可用", "安全"
PROPERTIES = (TRUE, WHOLE, USABLE, SAFE)
DECIDED = (("DOC-20", "DOC-21"), ("DOC-27", "DOC-28", "DOC-29"))
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "penalty": (("DOC-03",), ("DOC-47",)), "summary_penalty": (("DOC-28",),)}
"""By process: documents that a closed file must hold; of each group one."""
SERVED = frozenset({"DOC-20", "DOC-21", "DOC-23", "DOC-27", "DOC-28", "DOC-29", "DOC-12", "DOC-36"})
"""Documents without whose service nothing took effect."""
WITH_DECISION = frozenset({"fulfilled", "enforced", "terminated", "revoked", "lapsed"})
LASTING = frozenset({"pdf", "docx", "application/pdf", "image/jpeg", "image/png", "image/webp", "video/mp4", "audio/mpeg", "audio/wav",
                     "application/ogg", "video/x-msvideo", "video/x-matroska", "audio/amr", "application/zip"})
ACTIVE = re.compile(rb"/(JavaScript|Launch|RichMedia)\b|(?<=[\t\n\r -~]{6})/JS\s*[(<0-9]")
"""Names of actions. Three letters alone stand by chance in one packed megabyte out of twenty, so `/JS` counts only as part of a text."""
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
MACROS = re.compile(r"vbaProject|activeX|embeddings/", re.I)
KINDS = rb'Type="[^"]*(oleObject|attachedTemplate|frame)"'
OUTSIDE = re.compile(rb'TargetMode="External"[^>]*' + KINDS + rb"|" + KINDS + rb'[^>]*TargetMode="External"')
FRONT = 2
"""A cover and at least one page of contents."""


@dataclass(frozen=True)
class Check:
    """One item: which property, what was looked at, whether it holds, what was found."""

    property: str
    name: str
    passed: bool
    found: str


@dataclass(frozen=True)
class Report:
    """All items of one dossier, and what the nine checks of its papers found: notes, because a closed file cannot be mended."""

    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every item holds."""
        return all(one.passed for one in self.checks)

    def failures(self) -> tuple[Check, ...]:
        """The items that do not hold."""
        return tuple(one for one in self.checks if not one.passed)

    def told(self) -> list[dict[str, Any]]:
        """As JSON."""
        return [{"property": one.property, "name": one.name, "passed": one.passed, "found": one.found} for one in self.checks]


@dataclass(frozen=True)
class Material:
    """What is examined: the leaves of both volumes, the typeset volumes, and whether the metadata are whole (what is missing)."""

    case_id: int
    leaves: Mapping[str, tuple[Leaf, ...]]
    volumes: Mapping[str, bytes]
    metadata_missing: tuple[str, ...]

    def all(self) -> Iterator[Leaf]:
        """Every leaf of both volumes."""
        for found in self.leaves.values():
            yield from found

    def originals(self) -> Iterator[Original]:
        """Every original, documents and evidence."""
        for one in self.all():
            yield from one.originals


def examine(c: Connection, material: Material) -> Report:
    """Look at every item. Never raises for what it finds: a failure is an answer."""
    file = case_file.of(c, material.case_id)
    notes = tuple(f"{one.name}：{one.where + '，' if one.where else ''}{one.words}" for one in case_quality.check(c, material.case_id))
    return Report((*_true(c, material), *_whole(c, material, file), *_usable(material), *_safe(material, file)), notes)


def _true(c: Connection, material: Material) -> Iterator[Check]:
    files = len(list(material.originals()))
    yield _check(TRUE, "文书和证据的文件与登记的摘要一致（SHA-256、SM3）", _altered(material), f"{files} 个文件一致")
    faults = [f"第 {one.seq} 条：{one.reason}" for one in history.verify(c, f"case:{material.case_id}")]
    yield _check(TRUE, "办理经过前后相接，没有改动", faults, "逐条核对一致")
    broken = [f"“{one.title}”第 {number} 条" for one in evidence.of(c, material.case_id) if (number := custody.broken(one.chain))]
    yield _check(TRUE, "证据的保管记录前后相接", broken, "逐件核对一致")
    loose = [one.part.title for one in material.all() if one.part.document and not _signatures_fit(c, one)]
    yield _check(TRUE, "签名对应文书现在的内容", loose, "逐份核对一致")


def _whole(c: Connection, material: Material, file: Penalty) -> Iterator[Check]:
    there = {one.part.document.doc_id for one in material.all() if one.part.document}
    wanted = [*NEEDED.get(file.process_key, ()), *(DECIDED if file.closure_kind in WITH_DECISION and file.process_key == "penalty" else ())]
    lacking = ["或者".join(group) for group in wanted if not there & set(group)]
    yield _check(WHOLE, "必备文书齐全", lacking, f"{len(there)} 种文书")
    unserved = [one.part.title for one in material.all() if one.part.document and one.part.document.doc_id in SERVED
                and not any(found.served_on for found in register.services(c, one.part.document.id))]
    yield _check(WHOLE, "应当送达的文书有送达记录", unserved, "逐份核对")
    yield _check(WHOLE, "目录与材料一致，页号连续", list(_page_faults(material)), "正卷、副卷逐页核对")
    yield _check(WHOLE, "元数据齐全", list(material.metadata_missing), "必填项都有")
    missing = [one.title for one in evidence.of(c, material.case_id) if not one.is_usable and one.state == evidence.VALID]
    yield _check(WHOLE, "监控证据经过法制和技术审核（处罚法第四十一条）", missing, "没有缺少审核的证据")


def _usable(material: Material) -> Iterator[Check]:
    closed = [VOLUMES[key] for key, body in material.volumes.items() if not _opens(functools.partial(pages.count, body))]
    yield _check(USABLE, "案卷能够打开", closed, "正卷、副卷都能打开")
    strange = [one.name for one in material.originals() if one.mime not in LASTING]
    yield _check(USABLE, "文件格式适合长期保存", strange, "格式都在范围内")
    blind = [one.name for one in material.originals() if one.path.exists() and not _shows(one)]
    yield _check(USABLE, "文书和照片能够打开", blind, "逐个打开核对")


def _safe(material: Material, file: Penalty) -> Iterator[Check]:
    active = [one.name for one in material.originals() if one.path.exists() and _is_active(one)]
    active += [VOLUMES[key] for key, body in material.volumes.items() if _pdf_is_active(body)]
    yield _check(SAFE, "没有宏、脚本、外部引用等可以执行的内容", active, "逐个检查")
    yield _check(SAFE, "案卷已经封存", [] if file.frozen_at is not None else ["案件没有结案封存"], "结案时封存")
    mixed = [one.part.title for one in material.leaves.get("main", ()) if one.part.document and one.part.volume == "secondary"]
    yield _check(SAFE, "审核、讨论等内部材料没有进入正卷", mixed, "正卷、副卷分册")


def _check(what: str, name: str, wrong: list[str], good: str) -> Check:
    return Check(what, name, not wrong, "；".join(wrong) if wrong else good)


def _altered(material: Material) -> list[str]:
    found = []
    for one in material.originals():
        if not one.path.exists():
            found.append(f"{one.name} 不在存储目录中")
        elif not file_hashes.same(one.path, one.sha256, one.sm3):
            found.append(f"{one.name} 与登记的摘要不符")
    return found


def _signatures_fit(c: Connection, one: Leaf) -> bool:
    document = one.part.document
    assert document is not None
    signed = register.signatures(c, document.id)
    return not signed or signed[-1].content_hash == document.content_hash


def _page_faults(material: Material) -> Iterator[str]:
    """Cover and contents, the sheets, one page of remarks: no more, no fewer."""
    for key, body in material.volumes.items():
        sheets = sum(len(one.sheets) for one in material.leaves[key])
        if not _opens(functools.partial(pages.count, body)) or pages.count(body) < sheets + FRONT + 1:
            yield f"{VOLUMES[key]}的页数与材料不符"
        for one in material.leaves[key]:
            if not one.sheets:
                yield f"{one.part.title}没有页"


def _opens(work: Callable[[], Any]) -> bool:
    try:
        work()
    except (InvalidState, OSError, *attachments.BROKEN):
        return False
    return True


def _shows(one: Original) -> bool:
    if one.mime == "pdf":
        return _opens(lambda: pages.count(one.path.read_bytes()))
    if one.mime == "docx":
        return _opens(lambda: pages.words(one.path.read_bytes()))
    return one.mime not in attachments.TYPES.values() or _opens(lambda: Image.open(one.path).verify())


def _is_active(one: Original) -> bool:
    if one.mime in ("pdf", "application/pdf"):
        return _pdf_is_active(one.path.read_bytes())
    return one.mime == "docx" and _word_is_active(one.path.read_bytes())


def _pdf_is_active(body: bytes) -> bool:
    return any(ACTIVE.search(part) or _hidden(part) for part in pages.unpacked(body) if _holds_objects(part, body))


def _holds_objects(part: bytes, body: bytes) -> bool:
    return len(part) == len(body) or part.lstrip()[:2] in (b"<<", b"[<") or b"/Type" in part[:4096]


def _hidden(part: bytes) -> bool:
    """A name may be written with #xx for any of its letters (ISO 32000-1, 7.3.5)."""
    return b"#" in part and ACTIVE.search(ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)) is not None


def _word_is_active(body: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = packed.namelist()
            links = [packed.read(name) for name in names if name.endswith(".rels")]
    except zipfile.BadZipFile:
        return False  # does not open: told under another item
    return any(MACROS.search(name) for name in names) or any(OUTSIDE.search(link) for link in links)
