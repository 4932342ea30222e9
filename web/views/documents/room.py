"""The blueprint that the modules of this room hang their routes on, and what they share."""

import json
import re
from typing import Any

from flask import Blueprint, Response, request

from engine.documents.rendering import MIME, Made
from web import submission
from web.downloads import name_file

blueprint = Blueprint("documents", __name__)
SEALED = "sandbox; default-src 'none'"
IMAGE = re.compile(r"[0-9a-f]{32}")


def sent(made: Made, name: str, *, inline: bool = False) -> Response:
    """The bytes of a document as an answer that no page can run."""
    answer = Response(made.body, mimetype=MIME[made.format])
    name_file(answer, f"{name}.{made.format}", inline=inline)
    answer.headers["Content-Security-Policy"] = SEALED
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def picture(field: str) -> str | None:
    """The attachment a person drew, or sent as a file with a browser without scripts; None when there is neither."""
    typed: dict[str, Any] = submission.with_uploads({})
    sent_files = typed.get(field) or ()
    if sent_files:
        return str(sent_files[0])
    raw = request.form.get(field, "")
    try:
        said = json.loads(raw) if raw.startswith("{") else {"image": raw}
    except ValueError:
        return None
    image = str(said.get("image") or "")
    return image if IMAGE.fullmatch(image) else None
