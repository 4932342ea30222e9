"""Photos: taking them in, the untouched original as a download, the re-encoded picture for pages."""

from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request, send_file, url_for

from engine.cases import attachments, dossier
from web import submission
from web.auth import policy
from web.context import database, me, settings

blueprint = Blueprint("files", __name__)
SEALED = "sandbox; default-src 'none'"


@blueprint.post("/files")
@policy()
def upload() -> Any:
    """Keep one photo; it belongs to nobody's case until a form with its id is submitted."""
    if "photo" not in request.files:
        abort(400)
    key = submission.store(request.files["photo"])
    return jsonify(id=key, thumb=url_for("files.thumb", file_id=key))


def _found(file_id: str) -> attachments.Attachment:
    with database().reading() as c:
        return dossier.may_see_file(c, file_id, me())


@blueprint.get("/files/<file_id>")
@policy()
def original(file_id: str) -> Any:
    """The evidence itself, byte for byte, never shown inside a page."""
    found = _found(file_id)
    path = attachments.original_path(settings().files, found.sha256)
    answer = send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=found.name, max_age=0)
    answer.headers["Content-Security-Policy"] = SEALED
    return answer


@blueprint.get("/files/<file_id>/thumb")
@policy()
def thumb(file_id: str) -> Any:
    """The picture made from it."""
    answer = send_file(attachments.view_path(settings().files, _found(file_id).sha256), mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = SEALED
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@blueprint.get("/files/<file_id>/view")
@policy()
def view(file_id: str) -> Any:
    """The picture large, with what is known of the original."""
    return render_template("cases/photo.html", file=_found(file_id))
