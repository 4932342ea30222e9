"""An example of a draft under another name, or taken away; every change is a save that can be gone back on."""

from typing import Any

from flask import flash, redirect, request, url_for

from engine.errors import Conflict, InvalidState, InvalidValues, NotFound, UnsafeInput
from engine.studio import drafts, example_editing
from engine.studio.folder import SCENARIOS
from web.auth import policy
from web.context import database, me
from web.views.studio.examples import examples_page
from web.views.studio.room import blueprint
from web.views.studio.trials import said

Refusals = (InvalidValues, InvalidState, Conflict, UnsafeInput, NotFound)


def _changed(text: str, act: str, name: str) -> tuple[str, str, str]:
    """(the file after what was asked, the note of the save, the words for the page). Raises InvalidValues, NotFound."""
    if act == "rename":
        fresh = request.form.get("fresh", "")
        return example_editing.renamed(text, name, fresh), f"例子改名 {name}", f"例子改名为“{' '.join(fresh.split())}”。"
    if act == "drop":
        words = f"已删除例子“{name}”。要恢复，在草稿页的保存记录里选之前的一次。"
        return example_editing.without(text, name), f"删除例子 {name}", words
    raise NotFound("不认识这项操作，请刷新页面后重试。")


@blueprint.post("/models/<int:draft_id>/examples/change")
@policy("design")
def change_example(draft_id: int) -> Any:
    """Rename one (`act` rename), or delete it (drop)."""
    by, sent, base = me(), request.form, request.form.get("base", 0, int)
    with database().reading() as c:
        text = drafts.open_draft(c, by, draft_id).files.get(SCENARIOS, "")
    try:
        made, note, words = _changed(text, sent.get("act", ""), sent.get("name", ""))
        database().run(lambda c: drafts.save(c, by, draft_id, base_revision=base, files={SCENARIOS: made}, note=note[:200]))
    except Refusals as refusal:
        return examples_page(draft_id, f"没有保存：{said(refusal)}"), 422
    flash(words)
    return redirect(url_for("studio.examples", draft_id=draft_id))
