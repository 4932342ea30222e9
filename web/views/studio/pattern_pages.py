"""A pattern of the gallery put into a draft."""

from typing import Any

from flask import flash, redirect, request, url_for

from engine.errors import Conflict, InvalidValues, UnsafeInput
from engine.studio import drafts, inserting
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint
from web.views.studio.trials import said


@blueprint.post("/models/<int:draft_id>/pattern")
@policy("design")
def insert_pattern(draft_id: int) -> Any:
    """Its steps, forms and parameters, saved as one revision; refusals are said on the page of the draft."""
    by, sent = me(), request.form
    with database().reading() as c:
        draft = drafts.open_draft(c, by, draft_id)
    try:
        files: dict[str, str | None] = dict(inserting.with_pattern(draft, sent.get("pattern", "")))
        database().run(lambda c: drafts.save(c, by, draft_id, base_revision=sent.get("base", 0, int), files=files, note="插入模式"))
        flash("模式的步骤已放在图的下方，表单和参数也加好了。请在画图页把原来的步骤连到它的第一步，再把它的最后一步连回来。")
    except (Conflict, UnsafeInput, InvalidValues) as refusal:
        flash(said(refusal))
    return redirect(url_for("studio.model", draft_id=draft_id))
