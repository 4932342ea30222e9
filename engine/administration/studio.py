"""What process designers see of what is published: versions, and what runs on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from engine import clock, definitions
from engine.definitions import Finding, Listed, Severity
from engine.definitions.linter import all_rules
from engine.definitions.tables import process_definition
from engine.errors import NotFound
from engine.people import Participant, directory
from engine.runtime.tables import process_instance, work_item
from engine.studio import folder_rights

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
class Sheet:
    """Everything about one version."""

    line: Line
    versions: tuple[Line, ...]
    forms: tuple[str, ...]
    decisions: tuple[str, ...]
    parameters: int


def overview(c: Connection, by: Participant) -> tuple[Line, ...]:
    """The newest version of every process. Raises NotAllowed."""
    folder_rights.must_read(by)
    return _lines(c, definitions.list_definitions(c))


def shown(c: Connection, by: Participant, definition_id: int) -> Sheet:
    """One version with its siblings. Raises NotAllowed, NotFound."""
    folder_rights.must_read(by)
    row = _row(c, definition_id)
    lines = _lines(c, definitions.versions_of(c, row.key))
    line = next(one for one in lines if one.version.id == definition_id)
    return Sheet(line, lines, tuple(sorted(row.forms)), tuple(sorted(row.decisions)), len(row.parameters))


def diagram(c: Connection, by: Participant, definition_id: int) -> tuple[str, bytes]:
    """A file name and the sealed diagram. Raises NotAllowed, NotFound."""
    folder_rights.must_read(by)
    row = _row(c, definition_id)
    return f"{row.key}-{row.number}.bpmn", bytes(row.diagram)


def standing(c: Connection, by: Participant, definition_id: int) -> list[dict[str, Any]]:
    """How many open steps stand at each element of one version, for the picture. Raises NotAllowed."""
    folder_rights.must_read(by)
    late = func.count(1).filter(work_item.c.due_at < clock.now())
    query = (select(work_item.c.element_id, func.count().label("number"), late.label("late"))
             .where(work_item.c.definition_id == definition_id, work_item.c.state.in_(("open", "claimed", "suspended")))
             .group_by(work_item.c.element_id))
    return [{"id": row.element_id, "late": row.late > 0, "text": f"{row.number} 件" + (f"，{row.late} 件超期" if row.late else "")}
            for row in c.execute(query)]


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
