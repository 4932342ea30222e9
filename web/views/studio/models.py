"""Drafts as the editor reads and writes them (JSON)."""

from flask import Response, jsonify, request

from engine.definitions.findings import told
from engine.errors import Conflict, EngineError, InvalidState, InvalidValues, UnsafeInput
from engine.people import directory
from engine.studio import drafts, presence
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint


def _sent() -> tuple[int, dict[str, str | None]]:
    """The base and the files of a request. Raises InvalidValues for anything that is not that."""
    body = request.get_json(silent=True)
    base, files = (body.get("base", 0), body.get("files", {})) if isinstance(body, dict) else (None, None)
    if type(base) is not int or not isinstance(files, dict) or not all(one is None or isinstance(one, str) for one in files.values()):
        raise InvalidValues({"files": "请求的内容不对，请刷新页面后重试。"})
    return base, files


def _words(refusal: EngineError) -> str:
    errors = refusal.errors if isinstance(refusal, InvalidValues) else {}
    return "；".join(f"{name}：{text}" for name, text in errors.items()) or refusal.message


def _late(draft_id: int, refusal: Conflict) -> Response:
    """Who saved meanwhile, and when."""
    with database().reading() as c:
        now = drafts.open_draft(c, me(), draft_id)
        who = directory.names(c, [now.changed_by or ""]).get(now.changed_by or "", "系统")
    return jsonify(message=refusal.message, revision=now.revision, by=who, at=now.changed_at.isoformat())


@blueprint.get("/models/<int:draft_id>/files")
@policy("design", "approve_models")
def model_files(draft_id: int) -> Response:
    """Everything an editor needs to begin; the files as they were after an earlier save where one is asked for (`revision`)."""
    number = request.args.get("revision", 0, int)
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        draft = drafts.as_of(c, draft, number) if number else draft
        who = directory.names(c, [draft.changed_by or ""]).get(draft.changed_by or "", "系统")
        mine = drafts.may_edit(c, me(), draft)
    return jsonify(id=draft.id, key=draft.key, name=draft.name, revision=draft.revision, files=dict(draft.files), state=draft.state,
                   changed_by=who, changed_at=draft.changed_at.isoformat(), may_edit=mine)


@blueprint.post("/models/<int:draft_id>/files")
@policy("design")
def save_model_files(draft_id: int) -> tuple[Response, int]:
    """Save; 409 tells who saved meanwhile, 422 what is wrong with a file."""
    by = me()
    try:
        base, files = _sent()
        saved = database().run(lambda c: drafts.save(c, by, draft_id, base_revision=base, files=files))
    except Conflict as refusal:
        return _late(draft_id, refusal), 409
    except (UnsafeInput, InvalidValues, InvalidState) as refusal:
        return jsonify(message=_words(refusal)), 422
    with database().reading() as c:
        findings = drafts.check(c, saved)
    return jsonify(revision=saved.revision, findings=[told(one) for one in findings]), 200


@blueprint.post("/models/<int:draft_id>/check")
@policy("design", "approve_models")
def check_model(draft_id: int) -> tuple[Response, int]:
    """The findings of a draft as it would be with these files; nothing is stored."""
    try:
        _, files = _sent()
        with database().reading() as c:
            findings = drafts.check(c, drafts.with_files(drafts.open_draft(c, me(), draft_id), files))
    except (UnsafeInput, InvalidValues) as refusal:
        return jsonify(message=_words(refusal)), 422
    return jsonify(findings=[told(one) for one in findings]), 200


@blueprint.post("/models/<int:draft_id>/presence")
@policy("design", "approve_models", quiet=True)
def model_presence(draft_id: int) -> Response:
    """I am here, at this element; who else is?"""
    body, by = request.get_json(silent=True), me()
    element = str(body.get("element") or "") if isinstance(body, dict) else ""
    people = database().run(lambda c: presence.arrive(c, by, draft_id, element))
    return jsonify(people=[{"id": one.id, "name": one.name, "element": one.element, "seen_at": one.seen_at.isoformat()} for one in people])
