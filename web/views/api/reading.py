"""What programs may ask: the worklist, one work item, one case, and the description of the interface itself."""

import dataclasses
import datetime as dt
from typing import Any

from flask import g, jsonify, render_template

from engine import forms
from engine.forms import FieldState
from engine.runtime import casebook, desk, worklist
from engine.runtime.desk import Desk
from engine.runtime.worklist import Paging
from web.auth import policy
from web.context import database
from web.views.api import openapi
from web.views.api.bodies import Body, Part
from web.views.api.gate import answer, asked, blueprint, item, number, scope

TASKS = Body("TaskQuery", {
    "view": Part("string", "哪一类待办", choices=worklist.VIEWS),
    "order": Part("string", "排序", choices=worklist.ORDERS),
    "q": Part("string", "标题、编号、地点中的文字", longest=80),
    "link": Part("string", "环节", longest=40),
    "page": Part("integer", "第几页，从 1 起"),
    "size": Part("integer", f"每页几条，至多 {worklist.LARGEST_SIZE}"),
})
ENTRY = ("id", "case_number", "title", "category", "place", "name", "element_id", "link", "state", "assignee", "unit_id", "created_at",
         "claimed_at", "warn_at", "due_at", "limit_text", "light", "priority", "urged", "outcome", "ended_at", "revision")
ITEM = ("id", "case_number", "title", "place", "name", "element_id", "link", "state", "assignee", "candidates", "created_at", "warn_at",
        "due_at", "limit_text", "urged", "outcome", "ended_at")
EVENT = ("seq", "at", "actor", "kind", "text")
LINE = ("id", "number", "title", "category", "place", "status", "unit", "started_at", "ended_at", "step", "holder", "due_at")


def _plain(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The named attributes as JSON: moments in UTC, ISO 8601."""
    values = ((name, getattr(row, name)) for name in names)
    return {name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in values}


def _fields(found: Desk) -> list[dict[str, Any]]:
    """The fields of a work item's form that this person sees."""
    if found.form is None:
        return []
    states = forms.fields(found.form, dict(found.draft or {}), access=found.access, stored=found.stored, names=found.names)
    return [_field(state) for state in states if state.mode != "hidden" and state.key]


def _field(state: FieldState) -> dict[str, Any]:
    options = [dataclasses.asdict(option) for option in state.options]
    return {"key": state.key, "type": state.type, "label": state.label, "mode": str(state.mode), "required": bool(state.required),
            "options": options}


@blueprint.get("/tasks")
@scope("read", query=TASKS)
def tasks() -> Any:
    """One page of the worklist with the size of every view."""
    wanted = asked()
    paging = Paging(wanted.get("order", "due"), max(1, wanted.get("page", 1)), max(1, wanted.get("size", worklist.SIZE)))
    filters = {name: str(wanted[name]) for name in wanted if name in ("q", "link")}
    with database().reading() as c:
        found = worklist.of(c, g.participant, wanted.get("view", "all"), filters, paging)
    entries = [_plain(entry, ENTRY) | {"case": entry.instance_id} for entry in found.entries]
    return answer({"tasks": entries, "counts": dict(found.counts), "total": found.total, "page": found.number, "size": found.size})


@blueprint.get("/tasks/<item_id>")
@scope("read")
def task(item_id: str) -> Any:
    """One work item: its facts, the fields of its form, and what this person may do."""
    asked()
    with database().reading() as c:
        found = desk.of(c, item(item_id), g.participant)
    return answer(_plain(found.item, ITEM) | {"case": found.item.instance_id, "revision": found.revision, "why": found.why,
                                              "verbs": sorted(found.verbs), "fields": _fields(found)})


@blueprint.get("/cases/<case_id>")
@scope("read")
def case(case_id: str) -> Any:
    """One case: where it stands, its work items, and its story."""
    asked()
    with database().reading() as c:
        found = casebook.show(c, number(case_id), g.participant)
    story = [_plain(event, EVENT) for event in found.events]
    return answer(_plain(found.line, LINE) | {"revision": found.revision, "process": found.process, "version": found.version,
                                              "tasks": [_plain(one, ITEM) for one in found.items], "events": story})


@blueprint.get("/openapi.json")
@policy(public=True)
def description() -> Any:
    """The interface in OpenAPI 3.1."""
    return jsonify(openapi.document())


@blueprint.get("/docs")
@policy(public=True)
def docs() -> Any:
    """The same for people."""
    return render_template("api/docs.html", document=openapi.document())
