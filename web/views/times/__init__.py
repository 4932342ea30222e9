"""Whose time it was, why cases do not move, and what the steps of a diagram took. Reads only."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from engine import clock
from engine.people import directory
from engine.people.roles import TREE
from engine.reports import step_times, time_keeping, time_totals
from engine.reports.step_times import Asked, Period
from engine.supervision import standing, whose_time
from engine.supervision.stays import Span
from web import addresses
from web.auth import policy
from web.context import database, me
from web.views.times import wording

blueprint = Blueprint("times", __name__, url_prefix="/time")
NAV = (("times.standings", "停滞与用时", "clock", "supervise"),)
SEALED = "sandbox; default-src 'none'"


def _page() -> int:
    return request.args.get("page", 1, int)


def _words(name: str) -> str:
    return request.args.get(name, "").strip()[:80]


def _period() -> Period:
    return step_times.period(_words("first"), _words("last"))


def _address(**changes: Any) -> str:
    """This page with some of what was asked changed."""
    return addresses.of(request.endpoint or "", {**addresses.asked(), **changes}, **(request.view_args or {}))


def _shown(template: str, **more: Any) -> str:
    return render_template(template, address=lambda n: _address(page=n), now=clock.now(), **more)


@blueprint.get("/standing")
@policy("supervise")
def standings() -> Any:
    """Every open case with why it stands, the oldest first."""
    with database().reading() as c:
        found = standing.listed(c, me(), unit=_words("unit"), page=_page())
        units = [one for path in me().seen_paths("supervise") for one in directory.units(c, path) if one.level in TREE[:-1]]
    return _shown("supervision/standing.html", found=found, units=units, unit=_words("unit"))


@blueprint.get("/mine")
@policy()
def mine() -> Any:
    """One's own time."""
    return _person(me().id)


@blueprint.get("/people/<person_id>")
@policy("supervise")
def person(person_id: str) -> Any:
    """The time of somebody below the units one supervises."""
    return _person(person_id)


def _person(person_id: str) -> str:
    asked = _period()
    with database().reading() as c:
        sheet = whose_time.of_person(c, person_id, me(), page=_page(), period=_span(asked))
        total = time_totals.of_person(c, person_id, me(), (asked.first, asked.last))
        counted = time_keeping.as_of(c)
    return _shown("supervision/times_person.html", sheet=sheet, total=total, period=asked, counted=counted, own=person_id == me().id)


def _span(period: Period) -> Span:
    """From the beginning of the first month to the end of the last."""
    after = period.last + (1 if period.last % 100 < 12 else 89)
    return Span(wording.start_of(period.first), wording.start_of(after))


@blueprint.get("/units")
@policy("supervise")
def units() -> Any:
    """The time of a unit's cases, and of everybody in them."""
    asked = _period()
    with database().reading() as c:
        found = time_totals.of_unit(c, me(), _words("unit"), (asked.first, asked.last), _page())
        known = [one for path in me().seen_paths("supervise") for one in directory.units(c, path) if one.level in TREE[:-1]]
    return _shown("supervision/times_unit.html", found=found, units=known, unit=_words("unit"), period=asked)


@blueprint.get("/diagrams")
@policy("supervise", "design")
def diagrams() -> Any:
    """The processes to choose from."""
    with database().reading() as c:
        offered = step_times.offered(c, me())
    return _shown("supervision/diagrams.html", offered=offered)


def _asked(key: str) -> Asked:
    return Asked(key, _period(), request.args.get("version", None, int), _words("unit"))


@blueprint.get("/diagrams/<key>")
@policy("supervise", "design")
def drawn(key: str) -> Any:
    """One diagram with what its steps took."""
    asked = _asked(key)
    with database().reading() as c:
        found = step_times.drawn(c, me(), asked)
    return _shown("supervision/diagram.html", found=found, asked=asked, LEVELS=step_times.LEVELS, here=_address,
                  figures_address=addresses.of("times.figures", addresses.asked(), key=key),
                  diagram_address=url_for("times.diagram", key=key, version=asked.definition_id))


@blueprint.get("/diagrams/<key>/diagram.bpmn")
@policy("supervise", "design")
def diagram(key: str) -> Response:
    """The picture itself."""
    with database().reading() as c:
        document = step_times.diagram(c, me(), key, request.args.get("version", None, int))
    return Response(document, mimetype="application/xml", headers={"Content-Disposition": "attachment", "Content-Security-Policy": SEALED})


@blueprint.get("/diagrams/<key>/figures.json")
@policy("supervise", "design")
def figures(key: str) -> Response:
    """What to write on the picture."""
    with database().reading() as c:
        found = step_times.drawn(c, me(), _asked(key))
    return jsonify(done=[], now=[{"id": one.element_id, "level": one.level, "text": wording.chip(one)} for one in found.figures])


wording.install(blueprint)
