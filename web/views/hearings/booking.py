"""Arranging a hearing, moving it, calling it off."""

import datetime as dt
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock
from engine.cases import hearing_days, hearing_rooms, hearings
from engine.clock import SHANGHAI, UTC
from engine.errors import InvalidValues, NotFound, TooEarly
from engine.ids import new_key
from engine.people import directory
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.hearings.room import blueprint

FIELDS = ("case", "room", "day", "begins", "ends", "host", "clerk", "note", "reason")
LABELS = {"case": "案件编号", "room": "听证室", "day": "日期", "begins": "开始", "ends": "结束", "host": "听证主持人", "clerk": "记录员",
          "note": "备注", "reason": "改期理由", "despite": "仍然安排"}
HOSTS = ("legal_reviewer", "leader", "head", "commander", "team_leader", "case_officer")


def _typed() -> dict[str, str]:
    return {name: request.values.get(name, "").strip()[:600] for name in FIELDS}


def _values(typed: dict[str, str]) -> dict[str, Any]:
    """What was typed, its times as moments."""
    return {**typed, "starts_at": _moment(typed["day"], typed["begins"]), "ends_at": _moment(typed["day"], typed["ends"]),
            "is_open": request.form.get("closed") != "on", "despite": request.form.get("despite") == "on"}


def _moment(day: str, time: str) -> dt.datetime | None:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(day), dt.time.fromisoformat(time), SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _form(typed: dict[str, str], status: int = 200, **more: Any) -> Any:
    """The form with what was typed, the earliest lawful day, and who may be chosen."""
    with database().reading() as c:
        town = directory.unit_of(c, hearings.town_of(c, me()))
        people = [one for one in directory.people(c, below=[town.path]) if one.has(*HOSTS)]
        rooms = hearing_rooms.rooms(c, town.id)
        first = hearing_days.earliest(c, _case_id(c, typed["case"]), town.id)
    shown = {"typed": typed, "people": people, "rooms": rooms, "earliest": first, "errors": {}, "LABELS": LABELS, "key": new_key(),
             "today": clock.today(), "booking": None, **more}
    return make_response(render_template("hearings/form.html", **shown), status)


def _case_id(c: Any, number: str) -> int | None:
    """The case of a typed number, if there is one that this person may see."""
    try:
        return hearings.visible_case(c, number, by=me()).id
    except NotFound:
        return None


@blueprint.get("/new")
@policy("arrange_hearings")
def new() -> Any:
    """The empty form, for a case and a day when the address names them."""
    typed = _typed()
    return _form({**typed, "begins": typed["begins"] or "09:00", "ends": typed["ends"] or "11:00"})


@blueprint.post("")
@policy("arrange_hearings")
def book() -> Any:
    """Book the room."""
    typed, person = _typed(), me()
    values = _values(typed)
    try:
        answer = database().run(lambda c: hearings.book(c, values, by=person), key=submission.key("hearing"), payload=[typed])
    except (InvalidValues, TooEarly) as refusal:
        return _form(typed, 422, errors=_errors(refusal), closed=not values["is_open"])
    flash("听证已安排，案件的办理经过里已记录。请制作并送达听证通知书。")
    return redirect(url_for("hearings.show", booking_id=answer["booking"]))


def _errors(refusal: InvalidValues | TooEarly) -> dict[str, str]:
    return dict(refusal.errors) if isinstance(refusal, InvalidValues) else {"day": refusal.message}


@blueprint.get("/<int:booking_id>")
@policy("arrange_hearings", "supervise")
def show(booking_id: int) -> Any:
    """One hearing: when, where, who."""
    with database().reading() as c:
        found = hearings.one(c, booking_id, by=me())
        names = directory.names(c, [found.host, found.clerk, found.booked_by, *found.officers])
        may = hearing_rooms.may_arrange(c, found.unit_id, me())
    return render_template("hearings/show.html", booking=found, names=names, may_arrange=may, now=clock.now())


@blueprint.get("/<int:booking_id>/move")
@policy("arrange_hearings")
def moving(booking_id: int) -> Any:
    """The form of a booked hearing, for another time or room."""
    with database().reading() as c:
        found = hearings.one(c, booking_id, by=me())
    begins, ends = found.starts_at.astimezone(SHANGHAI), found.ends_at.astimezone(SHANGHAI)
    typed = {"case": found.case_number, "room": str(found.room_id), "day": f"{begins:%Y-%m-%d}", "begins": f"{begins:%H:%M}",
             "ends": f"{ends:%H:%M}", "host": found.host, "clerk": found.clerk, "note": found.note, "reason": ""}
    return _form(typed, booking=found, closed=not found.is_open)


@blueprint.post("/<int:booking_id>/move")
@policy("arrange_hearings")
def move(booking_id: int) -> Any:
    """Move it: the old arrangement is called off, the new one stands, in one go."""
    typed, person = _typed(), me()
    values = _values(typed)
    try:
        answer = database().run(lambda c: hearings.move(c, booking_id, values, by=person), key=submission.key("hearing"), payload=[typed])
    except (InvalidValues, TooEarly) as refusal:
        with database().reading() as c:
            found = hearings.one(c, booking_id, by=person)
        return _form(typed, 422, errors=_errors(refusal), booking=found, closed=not values["is_open"])
    flash("听证已改期。请重新制作并送达听证通知书。")
    return redirect(url_for("hearings.show", booking_id=answer["booking"]))


@blueprint.post("/<int:booking_id>/cancel")
@policy("arrange_hearings")
def cancel(booking_id: int) -> Any:
    """Call it off, with a reason."""
    person, reason = me(), request.form.get("reason", "")
    database().run(lambda c: hearings.cancel(c, booking_id, reason, by=person))
    flash("已取消，听证室已空出。")
    return redirect(url_for("hearings.diary"))
