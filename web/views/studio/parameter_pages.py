"""The parameters of a draft as a table: added, changed and taken away one by one, each saved at once."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.errors import Conflict, InvalidState, InvalidValues, NotFound, UnsafeInput
from engine.studio import drafts, parameter_editing, parameter_uses
from engine.studio.folder import PARAMETERS
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint

Refusals = (InvalidValues, Conflict, UnsafeInput, InvalidState, NotFound)
NEW: Mapping[str, str] = {"name": "", **dict.fromkeys(parameter_editing.ORDER, ""), "unit": "workingDays"}


def _page(draft_id: int, refusal: Any = None) -> Any:
    """The table, and below it the fields of the parameter chosen, or of a new one."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
    try:
        rows, broken = parameter_editing.rows(draft.files.get(PARAMETERS, "")), ""
    except InvalidValues as wrong:
        rows, broken = [], wrong.errors[PARAMETERS]
    chosen = next((one for one in rows if one.name == request.values.get("at")), None)
    adding = refusal is not None and request.form.get("act") == "add"
    sent = request.form if refusal is not None and request.form.get("act") != "drop" else {}
    typed = {**NEW, **(chosen.typed if chosen else {}), **sent}
    errors = getattr(refusal, "errors", {})
    page = render_template(
        "studio/parameters.html", draft=draft, mine=mine, rows=rows, broken=broken, chosen=None if adding else chosen, typed=typed,
        errors=errors, wrong="" if refusal is None or errors else refusal.message, uses=parameter_uses.uses(draft),
        UNITS=parameter_editing.UNITS, WORDS={"name": "编号", **parameter_editing.WORDS}, FILE=PARAMETERS)
    return page, 422 if refusal is not None else 200


@blueprint.get("/models/<int:draft_id>/parameters")
@policy("design", "approve_models")
def model_parameters(draft_id: int) -> Any:
    """The parameters with their limits and where each is used."""
    return _page(draft_id)


def _changed(draft: drafts.Draft, act: str, name: str) -> str:
    """The file after what was asked. Raises InvalidValues, InvalidState (it is in use), NotFound."""
    text = draft.files.get(PARAMETERS, "")
    if act == "drop":
        if used := parameter_uses.uses(draft).get(name):
            raise InvalidState(f"参数“{name}”还在用，不能删除：{'、'.join(used[:8])}。请先在这些地方改掉。")
        return parameter_editing.without(text, name)
    if act not in ("add", "set"):
        raise NotFound("不认识这项操作，请刷新页面后重试。")
    return parameter_editing.put(text, name, request.form.to_dict(), fresh=act == "add")


@blueprint.post("/models/<int:draft_id>/parameters")
@policy("design")
def change_parameters(draft_id: int) -> Any:
    """One parameter added, changed or taken away."""
    by, act, base = me(), request.form.get("act", ""), request.form.get("base", 0, int)
    name = request.form.get("name" if act == "add" else "at", "").strip()
    note = {"add": "添加参数", "drop": "删除参数"}.get(act, "修改参数")
    try:
        with database().reading() as c:
            made = _changed(drafts.open_draft(c, by, draft_id), act, name)
        database().run(lambda c: drafts.save(c, by, draft_id, base_revision=base, files={PARAMETERS: made}, note=f"{note} {name}"))
    except Refusals as refusal:
        return _page(draft_id, refusal)
    flash(f"已{note} {name}。" + ("要恢复，在草稿页的保存记录里选之前的一次。" if act == "drop" else ""))
    return redirect(url_for("studio.model_parameters", draft_id=draft_id))
