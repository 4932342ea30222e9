"""What more cases, other people or other times would do to a draft's steps: two runs side by side."""

from typing import Any

from flask import render_template, request

from engine.errors import InvalidValues
from engine.studio import load
from engine.studio.load import Basis, Typed
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint

PEOPLE, HOURS = "people.", "hours."
"""How the fields of posts and of steps begin."""


def _number(text: str, what: str) -> float:
    try:
        return float(text.strip()[:20])
    except ValueError as error:
        raise InvalidValues({"number": f"{what}要写成数字，例如 3 或 0.5。"}) from error


def _typed(found: Basis) -> Typed:
    """What was typed. Raises InvalidValues for what is no number."""
    sent = {name: value for name, value in request.args.items() if value.strip()}
    people = {one.id: _number(sent[PEOPLE + one.id], "人数") for one in found.posts if PEOPLE + one.id in sent}
    if any(not one.is_integer() for one in people.values()):
        raise InvalidValues({"people": "人数要写成整数。"})
    hours = {one.id: _number(sent[HOURS + one.id], "办理用时") for one in found.steps if HOURS + one.id in sent}
    arrivals = _number(sent["arrivals"], "件数") if "arrivals" in sent else None
    return Typed(arrivals, {post: int(one) for post, one in people.items()}, hours)


@blueprint.get("/models/<int:draft_id>/load")
@policy("design", "approve_models")
def load_of(draft_id: int) -> Any:
    """The numbers of the last year, those that were typed, and what comes of both."""
    with database().reading() as c:
        found = load.basis(c, me(), draft_id)
    wrong, result = "", None
    try:
        typed = _typed(found)
        result = load.compare(found, typed) if found.arrivals or typed.arrivals else None
    except InvalidValues as refusal:
        wrong = "；".join(refusal.errors.values())
    page = render_template("studio/load.html", draft_id=draft_id, found=found, result=result, wrong=wrong, sent=request.args, PEOPLE=PEOPLE,
                           HOURS=HOURS, DAYS=load.DAYS, opened=any(v for name, v in request.args.items() if name.startswith(HOURS)))
    return page, 422 if wrong else 200
