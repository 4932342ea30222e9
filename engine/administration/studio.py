"""What process designers see and do: published versions with what runs on them, publishing from files, drafts that cannot run yet."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from engine import clock, definitions
from engine.administration import upload
from engine.administration.rights import must
from engine.definitions import Draft, Finding, Listed, Package, Severity, Version
from engine.definitions.linter import all_rules
from engine.definitions.package import form_keys
from engine.definitions.tables import process_definition
from engine.errors import InvalidValues, NotFound
from engine.people import Participant, directory
from engine.runtime import service_registry
from engine.runtime.tables import process_instance, work_item
from engine.supervision import audit

ENGINE_RULE = {"LS01": "engine-accepts"}


@dataclass(frozen=True)
class Line:
    """One version in a list. `running` cases stand on it; `findings` were told when it was published."""

    version: Listed
    running: int
    ended: int
    by: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class DraftLine:
    """A stored diagram in a list."""

    id: int
    name: str
    stored_at: dt.datetime
    by: str


@dataclass(frozen=True)
class Sheet:
    """Everything about one version."""

    line: Line
    versions: tuple[Line, ...]
    forms: tuple[str, ...]
    decisions: tuple[str, ...]
    parameters: int


def overview(c: Connection, by: Participant) -> tuple[tuple[Line, ...], tuple[DraftLine, ...]]:
    """The newest version of every process, and the drafts. Raises NotAllowed."""
    must(by, "design")
    kept = definitions.drafts(c)
    names = directory.names(c, [one["stored_by"] for one in kept if one["stored_by"]])
    drafts = (DraftLine(one["id"], one["name"], one["stored_at"], names.get(one["stored_by"], "系统")) for one in kept)
    return _lines(c, definitions.list_definitions(c)), tuple(drafts)


def shown(c: Connection, by: Participant, definition_id: int) -> Sheet:
    """One version with its siblings. Raises NotAllowed, NotFound."""
    must(by, "design")
    row = _row(c, definition_id)
    lines = _lines(c, definitions.versions_of(c, row.key))
    line = next(one for one in lines if one.version.id == definition_id)
    return Sheet(line, lines, tuple(sorted(row.forms)), tuple(sorted(row.decisions)), len(row.parameters))


def diagram(c: Connection, by: Participant, definition_id: int) -> tuple[str, bytes]:
    """A file name and the sealed diagram. Raises NotAllowed, NotFound."""
    must(by, "design")
    row = _row(c, definition_id)
    return f"{row.key}-{row.number}.bpmn", bytes(row.diagram)


def standing(c: Connection, by: Participant, definition_id: int) -> list[dict[str, Any]]:
    """How many open steps stand at each element of one version, for the picture. Raises NotAllowed."""
    must(by, "design")
    late = func.count(1).filter(work_item.c.due_at < clock.now())
    query = (select(work_item.c.element_id, func.count().label("number"), late.label("late"))
             .where(work_item.c.definition_id == definition_id, work_item.c.state.in_(("open", "claimed", "suspended")))
             .group_by(work_item.c.element_id))
    return [{"id": row.element_id, "late": row.late > 0, "text": f"{row.number} 件" + (f"，{row.late} 件超期" if row.late else "")}
            for row in c.execute(query)]


def publish(c: Connection, by: Participant, files: upload.Files, keep_rest: bool) -> Version:
    """Seal uploaded files as the next version of their process; running cases stay on theirs.

    keep_rest: decision tables, forms and parameters that were not sent come from the version before.
    Raises NotAllowed, UnsafeInput, InvalidValues, and InvalidDefinition with every finding; then nothing is written.
    """
    must(by, "design")
    sent = upload.package(files)
    package = _completed(c, sent) if keep_rest else sent
    version = definitions.deploy(c, package, by=by.id, functions=service_registry.declared())
    if version.created:
        audit.note(c, by, "published", f"{by.name}发布流程“{package.name}”（{version.key}）第 {version.number} 版。", definition=version.id)
    return version


def keep_draft(c: Connection, by: Participant, name: str, files: upload.Files) -> int:
    """Store one diagram that need not run. Raises NotAllowed, UnsafeInput, InvalidValues."""
    must(by, "design")
    diagrams = [content for file, content in files.items() if file.endswith(".bpmn")]
    if len(diagrams) != 1:
        raise InvalidValues({"files": "存草稿时请选择一个流程图（.bpmn）。"})
    stored, _ = definitions.store_draft(c, name.strip()[:80] or next(iter(files)), diagrams[0], by.id)
    audit.note(c, by, "draft-stored", f"{by.name}存入流程图草稿“{name.strip()[:80]}”。", draft=stored)
    return stored


def draft(c: Connection, by: Participant, draft_id: int) -> tuple[Draft, tuple[Finding, ...]]:
    """A stored diagram with what the linter said. Raises NotAllowed, NotFound."""
    must(by, "design")
    found = definitions.draft(c, draft_id)
    return found, tuple(map(_finding, found.findings))


def _completed(c: Connection, sent: Package) -> Package:
    query = (select(process_definition).where(process_definition.c.key == sent.key, process_definition.c.state == "published")
             .order_by(process_definition.c.number.desc()).limit(1))
    before = c.execute(query).first()
    if before is None:
        return sent
    wanted = form_keys(definitions.read(sent.diagram))
    forms = {key: form for key, form in before.forms.items() if key in wanted}
    decisions = {name: text.encode() for name, text in before.decisions.items()}
    return dataclasses.replace(sent, forms={**forms, **sent.forms}, decisions={**decisions, **sent.decisions},
                               parameters=sent.parameters or before.parameters)


def _row(c: Connection, definition_id: int) -> Any:
    row = c.execute(select(process_definition).where(process_definition.c.id == definition_id)).first()
    if row is None:
        raise NotFound("没有这个流程版本，请返回列表重新选择。")
    return row


def _lines(c: Connection, versions: tuple[Listed, ...]) -> tuple[Line, ...]:
    ids = [version.id for version in versions]
    query = (select(process_instance.c.definition_id, process_instance.c.ended_at.is_(None).label("live"), func.count().label("number"))
             .where(process_instance.c.definition_id.in_(ids)).group_by(process_instance.c.definition_id, "live"))
    counts = {(row.definition_id, bool(row.live)): row.number for row in c.execute(query)}
    names = directory.names(c, [version.deployed_by for version in versions if version.deployed_by])
    return tuple(Line(one, counts.get((one.id, True), 0), counts.get((one.id, False), 0),
                      names.get(one.deployed_by or "", one.deployed_by or "系统"), tuple(map(_finding, one.lint))) for one in versions)


def _finding(told: Mapping[str, Any]) -> Finding:
    """A kept finding; what was not kept with it is looked up by its rule."""
    pages = {rule.code: rule.page for rule in all_rules()} | ENGINE_RULE
    return Finding(told["rule"], Severity(told["severity"]), told.get("element_id", ""), told.get("element_name", ""), told["message"],
                   told.get("hint", ""), told.get("page") or pages.get(told["rule"], ""), tuple(told.get("path", ())))
