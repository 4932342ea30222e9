"""The form designer: the list of fields, what can be set on one, who may do what with each, and the form as people will see it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine import clock, forms
from engine.definitions import read
from engine.definitions.package import defaults
from engine.errors import Conflict, InvalidDefinition, InvalidState, InvalidValues, NotFound, UnsafeInput
from engine.forms import Form
from engine.rehearsal import sample_town
from engine.studio import drafts, form_editing
from engine.studio.drafts import Draft
from engine.studio.form_editing import Document
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint

NAME = re.compile(r"[\w\-][\w\-.]{0,60}")
WHERE = {"up": "line", "down": "line", "add": "settings", "set": "settings", "remove": "fields-title"}
"""Where a page goes on after a change, so that whoever works with the keys goes on there; else at the rights."""
Refusals = (InvalidValues, InvalidDefinition, InvalidState, Conflict, UnsafeInput, NotFound)


def _file(form_id: str) -> str:
    return f"forms/{form_id}.form.json"


def _document(draft: Draft, form_id: str) -> Document:
    """Raises NotFound, InvalidDefinition."""
    text = draft.files.get(_file(form_id))
    if text is None:
        raise NotFound("草稿里没有这张表单，请返回草稿重新选择。")
    forms.load(text)
    found: Document = json.loads(text)
    return found


def _uses(draft: Draft) -> dict[str, list[tuple[str, str]]]:
    """Form → (step, access profile) of every step that shows it."""
    model = read(draft.files[f"{draft.key}.bpmn"].encode())
    found: dict[str, list[tuple[str, str]]] = {}
    for process in model.processes:
        if process.gl.get("startForm"):
            found.setdefault(str(process.gl["startForm"]), []).append(("发起", str(process.gl.get("startAccess") or "")))
    for node in model.each():
        if node.gl.get("formRef"):
            found.setdefault(str(node.gl["formRef"]), []).append((node.label, str(node.gl.get("access") or "")))
    return found


def _preview(form: Form, profile: str, typed: Mapping[str, Any], draft: Draft) -> list[Any]:
    """The form as a step with that profile shows it: by the renderer that shows it there."""
    names = {"param": defaults(drafts.package_of(draft).parameters), "case": {}, "now": clock.now(), "today": clock.today()}
    return list(forms.fields(form, typed, access=profile or None, stored={}, names=names))


def _people() -> dict[str, Any]:
    def people_for(state: Any) -> list[tuple[str, str]]:
        role = state.field.properties.get("role")
        return [(key, name) for key, (name, held, _) in sample_town.people().items() if role in (None, "", held)]
    return {"people_for": people_for, "person_name": lambda value: value or "—"}


def _page(draft_id: int, form_id: str, wrong: str = "", typed: Mapping[str, str] | None = None) -> Any:
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
    document = _document(draft, form_id)
    form = forms.load(document)
    at, profile = request.values.get("at", ""), request.values.get("profile", "")
    lines = form_editing.lines(document)
    chosen = form_editing.component(document, at) if at in [line.at for line in lines] else None
    shown = [(setting, (typed or {}).get(setting.name, value)) for setting, value in form_editing.settings(chosen)] if chosen else []
    problems = forms.check(form)
    own = [one for one in problems if chosen and one.field in (chosen.get("key"), chosen.get("id"), chosen.get("path"))]
    page = render_template(
        "studio/form.html", draft=draft, mine=mine, form=form, form_id=form_id, document=document, lines=lines, at=at, chosen=chosen,
        settings=shown, types=form_editing.TYPES, rights=form_editing.RIGHTS, profiles=document.get("access") or {}, profile=profile,
        width=request.values.get("width", ""), states=_preview(form, profile, {}, draft), own=own, above=form_editing.above(document, at),
        problems=[one for one in problems if one not in own], setting=wrong and request.form.get("act") == "set",
        uses=_uses(draft).get(form_id, []), wrong=wrong,
        undo=request.values.get("undo", draft.revision, int), **_people())
    return page, 422 if wrong else 200


@blueprint.get("/models/<int:draft_id>/forms")
@policy("design", "approve_models")
def model_forms(draft_id: int) -> Any:
    """The forms of a draft with the steps that show them."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
    names = {name[6:-10]: json.loads(text).get("name", "") for name, text in draft.files.items() if name.startswith("forms/")}
    return render_template("studio/forms.html", draft=draft, mine=mine, names=names, uses=_uses(draft), wrong="")


@blueprint.post("/models/<int:draft_id>/forms")
@policy("design")
def begin_form(draft_id: int) -> Any:
    """A new, empty form."""
    by, form_id, name = me(), request.form.get("form", "").strip(), request.form.get("name", "").strip()[:80]
    with database().reading() as c:
        draft = drafts.open_draft(c, by, draft_id)
    if not NAME.fullmatch(form_id) or _file(form_id) in draft.files or not name:
        flash("请写表单的编号（英文，例如 F-dog，不能与已有的重名）和名称。")
        return redirect(url_for("studio.model_forms", draft_id=draft_id))
    fresh: dict[str, str | None] = {_file(form_id): form_editing.text(form_editing.empty(form_id, name))}
    database().run(lambda c: drafts.save(c, by, draft_id, base_revision=draft.revision, files=fresh, note=f"新建表单 {form_id}"))
    return redirect(url_for("studio.model_form", draft_id=draft_id, form_id=form_id))


@blueprint.get("/models/<int:draft_id>/forms/<form_id>")
@policy("design", "approve_models")
def model_form(draft_id: int, form_id: str) -> Any:
    """The designer of one form."""
    return _page(draft_id, form_id)


def _changed(document: Document, act: str, at: str) -> tuple[Document, str]:
    """(the document after what was asked, the field to show). Raises InvalidValues, NotFound."""
    sent = request.form
    if act == "add":
        return form_editing.added(document, sent.get("type", ""), at)
    if act == "remove":
        return form_editing.removed(document, at), ""
    if act in ("up", "down"):
        return form_editing.moved(document, at, -1 if act == "up" else 1)
    if act == "set":
        return form_editing.changed(document, at, sent.to_dict()), at
    if act == "profile":
        return form_editing.with_profile(document, sent.get("name", "").strip()), at
    if act == "drop":
        return form_editing.without_profile(document, sent.get("name", "")), at
    if act == "rights":
        rights = {key[6:]: value for key, value in sent.items() if key.startswith("right:")}
        return form_editing.with_rights(document, sent.get("name", ""), rights), at
    raise InvalidValues({"act": "不认识这项操作，请刷新页面后重试。"})


@blueprint.post("/models/<int:draft_id>/forms/<form_id>")
@policy("design")
def change_form(draft_id: int, form_id: str) -> Any:
    """One change to the form, saved at once as a revision of the draft."""
    by, act, at, base = me(), request.form.get("act", ""), request.form.get("at", ""), request.form.get("base", 0, int)
    try:
        with database().reading() as c:
            document = _document(drafts.open_draft(c, by, draft_id), form_id)
        made, at = _changed(document, act, at)
        forms.load(made)
        files: dict[str, str | None] = {_file(form_id): form_editing.text(made)}
        database().run(lambda c: drafts.save(c, by, draft_id, base_revision=base, files=files, note=f"表单 {form_id}"))
    except Refusals as refusal:
        said = "；".join(refusal.errors.values()) if isinstance(refusal, InvalidValues) else refusal.message
        return _page(draft_id, form_id, said, request.form.to_dict() if act == "set" else None)
    return redirect(url_for("studio.model_form", draft_id=draft_id, form_id=form_id, at=at or None,
                            profile=request.form.get("profile") or None, _anchor=WHERE.get(act, "rights")))


@blueprint.post("/models/<int:draft_id>/forms/<form_id>/undo")
@policy("design")
def undo_form(draft_id: int, form_id: str) -> Any:
    """The form as it was before the last change; again: before the one before."""
    by, upto, name = me(), request.form.get("undo", 0, int), _file(form_id)
    with database().reading() as c:
        draft = drafts.open_draft(c, by, draft_id)
        now, number, before = draft.files.get(name), min(upto, draft.revision), None
        while number > 1 and before in (None, now):
            number -= 1
            before = drafts.at_revision(c, draft_id, number).get(name)
    if before in (None, now):
        flash("这张表单没有更早的修改可以撤销。")
        return redirect(url_for("studio.model_form", draft_id=draft_id, form_id=form_id))
    note = f"撤销表单 {form_id} 的修改"
    database().run(lambda c: drafts.save(c, by, draft_id, base_revision=draft.revision, files={name: before}, note=note))
    return redirect(url_for("studio.model_form", draft_id=draft_id, form_id=form_id, undo=number))


@blueprint.post("/models/<int:draft_id>/forms/<form_id>/preview")
@policy("design", "approve_models")
def preview_form(draft_id: int, form_id: str) -> Any:
    """The fields again for what was typed into the preview: conditions show and hide as they will."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
    form = forms.load(_document(draft, form_id))
    states = _preview(form, request.form.get("profile", ""), submission.values(form, request.form), draft)
    return render_template("worklist/_fields.html", states=states, errors={}, **_people())


