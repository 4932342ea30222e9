"""Templates of documents: those shipped, and those legal staff upload, version and have approved by a second person.

A template in use is kept by its content: a document names the hash of the template it was made from, so that it can be made again.
"""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.database import canonical
from engine.documents.catalogue import FOLDER, Document
from engine.documents.tables import content, template
from engine.errors import InvalidState, NotFound

WORD, TYPST = "word", "typst"
DRAFT, APPROVED, WITHDRAWN = "draft", "approved", "withdrawn"
STATE_WORDS = {DRAFT: "待批准", APPROVED: "已批准", WITHDRAWN: "已撤下"}
IMPORT = re.compile(r'#?(?:import|include)\s+"([\w\-./]+\.typ)"')
IN_FORCE = (select(template).where(template.c.doc_id == bindparam("doc"), template.c.state == APPROVED,
                                   template.c.in_force_from <= bindparam("day"))
            .order_by(template.c.in_force_from.desc(), template.c.version.desc()).limit(1))
BODY = select(content.c.body).where(content.c.sha256 == bindparam("sha"))
KEEP = {"sqlite": sqlite.insert(content).on_conflict_do_nothing(), "postgresql": postgresql.insert(content).on_conflict_do_nothing()}


@dataclass(frozen=True)
class Template:
    """A template as it is used. `version` 0 is the one shipped; `body` is a .docx, or canonical JSON {"main", "files"} for typst;
    `variables` are the names it mentions, where that is known."""

    doc_id: str
    version: int
    owner: str
    sha256: str
    body: bytes
    variables: tuple[str, ...] = ()

    @property
    def is_uploaded(self) -> bool:
        """Somebody's own file, to be trusted with nothing."""
        return self.version > 0


def in_force(c: Connection, document: Document, day: dt.date | None = None) -> Template:
    """The template for a day: the newest approved one, else the one shipped. Raises InvalidState when there is none."""
    row = c.execute(IN_FORCE, {"doc": document.id, "day": (day or clock.today()).isoformat()}).first()
    if row is None:
        return shipped(document)
    return Template(document.id, row.version, WORD, row.sha256, body(c, row.sha256), tuple(row.report.get("variables", ())))


def shipped(document: Document) -> Template:
    """The template that came with the program. Raises InvalidState when it is missing."""
    if not document.path.is_file():
        raise InvalidState(f"《{document.name}》还没有模板，不能制作。请法制人员在“文书模板”页上传。", document=document.id)
    found = document.path.read_bytes() if document.owner == WORD else bundle(document.path)
    return Template(document.id, 0, document.owner, digest(found), found)


def bundle(path: Path) -> bytes:
    """A typst source with everything it imports, as canonical JSON. Paths are relative to the folder of templates."""
    files: dict[str, str] = {}
    _collect(path, files)
    return canonical({"main": path.relative_to(FOLDER).as_posix(), "files": files}).encode()


def _collect(path: Path, files: dict[str, str]) -> None:
    name = path.relative_to(FOLDER).as_posix()
    if name in files:
        return
    files[name] = path.read_text("utf-8")
    for found in IMPORT.findall(files[name]):
        _collect((FOLDER / found[1:] if found.startswith("/") else path.parent / found).resolve(), files)


def keep(c: Connection, one: Template) -> None:
    """Keep the content of a template that is about to be used; what is kept already stays."""
    c.execute(KEEP[c.dialect.name], {"sha256": one.sha256, "body": one.body})


def body(c: Connection, sha256: str) -> bytes:
    """The content of that hash. Raises NotFound, and InvalidState when it was altered in the database."""
    found = c.execute(BODY, {"sha": sha256}).scalar()
    if found is None:
        raise NotFound("没有这个模板的内容。", sha256=sha256)
    if digest(bytes(found)) != sha256:
        raise InvalidState("模板的内容与登记的摘要不符，可能被改动过，不能使用。请联系管理员从备份恢复。", sha256=sha256)
    return bytes(found)


def digest(bytes_of_it: bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(bytes_of_it).hexdigest()


