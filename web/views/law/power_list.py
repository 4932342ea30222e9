"""赋权清单: what a town may punish on a day; uploading a whole list, taking an item on, and taking one back."""

import datetime as dt
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine.administration import law_changes
from engine.cases import powers_in_use
from engine.errors import InvalidValues
from engine.law import choice, list_upload, loading, powers
from engine.law.list_upload import Upload
from engine.people import directory
from engine.people.directory import Unit
from web import addresses
from web.auth import policy
from web.context import database, me
from web.views.law.room import asked, blueprint, day_of, town_asked, towns


@blueprint.get("/powers")
@policy("penalties", "administer")
def power_list() -> Any:
    """The whole list, each item with how it stands on the day."""
    return _page()


def _page(status: int = 200, **more: Any) -> Any:
    with database().reading() as c:
        town = town_asked(c)
        found, others = powers.items(c, town.id), towns(c)
        keeps = law_changes.may_keep_list(c, town.id, me())
        waiting = list_upload.waiting(c, town.id) if keeps else None
        known = directory.departments(c, town.path)
        touched = {one.code: powers_in_use.in_flight(c, town.id, one.code) for one in found} if keeps else {}
    shown = {"town": town, "towns": others, "items": found, "day": day_of(), "keeps": keeps, "touched": touched, "waiting": waiting,
             "departments": known, "errors": {}, "typed": {}, "changed": None, "POLICIES": powers.POLICIES,
             "range_words": choice.range_words, **more}
    return make_response(render_template("law/powers.html", **shown), status)


@blueprint.post("/powers")
@policy("penalties", "administer")
def upload() -> Any:
    """A whole list: nothing changes before its preview is confirmed; one mistake and it is not taken."""
    person, sent = me(), request.files.get("file")
    document = sent.read(loading.LARGEST + 1) if sent else b""
    try:
        made = database().run(lambda c: law_changes.propose_list(c, town_asked(c).id, document, by=person).id)
    except InvalidValues as refusal:
        return _page(422, errors=refusal.errors)
    return redirect(url_for("law.preview", upload_id=made))


@blueprint.get("/powers/uploads/<int:upload_id>")
@policy("penalties", "administer")
def preview(upload_id: int) -> Any:
    """What an uploaded list would change, and which open cases that touches."""
    person = me()
    with database().reading() as c:
        one = law_changes.seen_list(c, upload_id, by=person)
        shown = {"one": one, "town": directory.unit_of(c, one.unit_id), "names": directory.names(c, [one.by]), **_compared(c, one)}
    return render_template("law/upload.html", STATES=list_upload.STATES, **shown)


def _compared(c: Connection, one: Upload) -> dict[str, Any]:
    """Only what still waits is compared: what took effect is the list by now."""
    if one.state != list_upload.PROPOSED:
        return {"changes": (), "untouched": (), "touched": {}, "stale": False}
    return {"changes": list_upload.changes(c, one), "untouched": list_upload.untouched(c, one), "touched": law_changes.touched_by(c, one),
            "stale": one.before != list_upload.digest(c, one.unit_id)}


@blueprint.post("/powers/uploads/<int:upload_id>/apply")
@policy("penalties", "administer")
def apply_list(upload_id: int) -> Any:
    """The list that was looked through takes effect."""
    person = me()
    town, done = database().run(lambda c: [law_changes.seen_list(c, upload_id, by=person).unit_id,
                                           law_changes.apply_list(c, upload_id, by=person)])
    flash(f"清单已装入，新增或者改动 {done} 项。")
    return redirect(addresses.of("law.power_list", {"unit": town}))


@blueprint.post("/powers/uploads/<int:upload_id>/drop")
@policy("penalties", "administer")
def drop_list(upload_id: int) -> Any:
    """The list is not wanted; nothing has changed."""
    person = me()
    town = database().run(lambda c: law_changes.drop_list(c, upload_id, by=person).unit_id)
    flash("已放弃这份清单，没有任何改动。")
    return redirect(addresses.of("law.power_list", {"unit": town}))


@blueprint.post("/powers/<int:power_id>/confirm")
@policy("penalties", "administer")
def confirm(power_id: int) -> Any:
    """The town takes the item on in writing."""
    person, document = me(), asked("document")
    try:
        town = database().run(lambda c: _confirmed(c, power_id, document))
    except InvalidValues as refusal:
        return _page(422, errors=refusal.errors, changed=power_id)
    flash(f"已登记承接确认书“{document}”，{person.name}办理。")
    return redirect(addresses.of("law.power_list", {"unit": town}))


def _confirmed(c: Connection, power_id: int, document: str) -> str:
    town = town_asked(c)
    law_changes.confirm(c, town.id, power_id, document, by=me())
    return town.id


@blueprint.post("/powers/<int:power_id>/recall")
@policy("penalties", "administer")
def recall(power_id: int) -> Any:
    """The item ends with a day, by a document; the open cases that it touches are named."""
    typed = {name: request.form.get(name, "").strip()[:500] for name in ("last", "document", "reason")}
    try:
        town, cases = database().run(lambda c: _recalled(c, power_id, typed))
    except InvalidValues as refusal:
        return _page(422, errors=refusal.errors, typed=typed, changed=power_id)
    flash(f"已登记收回。涉及在办案件 {cases} 件，请按收回方式处理。" if cases else "已登记收回，没有在办案件受影响。")
    return redirect(addresses.of("law.power_list", {"unit": town}))


def _recalled(c: Connection, power_id: int, typed: dict[str, str]) -> list[Any]:
    town: Unit = town_asked(c)
    done = law_changes.recall(c, town.id, power_id, _day(typed["last"]), by=me(), document=typed["document"], reason=typed["reason"])
    return [town.id, len(done.cases)]


def _day(text: str) -> dt.date:
    """Raises InvalidValues: a recall never guesses its day."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidValues({"last": "请填写最后一个有效日。"}) from None
