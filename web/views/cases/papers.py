"""Printing the papers of the grid loop from what its steps recorded."""

from flask import Response

from engine.documents import grid_papers
from web.auth import policy
from web.context import database, me
from web.downloads import name_file
from web.views.cases.room import blueprint


@blueprint.get("/cases/<int:case_id>/papers/<key>.pdf")
@policy()
def paper(case_id: int, key: str) -> Response:
    """One paper of a finding as PDF, for whoever may see the finding."""
    with database().reading() as c:
        name, made = grid_papers.make(c, case_id, key, me())
    return name_file(Response(made.body, mimetype="application/pdf"), f"{name}.pdf", inline=True)
