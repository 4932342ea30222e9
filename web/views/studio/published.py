"""The designers' first page and the pages of published versions: what runs, what stands on it."""

import io
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, send_file, url_for

from engine.administration import studio
from engine.studio import arriving, drafts, publishing, sources, starting
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint

XML, ZIP = "application/xml", "application/zip"
AT_WORK = ("open", "submitted")


def home(refusal: Any = None) -> Any:
    """The first page; with a refusal on top when something could not be begun."""
    by = me()
    with database().reading() as c:
        lines, kept, asked = studio.overview(c, by), drafts.lines(c, by), publishing.requests(c, by)
    page = render_template("studio/overview.html", lines=lines, refusal=refusal, patterns=starting.patterns(), sent=request.form,
                           mine=[one for one in kept if by.id in (one.begun_by, one.changed_by) and one.state in AT_WORK],
                           others=[one for one in kept if by.id not in (one.begun_by, one.changed_by) and one.state in AT_WORK],
                           rested=[one for one in kept if one.state not in AT_WORK],
                           waiting=[one for one in asked if one.state in publishing.LIVE], STATES=publishing.STATES)
    return page, 422 if refusal else 200


@blueprint.get("")
@policy("design", "approve_models")
def overview() -> Any:
    """Every process with its newest version and what runs on it, and the drafts."""
    return home()


@blueprint.get("/models")
@policy("design", "approve_models")
def models() -> Any:
    """The drafts, on the first page."""
    return redirect(url_for("studio.overview", _anchor="drafts"))


@blueprint.get("/definitions/<int:definition_id>")
@policy("design", "approve_models")
def definition(definition_id: int) -> Any:
    """One version: the picture with what stands where, the check's report, its siblings."""
    with database().reading() as c:
        sheet = studio.shown(c, me(), definition_id)
        asked = publishing.of_versions(c, me(), [one.version.id for one in sheet.versions])
    return render_template("studio/definition.html", sheet=sheet, line=sheet.line, version=sheet.line.version, asked=asked)


@blueprint.get("/definitions/<int:definition_id>/package.zip")
@policy("design", "approve_models")
def version_package(definition_id: int) -> Response:
    """All files of a version in one zip, as they were written; the same that can be uploaded."""
    with database().reading() as c:
        kept = sources.version(c, definition_id)
    return send_file(io.BytesIO(arriving.packed(kept.files)), ZIP, as_attachment=True, download_name=f"{kept.key}-{kept.number}.zip")


@blueprint.get("/definitions/<int:definition_id>/diagram.bpmn")
@policy("design", "approve_models")
def diagram(definition_id: int) -> Response:
    """The sealed file itself."""
    with database().reading() as c:
        name, document = studio.diagram(c, me(), definition_id)
    return send_file(io.BytesIO(document), XML, as_attachment=True, download_name=name)


@blueprint.get("/definitions/<int:definition_id>/standing")
@policy("design", "approve_models")
def standing(definition_id: int) -> Response:
    """How many open steps stand at each element, for the picture."""
    with database().reading() as c:
        steps = studio.standing(c, me(), definition_id)
    return jsonify(done=[], flows=[], now=steps)
