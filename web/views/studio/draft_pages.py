"""The page of one draft: its files, what the check says, who is there, and every save that can come back."""

import io
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, send_file, url_for

from engine.errors import Conflict, EngineError, InvalidValues, NotFound, UnsafeInput
from engine.studio import arranging, arriving, drafts, picture, presence, publishing, starting
from web.auth import policy
from web.context import database, me
from web.views.studio.published import XML, home
from web.views.studio.room import blueprint

ZIP = "application/zip"
LONGEST_REVISIONS = 50


def _page(draft_id: int, refusal: EngineError | None = None) -> Any:
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        found = {"draft": draft, "findings": drafts.check(c, draft), "mine": drafts.may_edit(c, me(), draft),
                 "revisions": drafts.revisions(c, me(), draft_id, LONGEST_REVISIONS),
                 "people": [one for one in presence.present(c, draft_id) if one.id != me().id],
                 "touch": drafts.may_touch(c, me(), draft), "pictured": arranging.is_drawn(draft.files[f"{draft.key}.bpmn"]),
                 "requests": publishing.of_draft(c, me(), draft_id)}
    page = render_template("studio/model.html", refusal=refusal, STATES=publishing.STATES, patterns=starting.patterns(), **found)
    return page, 422 if refusal else 200


@blueprint.get("/models/<int:draft_id>")
@policy("design", "approve_models")
def model(draft_id: int) -> Any:
    """Everything about one draft."""
    return _page(draft_id)


@blueprint.post("/models")
@policy("design")
def begin_model() -> Any:
    """A new draft: empty, or from a pattern."""
    by, sent = me(), request.form
    try:
        made = database().run(lambda c: drafts.new(c, by, sent.get("key", "").strip(), sent.get("name", ""), sent.get("pattern", "")))
    except (InvalidValues, Conflict, UnsafeInput) as refusal:
        return home(refusal)
    return redirect(url_for("studio.model", draft_id=made.id))


@blueprint.post("/models/upload")
@policy("design")
def upload_model() -> Any:
    """A new draft from files of a folder, a zip of them, or any BPMN 2.0 file."""
    by, key = me(), request.form.get("key", "").strip()
    try:
        files = arriving.unpack((file.filename or "", file.read()) for file in request.files.getlist("files") if file.filename)
        made, notes = database().run(lambda c: arriving.arrive(c, by, files, key))
    except (InvalidValues, Conflict, UnsafeInput) as refusal:
        return home(refusal)
    flash("已存为草稿，原文件的内容原样保留。" + "".join(notes))
    return redirect(url_for("studio.model", draft_id=made.id))


@blueprint.post("/definitions/<int:definition_id>/drafts")
@policy("design")
def begin_from_version(definition_id: int) -> Any:
    """A new draft that begins as a published version, new or old."""
    by = me()
    made = database().run(lambda c: drafts.from_version(c, by, definition_id))
    return redirect(url_for("studio.model", draft_id=made.id))


@blueprint.post("/models/<int:draft_id>/restore")
@policy("design")
def restore_model(draft_id: int) -> Any:
    """Back to an earlier save, as a new one."""
    by, number = me(), request.form.get("revision", "")
    if not number.isdecimal() or len(number) > 9:
        raise NotFound("没有这一次保存，请刷新后重新选择。")
    database().run(lambda c: drafts.restore(c, by, draft_id, int(number)))
    flash(f"已恢复到第 {int(number)} 次保存。之后的保存仍在列表里，可以再恢复回来。")
    return redirect(url_for("studio.model", draft_id=draft_id))


@blueprint.post("/models/<int:draft_id>/<any(abandon, reopen):turn>")
@policy("design")
def turn_model(draft_id: int, turn: str) -> Any:
    """Put a draft away, or take it up again."""
    by, act = me(), {"abandon": drafts.abandon, "reopen": drafts.reopen}[turn]
    database().run(lambda c: act(c, by, draft_id))
    flash("草稿已放弃，随时可以重新打开。" if turn == "abandon" else "草稿已重新打开。")
    return redirect(url_for("studio.model", draft_id=draft_id))


def _text_page(draft_id: int, text: str | None = None, base: int = 0, refusal: EngineError | None = None) -> Any:
    """A file as it is, or as it was sent when it could not be stored."""
    name = request.values.get("name", "")[:160].strip()
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
    shown = draft.files.get(name, "") if text is None else text
    page = render_template("studio/model_text.html", draft=draft, name=name, text=shown, base=base or draft.revision, mine=mine,
                           refusal=refusal)
    return page, 422 if refusal else 200


@blueprint.get("/models/<int:draft_id>/text")
@policy("design", "approve_models")
def model_text(draft_id: int) -> Any:
    """One file as text, for whoever prefers it or has no canvas; a decision table that there is not yet is begun as a table."""
    name = request.args.get("name", "")[:160].strip()
    if name.endswith(".dmn"):
        with database().reading() as c:
            draft = drafts.open_draft(c, me(), draft_id)
            begins = name not in draft.files and drafts.may_edit(c, me(), draft)
        if begins:
            return redirect(url_for("studio.model_decisions", draft_id=draft_id, table=name.removesuffix(".dmn"), _anchor="new"))
    return _text_page(draft_id)


@blueprint.post("/models/<int:draft_id>/text")
@policy("design")
def save_model_text(draft_id: int) -> Any:
    """Store it, or say what is wrong with it."""
    by, name = me(), request.form.get("name", "")[:160].strip()
    text, base = request.form.get("text", "").replace("\r\n", "\n"), request.form.get("base", 0, int)
    change: dict[str, str | None] = {name: None if request.form.get("drop") == "1" else text}
    try:
        database().run(lambda c: drafts.save(c, by, draft_id, base_revision=base, files=change))
    except (InvalidValues, UnsafeInput, Conflict) as refusal:
        return _text_page(draft_id, text, base, refusal)
    flash(f"{name} 已保存。")
    return redirect(url_for("studio.model", draft_id=draft_id))


@blueprint.get("/models/<int:draft_id>/diagram.bpmn")
@policy("design", "approve_models")
def model_diagram(draft_id: int) -> Response:
    """The diagram as it was written: every foreign element and attribute is in it."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
    document = draft.files[f"{draft.key}.bpmn"].encode()
    return send_file(io.BytesIO(document), XML, as_attachment=True, download_name=f"{draft.key}.bpmn")


@blueprint.get("/models/<int:draft_id>/picture.bpmn")
@policy("design", "approve_models")
def model_picture(draft_id: int) -> Response:
    """The same to look at: with a picture made for it when it has none."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
    document = arranging.drawn(draft.files[f"{draft.key}.bpmn"]).encode()
    return send_file(io.BytesIO(document), XML, as_attachment=True, download_name=f"{draft.key}.bpmn")


@blueprint.post("/models/<int:draft_id>/arrange")
@policy("design")
def arrange_model(draft_id: int) -> Any:
    """Keep the picture that was made; the rest of the file stays as it is."""
    by = me()
    database().run(lambda c: drafts.arrange(c, by, draft_id) and None)
    flash("已自动排版并存入草稿，可以在画图页继续调整。")
    return redirect(url_for("studio.model", draft_id=draft_id))


@blueprint.get("/models/<int:draft_id>/package.zip")
@policy("design", "approve_models")
def model_package(draft_id: int) -> Response:
    """All files in one zip, as they lie in a process folder; the same that can be uploaded."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
    return send_file(io.BytesIO(arriving.packed(draft.files)), ZIP, as_attachment=True, download_name=f"{draft.key}.zip")


@blueprint.get("/models/<int:draft_id>/standing")
@policy("design", "approve_models")
def model_standing(draft_id: int) -> Response:
    """A draft does not run: nothing stands anywhere."""
    return jsonify(done=[], flows=[], now=[])


@blueprint.get("/patterns/<name>.bpmn")
@policy("design")
def pattern(name: str) -> Response:
    """The diagram of a pattern, for the editor to paste."""
    document = starting.pattern_files(name)[f"{name}.bpmn"].encode()
    return send_file(io.BytesIO(document), XML, as_attachment=True, download_name=f"{name}.bpmn")


@blueprint.get("/patterns/<name>.svg")
@policy("design")
def pattern_picture(name: str) -> Response:
    """The same, drawn."""
    drawn = picture.svg(starting.pattern_files(name)[f"{name}.bpmn"].encode())
    return Response(drawn, mimetype="image/svg+xml")
