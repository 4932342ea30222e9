"""The decision tables of a draft: which there are, and a new one begun."""

from typing import Any

from flask import redirect, render_template, request, url_for

from engine.errors import Conflict, InvalidValues, UnsafeInput
from engine.studio import decision_making, drafts
from engine.studio.choices import decisions_named
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint


def _page(draft_id: int, refusal: Any = None) -> Any:
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
    tables = {name: decisions_named(draft, name) for name in draft.files if name.endswith(".dmn")}
    errors = getattr(refusal, "errors", {})
    page = render_template("studio/decisions.html", draft=draft, mine=mine, tables=tables, errors=errors,
                           wrong="" if refusal is None or errors else refusal.message,
                           sent={"table": request.values.get("table", "")[:160], "name": request.form.get("name", "")})
    return page, 422 if refusal is not None else 200


@blueprint.get("/models/<int:draft_id>/decisions")
@policy("design", "approve_models")
def model_decisions(draft_id: int) -> Any:
    """The tables of a draft, and the fields for a new one."""
    return _page(draft_id)


@blueprint.post("/models/<int:draft_id>/decisions")
@policy("design")
def begin_decision(draft_id: int) -> Any:
    """A new table with one row, opened in its editor."""
    by, key = me(), request.form.get("table", "").strip().removesuffix(".dmn")
    with database().reading() as c:
        draft = drafts.open_draft(c, by, draft_id)
    try:
        files: dict[str, str | None] = dict(decision_making.begun(draft, key, request.form.get("name", "")))
        database().run(lambda c: drafts.save(c, by, draft_id, base_revision=draft.revision, files=files, note=f"新建决策表 {key}"))
    except (InvalidValues, Conflict, UnsafeInput) as refusal:
        return _page(draft_id, refusal)
    return redirect(url_for("studio.draw_decision", draft_id=draft_id, file=f"{key}.dmn"))
