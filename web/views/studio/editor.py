"""The page on which a draft is drawn, and what it asks the server for."""

import base64
import json
from typing import Any

from flask import Response, g, jsonify, render_template, request, url_for

from engine.definitions import Package
from engine.definitions.extension_files import moddle
from engine.errors import InvalidValues, NotFound, UnsafeInput
from engine.studio import arranging, choices, drafts, folder, manual, sources
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint


@blueprint.get("/models/<int:draft_id>/draw")
@policy("design", "approve_models")
def draw(draft_id: int) -> Any:
    """The canvas with its panel; the drawing tools write style attributes."""
    g.inline_styles = True
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
    return render_template("studio/editor.html", draft=draft, mine=mine)


@blueprint.post("/models/<int:draft_id>/layout")
@policy("design", "approve_models")
def lay_out(draft_id: int) -> tuple[Response, int]:
    """A diagram with a picture drawn for it where it has none; nothing is stored."""
    with database().reading() as c:
        drafts.open_draft(c, me(), draft_id)
    body = request.get_json(silent=True)
    try:
        return jsonify(text=arranging.drawn(str(body.get("text", "")) if isinstance(body, dict) else "")), 200
    except (UnsafeInput, InvalidValues) as refusal:
        return jsonify(message=refusal.message), 422


@blueprint.get("/models/<int:draft_id>/choices")
@policy("design", "approve_models")
def model_choices(draft_id: int) -> Response:
    """What the panel offers for this draft, and the gl: namespace for the drawing tools."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        found = choices.of(c, draft)
    return jsonify(**found, moddle=json.loads(moddle()))


@blueprint.get("/models/<int:draft_id>/decisions/<file>")
@policy("design", "approve_models")
def draw_decision(draft_id: int, file: str) -> Any:
    """A decision table of the draft, as rows and columns."""
    g.inline_styles = True
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
    if not file.endswith(".dmn") or file not in draft.files:
        raise NotFound("草稿里没有这张决策表，请返回草稿重新选择。")
    return render_template("studio/decision.html", draft=draft, mine=mine, file=file, decisions=choices.decisions_of(draft, file))


@blueprint.get("/models/<int:draft_id>/manual")
@policy("design", "approve_models")
def draft_manual(draft_id: int) -> Any:
    """The draft as a manual to read and print; also the way to know a diagram without its picture."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
    return _manual(drafts.package_of(draft), f"草稿，第 {draft.revision} 次保存", url_for("studio.model", draft_id=draft_id))


@blueprint.get("/definitions/<int:definition_id>/manual")
@policy("design", "approve_models")
def version_manual(definition_id: int) -> Any:
    """A published version as a manual."""
    with database().reading() as c:
        kept = sources.version(c, definition_id)
    package = folder.package_of(kept.key, kept.name, kept.files)
    return _manual(package, f"第 {kept.number} 版", url_for("studio.definition", definition_id=definition_id))


def _manual(package: Package, which: str, back: str) -> Any:
    found = manual.of(package)
    drawn = "data:image/svg+xml;base64," + base64.b64encode(found.picture.encode()).decode()
    return render_template("studio/manual.html", manual=found, which=which, back=back, picture=drawn)
