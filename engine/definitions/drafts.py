"""Diagrams that are kept without being published: any file that is safe can be stored, drawn and taken out again."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine import clock
from engine.definitions.deploy import library_of
from engine.definitions.findings import Finding, told
from engine.definitions.importer import rewrite
from engine.definitions.linter import lint
from engine.definitions.package import Package
from engine.definitions.reader import read
from engine.definitions.tables import diagram_draft
from engine.errors import NotFound

STORE = insert(diagram_draft).returning(diagram_draft.c.id)
LIST = select(diagram_draft.c.id, diagram_draft.c.name, diagram_draft.c.stored_at, diagram_draft.c.stored_by).order_by(
    diagram_draft.c.stored_at.desc(), diagram_draft.c.id.desc())
ONE = select(diagram_draft).where(diagram_draft.c.id == bindparam("i"))


@dataclass(frozen=True)
class Draft:
    """A stored diagram with what the linter said about it."""

    id: int
    name: str
    original: bytes
    diagram: bytes
    findings: list[dict[str, Any]]
    stored_at: dt.datetime
    stored_by: str | None


def store_draft(c: Connection, name: str, document: bytes, by: str | None) -> tuple[int, list[Finding]]:
    """Keep a file and what an import changes in it. Never refuses because it could not run; raises UnsafeInput only."""
    rewritten = rewrite(document)
    model = read(rewritten.document)
    key = model.executable.id if model.executable else name
    findings = lint(model, library_of(Package(key, name, rewritten.document), rewritten, None, None))
    row = {"name": name, "original": document, "diagram": rewritten.document, "findings": list(map(told, findings)),
           "stored_at": clock.now(), "stored_by": by}
    return int(c.execute(STORE, row).scalar_one()), findings


def draft(c: Connection, draft_id: int) -> Draft:
    """A stored diagram. Raises NotFound."""
    row = c.execute(ONE, {"i": draft_id}).first()
    if row is None:
        raise NotFound(draft=draft_id)
    return Draft(**row._mapping)


def drafts(c: Connection) -> list[dict[str, Any]]:
    """All stored diagrams without their content, newest first."""
    return [dict(row._mapping) for row in c.execute(LIST)]
