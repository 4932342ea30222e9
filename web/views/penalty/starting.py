"""Beginning a penalty case: of its own, or from a finding; by the ordinary or the summary procedure."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import clock, definitions
from engine.cases import dossier, penalty
from engine.definitions import Deployed
from engine.errors import InvalidState, InvalidValues, NotFound
from engine.forms import Form, Option
from engine.ids import new_key
from engine.law import powers
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.runtime import casebook
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.penalty import filling
from web.views.penalty.room import blueprint

PROCESSES = {penalty.PROCESS: ("普通程序", "立案、调查、告知、审核、决定，适用于大多数案件。"),
             penalty.SUMMARY: ("简易程序", "事实确凿并有法定依据，对公民二百元以下、对法人或者其他组织三千元以下罚款或者警告的，"
                               "可以当场处罚。")}


def may_start(c: Connection, by: Participant) -> tuple[str, ...]:
    """Which of the procedures this person's posts may begin."""
    keys = [one.key for one in definitions.list_definitions(c)]
    deployed = (definitions.latest(c, key) for key in PROCESSES if key in keys)
    return tuple(one.key for one in deployed if by.has(*one.start_roles))


@dataclasses.dataclass(frozen=True)
class Start:
    """What the page needs: the procedure, its form as a person of that town fills it in, the finding it comes from."""

    deployed: Deployed
    form: Form | None
    town: Unit
    finding: Any
    choices: tuple[Option, ...]
    people: tuple[Participant, ...]


def _start(c: Connection, key: str, number: str) -> Start:
    """Raises NotFound for an unknown procedure, a finding this person may not see, or somebody without a town."""
    if key not in may_start(c, me()):
        raise NotFound("没有可以由您的岗位发起的处罚程序。请联系流程设计人员发布，或者请办案人员发起。", process=key)
    deployed = definitions.latest(c, key)
    found = casebook.by_number(c, number, me()) if number else None
    town = _town(c, me())
    return Start(deployed, filling.start_form(deployed), town, found, _held(c, town, _act_day()), directory.people(c, below=[town.path]))


def _act_day() -> dt.date:
    """The day of the act as it was typed, else today."""
    try:
        return dt.date.fromisoformat(request.values.get("act_day", ""))
    except ValueError:
        return clock.today()


def _held(c: Connection, town: Unit, day: dt.date) -> tuple[Option, ...]:
    """What the town may punish: held today, and on the day of the act; none where no list has been entered yet."""
    today = {one.code for one in powers.items(c, town.id, clock.today())}
    return tuple(Option(f"{one.field}／{one.name}（{one.code}）", one.code) for one in powers.items(c, town.id, day) if one.code in today)


def _town(c: Connection, by: Participant) -> Unit:
    for post in by.posts:
        found = directory.ancestor(c, post.unit_path, "town")
        if found is not None:
            return found
    raise NotFound("您没有镇街的岗位，处罚案件由镇街办理。", person=by.id)


def _from_finding(c: Connection, start: Start) -> dict[str, Any]:
    """What the finding tells already."""
    if start.finding is None:
        return {}
    facts = dossier.of(c, start.finding.line.id, me()).facts
    if facts is None:
        return {}
    return {"facts": facts.description, "act_place": facts.address or "", "act_day": clock.local(facts.reported_at).date().isoformat()}


def _page(start: Start, typed: Mapping[str, Any], status: int = 200, template: str = "penalty/new.html", **more: Any) -> Any:
    shown: dict[str, Any] = {"start": start, "states": filling.states_of(start.deployed, typed, {"item": start.choices}), "errors": {},
                             "key": new_key(), "PROCESSES": PROCESSES, **filling.people_words(start.people), **more}
    return make_response(render_template(template, **shown), status)


@blueprint.get("/new")
@policy("penalties")
def new() -> Any:
    """Which procedure, then its form; what a finding tells already is filled in."""
    key, number = request.args.get("process", ""), request.args.get("finding", "").strip()[:80]
    with database().reading() as c:
        startable = may_start(c, me())
        if key not in startable:
            return render_template("penalty/choose.html", startable=startable, finding=number, PROCESSES=PROCESSES)
        start = _start(c, key, number)
        known = _from_finding(c, start)
    return _page(start, {"officer": me().id, **known})


@blueprint.post("/new")
@policy("penalties")
def begin() -> Any:
    """Open the case. What is wrong is said beside its field; an item that the town does not hold leads to a transfer."""
    with database().reading() as c:
        start = _start(c, request.form.get("process", ""), request.form.get("finding", "").strip()[:80])
    typed = submission.values(start.form, request.form)
    try:
        answer = _begun(start, submission.with_uploads(typed))
    except InvalidValues as refusal:
        return _page(start, typed, 422, errors=refusal.errors)
    except InvalidState as refusal:
        return _page(start, typed, 409, refused=refusal)
    flash(f"已登记 {answer['number']}。接下来请办理立案审批。")
    return redirect(url_for("penalty.show", case_id=answer["instance"]))


def _begun(start: Start, typed: dict[str, Any]) -> dict[str, Any]:
    person, finding = me(), start.finding.line.id if start.finding else None
    return database().run(lambda c: penalty.begin(c, typed, by=person, unit=start.town.id, finding=finding, process=start.deployed.key),
                          key=submission.key("penalty"), payload=[start.deployed.key, finding, typed])


@blueprint.post("/new/fields")
@policy("penalties")
def preview() -> Any:
    """The fields again, for what was chosen so far."""
    with database().reading() as c:
        start = _start(c, request.form.get("process", ""), request.form.get("finding", "").strip()[:80])
    return _page(start, submission.values(start.form, request.form), template="worklist/_fields.html")
