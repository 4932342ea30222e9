"""What can be compared with what: any version (v12), any draft as it is now (d3), any request to publish (r5), or nothing ("")."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.definitions import Package, rewrite
from engine.errors import NotFound
from engine.people import Participant
from engine.studio import drafts, folder, folder_rights, publishing, sources

NAME = re.compile(r"([vdr])([0-9]{1,12})")


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, its files, and the package they make, with the import's rewrites applied as for running."""

    ref: str
    title: str
    key: str
    files: folder.Files
    package: Package


def side(c: Connection, by: Participant, ref: str) -> Side | None:
    """One side; None for nothing. Raises NotAllowed, NotFound, UnsafeInput, InvalidValues."""
    folder_rights.must_read(by)
    if not ref:
        return None
    found = NAME.fullmatch(ref)
    if found is None:
        raise NotFound("没有找到要比较的版本，请返回重新选择。")
    kind, number = found[1], int(found[2])
    if kind == "v":
        version = sources.version(c, number)
        return _side(ref, f"第 {version.number} 版", version.key, version.name, version.files)
    if kind == "d":
        draft = drafts.open_draft(c, by, number)
        return _side(ref, f"草稿（第 {draft.revision} 次保存）", draft.key, draft.name, draft.files)
    asked = publishing.one(c, by, number)
    return _side(ref, f"申请发布的内容（第 {asked.revision} 次保存）", asked.key, asked.name,
                 drafts.at_revision(c, asked.draft_id, asked.revision))


def _side(ref: str, title: str, key: str, name: str, files: folder.Files) -> Side:
    written = folder.package_of(key, name, files)
    package = Package(key, name, rewrite(written.diagram).document, written.decisions, written.forms, written.parameters)
    return Side(ref, title, key, files, package)
