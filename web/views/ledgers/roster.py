"""The roster of lawyers on duty in a town."""

import datetime as dt
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for

from engine import clock
from engine.cases import hearings, lawyers
from engine.errors import InvalidState, InvalidValues
from engine.people import directory
from web.auth import policy
from web.context import database, me
from web.views.ledgers.room import blueprint, day, text

AHEAD = dt.timedelta(days=60)
LABELS = {"lawyer_id": "律师", "day": "日期", "half": "时段", "place": "地点"}


@blueprint.get("/roster")
@policy("penalties", "advise")
def roster() -> Any:
    """Who is on duty from today on; posts above the towns are told that rosters are the towns' own."""
    with database().reading() as c:
        in_a_town = any(directory.ancestor(c, post.unit_path, "town") for post in me().posts)
    return _roster({}) if in_a_town else render_template("ledgers/no_roster.html")


def _roster(errors: dict[str, str]) -> Any:
    person, today = me(), clock.today()
    with database().reading() as c:
        town = directory.unit_of(c, hearings.town_of(c, person))
        turns = lawyers.roster(c, town.id, today, today + AHEAD)
        choices = [one for one in directory.people(c, below=[town.path]) if one.has(lawyers.ROLE)]
        names = directory.names(c, [one.lawyer_id for one in turns])
    may = any(post.role in lawyers.ARRANGERS and town.path.startswith(post.unit_path) for post in person.posts)
    page = render_template("ledgers/roster.html", town=town, turns=turns, choices=choices, names=names, errors=errors, LABELS=LABELS,
                           HALVES=lawyers.HALVES, today=today, may=may)
    return make_response(page, 422 if errors else 200)


@blueprint.post("/roster")
@policy("penalties")
def put_on_duty() -> Any:
    """Add a turn."""
    by, values = me(), {"lawyer_id": text("lawyer_id", 40), "day": day("day"), "half": text("half", 10), "place": text("place", 120)}
    try:
        database().run(lambda c: lawyers.put_on_duty(c, hearings.town_of(c, by), values, by))
    except InvalidValues as refusal:
        return _roster(dict(refusal.errors))
    except InvalidState as refusal:
        return _roster({"day": refusal.message})
    flash("班次已安排。")
    return redirect(url_for("ledgers.roster"))


@blueprint.post("/roster/<int:duty_id>/remove")
@policy("penalties")
def take_off_duty(duty_id: int) -> Any:
    """Remove a turn that is not over."""
    by = me()
    database().run(lambda c: lawyers.take_off_duty(c, duty_id, by))
    flash("班次已删除。")
    return redirect(url_for("ledgers.roster"))
