"""Letters of authority (授权书): who decides in the head's place, what, and from when to when."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock
from engine.cases import hearings
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.people import authorisations, directory
from web.auth import policy
from web.context import database, me
from web.views.ledgers.room import blueprint, day, text

LABELS = {"person_id": "被授权人", "acts": "授权事项", "first_on": "起", "last_on": "止", "document": "授权书文号", "reason": "收回的理由"}


@blueprint.get("/letters")
@policy("penalties")
def letters() -> Any:
    """Every letter of the town."""
    return _letters({})


def _letters(errors: dict[str, str]) -> Any:
    person = me()
    with database().reading() as c:
        town = directory.unit_of(c, hearings.town_of(c, person))
        found, people = authorisations.of_unit(c, town.id), directory.people(c, below=[town.path])
    names = {one.id: one.name for one in people}
    grants = any(post.role == authorisations.HEAD and town.path.startswith(post.unit_path) for post in person.own_posts)
    page = render_template("ledgers/letters.html", town=town, found=found, people=people, names=names, grants=grants, errors=errors,
                           LABELS=LABELS, ACTS=authorisations.ACTS, today=clock.today())
    return make_response(page, 422 if errors else 200)


@blueprint.post("/letters")
@policy("penalties")
def grant_letter() -> Any:
    """The head grants."""
    by = me()
    values = {"person_id": text("person_id", 40), "acts": request.form.getlist("acts"), "first_on": day("first_on"),
              "last_on": day("last_on"), "document": text("document", 120), "note": text("note")}
    try:
        database().run(lambda c: authorisations.grant(c, {**values, "unit_id": hearings.town_of(c, by)}, by=by))
    except InvalidValues as refusal:
        return _letters(dict(refusal.errors))
    flash("授权书已登记，到期自动失效。")
    return redirect(url_for("ledgers.letters"))


@blueprint.post("/letters/<int:letter_id>/end")
@policy("penalties")
def end_letter(letter_id: int) -> Any:
    """The head takes a letter back."""
    by, reason = me(), text("reason")
    try:
        database().run(lambda c: authorisations.take_back(c, letter_id, reason, by=by))
    except InvalidValues as refusal:
        return _letters(dict(refusal.errors))
    except (InvalidState, NotAllowed) as refusal:
        return _letters({"letter": refusal.message})
    flash("授权书已收回，今天是最后一天。")
    return redirect(url_for("ledgers.letters"))
