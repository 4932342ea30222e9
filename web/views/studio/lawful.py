"""What the law asks of processes, and what is proved of each one that is published."""

from typing import Any

from flask import render_template

from engine.studio import lawfulness
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint


@blueprint.get("/lawful")
@policy("design", "approve_models")
def lawful() -> Any:
    """Every legal requirement with its law, and the result per process."""
    with database().reading() as c:
        judged = lawfulness.overview(c, me())
    return render_template("studio/lawful.html", judged=judged, groups=lawfulness.groups(judged))
