"""Beginning a matter that has no page of its own: what may be begun, its form, and the way to its first step."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for

from engine.cases import beginning
from engine.cases.beginning import Offer
from engine.errors import InvalidState, InvalidValues
from engine.ids import new_key
from engine.people import directory
from engine.runtime import desk
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.penalty import filling

blueprint = Blueprint("begin", __name__, url_prefix="/start")


def offers_anything() -> bool:
    """Whether the menu has a line for it."""
    if "begins" not in g:
        with database().reading() as c:
            g.begins = bool(beginning.keys(c, me()))
    return bool(g.begins)


NAV = [("begin.choose", "发起事项", "plus", "", offers_anything)]


@blueprint.get("")
@policy()
def choose() -> Any:
    """What this person may begin."""
    with database().reading() as c:
        offers = beginning.offered(c, me())
    return render_template("begin/choose.html", offers=offers)


@blueprint.get("/<key>")
@policy()
def form(key: str) -> Any:
    """The start form of one of them."""
    return _page(key, {})


@blueprint.post("/<key>/fields")
@policy()
def preview(key: str) -> Any:
    """The fields again, for what was typed so far."""
    with database().reading() as c:
        found = beginning.offer(c, key, me())
    return _page(key, submission.values(filling.start_form(found.deployed), request.form), template="worklist/_fields.html")


@blueprint.post("/<key>")
@policy()
def send(key: str) -> Any:
    """Begin it, once. What is wrong is said beside its field; nothing typed is lost."""
    with database().reading() as c:
        found = beginning.offer(c, key, me())
    typed = submission.values(filling.start_form(found.deployed), request.form)
    try:
        answer = _begun(key, typed)
    except InvalidValues as refusal:
        return _page(key, typed, 422, errors=refusal.errors)
    except InvalidState as refusal:
        return _page(key, typed, 409, refused=refusal)
    flash(f"已发起{found.deployed.name}，编号 {answer['number']}。")
    return redirect(_next(int(answer["instance"])))


def _begun(key: str, typed: dict[str, Any]) -> dict[str, Any]:
    person, unit, values = me(), request.form.get("unit", "")[:40], submission.with_uploads(typed)
    return database().run(lambda c: beginning.begin(c, key, values, by=person, unit=unit), key=submission.key("start"),
                          payload=[key, unit, typed])


def _next(instance: int) -> str:
    """The first step of the new case where it is this person's own, else the case."""
    with database().reading() as c:
        mine = desk.own_of(c, instance, me())
    return url_for("worklist.task", item_id=mine[0].id) if mine else url_for("cases.show", case_id=instance)


def _page(key: str, typed: Mapping[str, Any], status: int = 200, template: str = "begin/form.html", **more: Any) -> Any:
    with database().reading() as c:
        found = beginning.offer(c, key, me())
        people = directory.people(c, below=_towns(c, found)) if filling.names_people(found.deployed) else ()
    shown: dict[str, Any] = {"offer": found, "states": filling.states_of(found.deployed, typed), "errors": {}, "key": new_key(),
                             "unit": request.form.get("unit", ""), **filling.people_words(people), **more}
    return make_response(render_template(template, **shown), status)


def _towns(c: Any, found: Offer) -> list[str]:
    """Paths of the towns in which it may be begun; of posts above the towns their own."""
    towns = (directory.ancestor(c, one.path, "town") or one for one in found.places)
    return list(dict.fromkeys(one.path for one in towns))
