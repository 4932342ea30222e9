"""The designers' corner: published versions, what stands on them, publishing by upload, drafts, and the pages of the rules."""

import io
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for

from engine.administration import studio, upload
from engine.errors import InvalidDefinition, InvalidValues, UnsafeInput
from web.auth import policy
from web.context import database, me
from web.views.studio import rule_pages

blueprint = Blueprint("studio", __name__, url_prefix="/studio")
NAV = (("studio.overview", "设计角", "flow", "design"),)
XML = "application/xml"


def _overview(refusal: Any = None) -> Any:
    with database().reading() as c:
        lines, drafts = studio.overview(c, me())
    page = render_template("studio/overview.html", lines=lines, drafts=drafts, refusal=refusal)
    return page, 422 if refusal else 200


def _sent() -> dict[str, bytes]:
    return upload.unpack((file.filename or "", file.read()) for file in request.files.getlist("files") if file.filename)


@blueprint.get("")
@policy("design")
def overview() -> Any:
    """The newest version of every process, and the drafts."""
    return _overview()


@blueprint.get("/definitions/<int:definition_id>")
@policy("design")
def definition(definition_id: int) -> Any:
    """One version: the picture with what stands where, the check's report, its siblings."""
    with database().reading() as c:
        sheet = studio.shown(c, me(), definition_id)
    return render_template("studio/definition.html", sheet=sheet, line=sheet.line, version=sheet.line.version)


@blueprint.get("/definitions/<int:definition_id>/diagram.bpmn")
@policy("design")
def diagram(definition_id: int) -> Response:
    """The sealed file itself."""
    with database().reading() as c:
        name, document = studio.diagram(c, me(), definition_id)
    return send_file(io.BytesIO(document), XML, as_attachment=True, download_name=name)


@blueprint.get("/definitions/<int:definition_id>/standing")
@policy("design")
def standing(definition_id: int) -> Response:
    """How many open steps stand at each element, for the picture."""
    with database().reading() as c:
        steps = studio.standing(c, me(), definition_id)
    return jsonify(done=[], flows=[], now=steps)


@blueprint.post("/publish")
@policy("design")
def publish() -> Any:
    """Seal what was sent, or show every finding."""
    by, keep_rest = me(), request.form.get("keep_rest") == "1"
    try:
        files = _sent()
        version = database().run(lambda c: studio.publish(c, by, files, keep_rest))
    except (InvalidDefinition, UnsafeInput, InvalidValues) as refusal:
        return _overview(refusal)
    number = version.number
    flash(f"已发布第 {number} 版，新事项从现在起按此办理。" if version.created else f"内容与第 {number} 版相同，没有产生新版本。")
    return redirect(url_for("studio.definition", definition_id=version.id))


@blueprint.post("/drafts")
@policy("design")
def keep_draft() -> Any:
    """Store a diagram that need not run."""
    by, name = me(), request.form.get("name", "")
    try:
        files = _sent()
        stored = database().run(lambda c: studio.keep_draft(c, by, name, files))
    except (UnsafeInput, InvalidValues) as refusal:
        return _overview(refusal)
    flash("草稿已存。它不会运行，可以查看、下载和按检查结果修改。")
    return redirect(url_for("studio.draft", draft_id=stored))


@blueprint.get("/drafts/<int:draft_id>")
@policy("design")
def draft(draft_id: int) -> Any:
    """A stored diagram with what the check says."""
    with database().reading() as c:
        kept, findings = studio.draft(c, me(), draft_id)
    return render_template("studio/draft.html", draft=kept, findings=findings)


@blueprint.get("/drafts/<int:draft_id>/<which>.bpmn")
@policy("design")
def draft_file(draft_id: int, which: str) -> Response:
    """The file as it came (`original`), or after the import's changes."""
    with database().reading() as c:
        kept, _ = studio.draft(c, me(), draft_id)
    document = kept.original if which == "original" else kept.diagram
    return send_file(io.BytesIO(document), XML, as_attachment=True, download_name=f"draft-{draft_id}.bpmn")


@blueprint.get("/drafts/<int:draft_id>/standing")
@policy("design")
def draft_standing(draft_id: int) -> Response:
    """A draft does not run: nothing stands anywhere."""
    return jsonify(done=[], flows=[], now=[])


@blueprint.get("/rules")
@policy("design")
def rules() -> Any:
    """Every rule with its page."""
    return render_template("studio/rules.html", rules=rule_pages.listed(), body=None)


@blueprint.get("/rules/<page>")
@policy("design")
def rule(page: str) -> Any:
    """What one rule wants, why, and how to mend it."""
    return render_template("studio/rules.html", rules=rule_pages.listed(), body=rule_pages.rendered(page), page_name=page)
