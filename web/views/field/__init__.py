"""Reporting from the street: one page, under a minute, with or without scripts, with or without a network."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for

from engine import clock, definitions, forms
from engine.cases import attachments, extra_report, findings, withdrawal
from engine.cases.attachments import Stored
from engine.errors import InvalidValues
from engine.forms import Form
from engine.ids import new_key
from engine.people import directory
from engine.runtime import casebook
from web import submission
from web.assets import asset, manifest
from web.auth import csrf_token, policy
from web.context import database, me
from web.errors import wants_json

blueprint = Blueprint("field", __name__)
NAV = [("field.report", "上报问题", "camera", "report")]


def _form() -> tuple[Form, list[Any]]:
    """The start form of the newest version and its fields, empty."""
    return _states({})


def _states(typed: dict[str, Any]) -> tuple[Form, list[Any]]:
    with database().reading() as c:
        deployed = definitions.latest(c, findings.PROCESS)
    form = deployed.forms[deployed.start_form or ""]
    names = {"now": clock.now(), "today": clock.today(), "param": deployed.parameters}
    return form, list(forms.fields(form, typed, access=deployed.start_access, stored={}, names=names))


def _page(typed: dict[str, Any], status: int = 200, **more: Any) -> Any:
    _, states = _states(typed)
    shown = {"states": states, "key": new_key(), "errors": {}, **more}
    return make_response(render_template("field/report.html", **shown), status)


@blueprint.get("/report")
@policy("report")
def report() -> Any:
    """The empty form."""
    return _page({})


@blueprint.get("/report/offline")
@policy(public=True)
def offline() -> Any:
    """The form as the phone keeps it for places without a network: the same fields, nobody's name, no word for submitting."""
    _, states = _states({})
    answer = make_response(render_template("field/report.html", states=states, key="", errors={}, is_offline=True, participant=None))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/report/token")
@policy("report")
def token() -> Any:
    """What the phone needs before it sends what it kept: who is signed in, and the word every form carries."""
    return jsonify(csrf=csrf_token(), person=me().id, name=me().name)


@blueprint.post("/report")
@policy("report")
def send() -> Any:
    """Report. The same key again answers the same case, so that a phone may send as often as it likes."""
    form, _ = _form()
    typed, photos = submission.values(form, request.form), {}
    try:
        photos = submission.kept()
        answer = _report(typed, photos)
    except InvalidValues as refusal:
        if wants_json():
            raise
        return _page(database().run(lambda c: _with(c, typed, photos, me().id)), 422, errors=refusal.errors)
    done = url_for("field.done", number=answer["number"])
    return jsonify(number=answer["number"], address=done) if wants_json() else redirect(done)


def _report(typed: dict[str, Any], photos: dict[str, list[Stored]]) -> dict[str, Any]:
    """One command: the photos' rows, the case and its finding."""
    person, key = me(), submission.key("report")
    return database().run(lambda c: findings.report(c, _with(c, typed, photos, person.id), by=person), key=key,
                          payload=[typed, {name: [one.sha256 for one in many] for name, many in photos.items()}])


def _with(c: Any, typed: dict[str, Any], photos: dict[str, list[Stored]], by: str) -> dict[str, Any]:
    """The values with the photos of this request named by rows."""
    named = {name: [*typed.get(name, []), *(attachments.add(c, one, by) for one in many)] for name, many in photos.items()}
    return {**typed, **named}


@blueprint.post("/report/extra")
@policy("report")
def extra() -> Any:
    """“It is the same problem”: what was typed and photographed joins the open case instead of opening another."""
    form, _ = _form()
    typed = submission.values(form, request.form)
    try:
        answer = _join(request.form.get("same_as", ""), str(typed.get("description") or ""))
    except InvalidValues as refusal:
        if wants_json():
            raise
        return _page(typed, 422, errors=refusal.errors)
    flash(f"已补充到 {answer['number']}，不再另立一件。办理进展可以在本页查看。")
    done = url_for("cases.show", case_id=answer["instance"])
    return jsonify(number=answer["number"], address=done) if wants_json() else redirect(done)


def _join(number: str, words: str) -> dict[str, Any]:
    """Hand words and photos of this request to the open case, once per key."""
    person, photos = me(), [one for many in submission.kept().values() for one in many]
    key = submission.key("extra")
    return database().run(
        lambda c: extra_report.add(c, number, words, [attachments.add(c, one, person.id) for one in photos], by=person),
        key=key, payload=[number, words, [one.sha256 for one in photos]])


@blueprint.get("/report/done/<number>")
@policy("report")
def done(number: str) -> Any:
    """The number, and what happens now."""
    with database().reading() as c:
        found = casebook.by_number(c, number, me())
    return render_template("field/done.html", found=found, now=next((item for item in found.items if item.is_live), None),
                           withdrawable=withdrawal.may_withdraw(found, me()))


@blueprint.post("/report/fields")
@policy("report")
def preview() -> Any:
    """The fields again, for what was chosen so far."""
    form, _ = _form()
    _, states = _states(submission.values(form, request.form))
    return render_template("worklist/_fields.html", states=states, errors={})


@blueprint.post("/report/similar")
@policy("report")
def similar() -> Any:
    """Open findings that may be the same problem."""
    form, _ = _form()
    typed = submission.values(form, request.form)
    with database().reading() as c:
        rows = findings.similar(c, str(typed.get("category") or ""), _point(typed), by=me()) if typed.get("category") else ()
    return render_template("field/_similar.html", rows=rows)


def _point(typed: dict[str, Any]) -> dict[str, Any]:
    """The point of the place as numbers; nothing when it is not one."""
    place = typed.get("location") or {}
    try:
        return {"lon": float(place["lon"]), "lat": float(place["lat"])}
    except (KeyError, TypeError, ValueError):
        return {}


@blueprint.get("/grids.json")
@policy()
def shapes() -> Any:
    """The grids of this person's town as polygons."""
    below = next((f"/{'/'.join(post.unit_path.strip('/').split('/')[:2])}/" for post in me().posts), "/")
    with database().reading() as c:
        grids = directory.units(c, below, "grid")
    answer = jsonify(type="FeatureCollection", features=[
        {"type": "Feature", "properties": {"name": grid.name}, "geometry": {"type": "Polygon", "coordinates": [grid.polygon]}}
        for grid in grids if grid.polygon])
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@blueprint.get("/sw.js")
@policy(public=True)
def service_worker() -> Any:
    """Rendered, so that the list of kept files and the cache's name follow the built names."""
    shell = [url_for("field.offline"), *(asset(name) for name in ("app.css", "ui.js", "mobile.js")),
             url_for("static", filename="icons.svg"), url_for("static", filename="icon.svg")]
    script = render_template("field/sw.js", shell=shell, version=_version(), page=url_for("field.report"), spare=url_for("field.offline"))
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/report"})


def _version() -> str:
    """Changes with every build."""
    return "-".join(sorted(name.rpartition("-")[2].partition(".")[0] for name in manifest().values()))[:120]


@blueprint.get("/app.webmanifest")
@policy(public=True)
def app_manifest() -> Any:
    """For putting the page on the phone's home screen."""
    return jsonify(name="网格上报", short_name="网格上报", start_url=url_for("field.report"), scope="/", display="standalone", lang="zh-CN",
                   background_color="#f2f4f8", theme_color="#12478f",
                   icons=[{"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"}])


