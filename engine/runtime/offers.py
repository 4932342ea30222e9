"""From a user task that tokens wait for to the work item that people see: who may do it, until when, and with which form."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from engine.deadlines import Deadline
from engine.errors import ExpressionFailed, NotFound
from engine.people import ROLES, directory
from engine.runtime import lineage
from engine.runtime.case import SUSPENDED, Case
from engine.runtime.host import UNKNOWN, CaseHost, plain
from engine.runtime.limits import Limit
from engine.spiff import Tokens, UserTaskWait

OPEN, CLAIMED, DONE, WITHDRAWN = "open", "claimed", "completed", "withdrawn"
NORMAL = 50


def rows(case: Case, host: CaseHost, tokens: Tokens, waits: Sequence[UserTaskWait],
         limits: Mapping[str, Sequence[Limit]]) -> list[dict[str, Any]]:
    """A row of `work_item` for each wait; `limits` are those that begin with them.

    Raises ExpressionFailed when an expression of a step gives no usable value."""
    if not waits:
        return []
    scopes = [tokens.names(wait.key) for wait in waits]
    people, order, roles, places = (
        _evaluated(host, [(wait.element.gl.get(name), scope) for wait, scope in zip(waits, scopes, strict=True)])
        for name in ("assignee", "priority", "roleFrom", "unitFrom")
    )
    return [
        _row(case, wait, limits[wait.key][-1].deadline if limits.get(wait.key) else None)
        | _candidate(case, wait, role, place)
        | _assigned(case, wait, assignee)
        | {"priority": _priority(wait, priority, case)}
        for wait, role, place, assignee, priority in zip(waits, roles, places, people, order, strict=True)
    ]


def places(unit_path: str, candidate_key: str | None) -> tuple[str, ...]:
    """The units at which a post of its role makes fit to do an item: all that contain its case; the one it is offered to, alone, where
    that stands beside them, as a department does."""
    around = tuple(part for part in unit_path.split("/") if part)
    offered = (candidate_key or "").partition("@")[2]
    return (offered,) if offered and offered not in around else around


def _evaluated(host: CaseHost, asked: Sequence[tuple[Any, Mapping[str, Any]]]) -> list[Any]:
    """The values of expressions, None where there is none; all in one evaluation."""
    values = [plain(text) for text, _ in asked]
    jobs = [job for job, value in zip(asked, values, strict=True) if value is UNKNOWN]
    results = iter(host.evaluate(jobs) if jobs else [])
    return [next(results) if value is UNKNOWN else value for value in values]


def _candidate(case: Case, wait: UserTaskWait, found: Any, place: Any) -> dict[str, Any]:
    """The role at a unit: the one that gl:unitFrom gave (`place`), else the one of the wanted level that contains the case; above that
    level, the case's own. `found` is what gl:roleFrom gave."""
    if found is not None and (not isinstance(found, str) or found not in ROLES):
        raise ExpressionFailed(f"“{wait.element.name}”的办理岗位“{str(found)[:80]}”不存在，请联系流程设计人员。", element=wait.element.id)
    role = found or wait.element.gl.get("role")
    if not role:
        return {"candidate_key": None, "candidate_role": None}
    unit = _around(case, wait, role) if place is None else _named(case, wait, role, place)
    return {"candidate_key": f"{role}@{unit}", "candidate_role": role}


def _around(case: Case, wait: UserTaskWait, role: str) -> str:
    level = wait.element.gl.get("scope") or (ROLES[role].scope if role in ROLES else None)
    return lineage.of(case.c, case.row.unit_path).get(str(level), str(case.row.unit_id))


def _named(case: Case, wait: UserTaskWait, role: str, place: Any) -> str:
    """The unit that gl:unitFrom gave. Raises ExpressionFailed for one that does not exist, or where nobody can hold the role."""
    name = wait.element.name
    try:
        unit = directory.unit_of(case.c, place if isinstance(place, str) else "")
    except NotFound as missing:
        raise ExpressionFailed(f"“{name}”的办理单位“{str(place)[:80]}”不存在，请联系流程设计人员。", element=wait.element.id) from missing
    if role in ROLES and unit.level not in ROLES[role].levels:
        raise ExpressionFailed(f"“{name}”的办理单位“{unit.name}”没有“{ROLES[role].name}”这个岗位，它设在{ROLES[role].level_words}，"
                               "请联系流程设计人员。", element=wait.element.id)
    return unit.id


def _assigned(case: Case, wait: UserTaskWait, assignee: Any) -> dict[str, Any]:
    if assignee is not None and not isinstance(assignee, str):
        raise ExpressionFailed(f"“{wait.element.name}”的指定办理人不是人员编号，请联系流程设计人员。", element=wait.element.id)
    state = CLAIMED if assignee else OPEN
    state = SUSPENDED if case.row.status == SUSPENDED else state
    return {"assignee": assignee or None, "state": state, "claimed_at": case.at if assignee else None}


def _priority(wait: UserTaskWait, value: Any, case: Case) -> int:
    if value is None:
        return int(case.row.priority)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionFailed(f"“{wait.element.name}”的优先级不是数字，请联系流程设计人员。", element=wait.element.id)
    return int(value)


def _row(case: Case, wait: UserTaskWait, limit: Deadline | None) -> dict[str, Any]:
    element, of = wait.element, case.row
    return {
        "id": wait.key,
        "instance_id": case.id,
        "definition_id": of.definition_id,
        "process_key": of.process_key,
        "element_id": element.id,
        "name": element.name or element.id,
        "lane": element.lane,
        "link": element.link,
        "unit_id": of.unit_id,
        "unit_path": of.unit_path,
        "created_at": case.at,
        "warn_at": limit.warn if limit else None,
        "due_at": limit.due if limit else None,
        "limit_text": limit.text if limit else None,
        "remaining_ms": _remaining(case, limit.due if limit else None),
        "form_key": element.gl.get("formRef"),
        "access": element.gl.get("access"),
        "mi_key": None if wait.mi_key is None else str(wait.mi_key),
        "item": dict(wait.item),
        "urged": 0,
        "case_number": of.business_key,
        "title": of.title,
        "category": of.category,
        "place": of.place,
    }


def _remaining(case: Case, due: dt.datetime | None) -> int | None:
    """Milliseconds left, kept only while the case is suspended."""
    if due is None or case.row.status != SUSPENDED:
        return None
    return int((due - case.at).total_seconds() * 1000)
