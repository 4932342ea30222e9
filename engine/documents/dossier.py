"""The dossier of a closed case in one go (电子卷宗, FL-15): two volumes with cover, contents, page numbers and remarks, and a package of
all originals with metadata, digests and the report on the four properties. Archiving freezes it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, closing
from engine.cases.case_file import Penalty
from engine.documents import case_fields, dossier_register, four_properties, material, package, register, shown, store, volume
from engine.documents.contents import MAIN, SECONDARY, VOLUMES
from engine.documents.dossier_register import Entry
from engine.documents.four_properties import Material, Report
from engine.documents.material import Leaf
from engine.documents.volume import Volume
from engine.errors import InvalidState
from engine.people import Participant, directory
from engine.runtime import access

NAMES = {"main": "正卷.pdf", "secondary": "副卷.pdf", "package": "归档包.zip"}


@dataclass(frozen=True)
class Dossier:
    """What was built: the main volume, the secondary volume (not for outsiders), the package, the report."""

    pdf: bytes
    secondary: bytes
    package: bytes
    report: Report

    def bodies(self) -> dict[str, bytes]:
        """The three files by name, see NAMES."""
        return {"main": self.pdf, "secondary": self.secondary, "package": self.package}


def build(c: Connection, instance_id: int, folder: Path) -> Dossier:
    """Put the dossier of a compiled case together. Reads only; equal records give equal bytes.

    Raises NotFound (not compiled yet), InvalidState (a file is still being made, missing or altered; the case is not closed).
    """
    file, entry = case_file.of(c, instance_id), dossier_register.of(c, instance_id)
    if file.frozen_at is None:
        raise InvalidState("案件还没有结案，不能生成案卷。", instance=instance_id)
    names = _Names(c, file, entry)
    leaves = material.volumes(c, instance_id, names.authority, folder, entry.arrangement)
    remarks = tuple(_remarks(c, entry, leaves))
    volumes = {key: _typeset(names, key, found, remarks if key == MAIN else tuple(_of_volume(found))) for key, found in leaves.items()}
    about = names.about()
    lacking = package.lacking(about, file.closure_kind or "", file.process_key)
    report = four_properties.examine(c, Material(instance_id, leaves, volumes, lacking))
    papers = {package.METADATA: package.metadata(about, leaves), package.REPORT: package.report(report)}
    everything = [one for found in leaves.values() for one in found]
    return Dossier(volumes[MAIN], volumes[SECONDARY], package.pack(volumes, everything, papers), report)


def keep(c: Connection, instance_id: int, made: Dossier, folder: Path) -> Entry:
    """Store what was built under its hashes and note them. Raises as `dossier_register.keep_built` and `store.keep` do."""
    kept = {key: store.keep(folder, body) for key, body in made.bodies().items()}
    files = {key: {"sha256": one.sha256, "sm3": one.sm3, "size": one.size} for key, one in kept.items()}
    return dossier_register.keep_built(c, instance_id, {"files": files, "passed": made.report.passed, "report": made.report.told(),
                                                        "notes": list(made.report.notes)})


def read(c: Connection, instance_id: int, which: str, folder: Path) -> bytes:
    """One of the stored files: "main", "secondary" or "package". Raises NotFound, InvalidState (nothing built, or altered)."""
    built = dossier_register.of(c, instance_id).built
    if built is None or which not in NAMES:
        raise InvalidState("案卷还没有生成，或者生成以后又有调整。请重新生成。", instance=instance_id)
    return store.read(folder, str(built["files"][which]["sha256"]))


def archive(c: Connection, instance_id: int) -> Entry:
    """The checked dossier goes to the archive; the case changes no more. Raises as `dossier_register.close` and `closing.archive` do."""
    entry = dossier_register.close(c, instance_id)
    if case_file.of(c, instance_id).status == case_file.CLOSED:
        closing.archive(c, instance_id)
    return entry


def digest(made: Dossier) -> str:
    """One hash for everything that was built, to compare two runs."""
    return hashlib.sha256(b"".join(hashlib.sha256(body).digest() for body in made.bodies().values())).hexdigest()


def acted(c: Connection, instance_id: int, text: str, by: Participant) -> Mapping[str, Any]:
    """Write what was done with the dossier into the case's own record. Raises NotFound for whoever may not see the case."""
    return case_file.told(access.seen_case(c, instance_id, by), text)


class _Names:
    """Words about the case that both volumes and the metadata use."""

    def __init__(self, c: Connection, file: Penalty, entry: Entry) -> None:
        town = case_fields.town_of(c, file.instance_id)
        self.authority = case_fields.authority(c, town, case_fields.values_of(c, file.instance_id, town))["name"]
        self.file, self.entry = file, entry
        wanted = [one for one in (*file.officers, entry.compiled_by, entry.checked_by) if one]
        self.people = directory.names(c, wanted)
        self.decision = self._number(c)

    def _number(self, c: Connection) -> str:
        issued = {one.doc_id: one.number for one in register.of_case(c, self.file.instance_id) if one.state == register.ISSUED}
        return next((issued[doc_id] for doc_id in ("DOC-27", "DOC-28", "DOC-29") if doc_id in issued), "")

    def person(self, person_id: str | None) -> str:
        """A person's name; "" for nobody."""
        return self.people.get(person_id, person_id) if person_id else ""

    def cover(self) -> tuple[tuple[str, str], ...]:
        """The lines of the cover."""
        file = self.file
        return (("案件名称", file.title), ("案　　号", file.number), ("决定书文号", self.decision), ("当 事 人", file.party.name),
                ("承办机构", self.authority), ("承 办 人", "、".join(self.person(one) for one in file.officers)),
                ("立案日期", shown.day(file.filed_on)), ("结案日期", shown.day(file.closed_on)),
                ("处理结果", closing.KINDS.get(file.closure_kind or "", "").partition(" ")[2]))

    def about(self) -> dict[str, str]:
        """The metadata of the dossier; element names are Chinese words without spaces."""
        file, entry = self.file, self.entry
        return {"档号": entry.number, "全宗单位": self.authority, "题名": file.title, "案号": file.number, "决定书文号": self.decision,
                "当事人": file.party.name, "违法行为": file.item_name, "承办人": "、".join(self.person(one) for one in file.officers),
                "立案日期": file.filed_on.isoformat() if file.filed_on else "",
                "结案日期": file.closed_on.isoformat() if file.closed_on else "",
                "结案类型": file.closure_kind or "", "保管期限": entry.retention, "卷内顺序": entry.arrangement.order,
                "立卷人": self.person(entry.compiled_by), "立卷日期": clock.local(entry.compiled_at).date().isoformat()}


def _typeset(names: _Names, key: str, found: tuple[Leaf, ...], remarks: tuple[str, ...]) -> bytes:
    entry = names.entry
    entries = tuple(volume.Entry(one.part.title, one.part.number, one.part.maker, f"{one.part.day:%Y.%m.%d}", one.sheets)
                    for one in found)
    wanted = Volume(
        names.file.title, names.authority, VOLUMES[key], names.cover(), entry.number, entry.retention, "正卷1册、副卷1册", entries,
        remarks, names.person(entry.compiled_by), names.person(entry.checked_by), shown.day(clock.local(entry.compiled_at).date()),
        entry.compiled_at)
    return volume.typeset(wanted, dict(pair for one in found for pair in one.files))


def _remarks(c: Connection, entry: Entry, leaves: Mapping[str, tuple[Leaf, ...]]) -> Iterator[str]:
    """What was written by hand, then what the system knows."""
    yield from (line for line in entry.remarks.splitlines() if line.strip())
    yield from _of_volume(leaves[MAIN])
    yield from material.left_out(c, entry.instance_id)
    if not entry.remarks.strip():
        yield "没有缺损、修改、补充、移出的情况。"


def _of_volume(found: tuple[Leaf, ...]) -> Iterator[str]:
    yield f"本册共 {len(found)} 件、{sum(len(one.sheets) for one in found)} 页。"
    yield from (one.remark for one in found if one.remark)
