"""The rooms in which hearings are held."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine.cases import hearing_rooms, hearings
from engine.errors import InvalidValues
from engine.people import directory
from web.auth import policy
from web.context import database, me
from web.views.hearings.room import blueprint

FIELDS = ("name", "address", "seats")
LABELS = {"name": "名称", "address": "地址", "seats": "座位数"}


def _page(status: int = 200, **more: Any) -> Any:
    with database().reading() as c:
        town = directory.unit_of(c, hearings.town_of(c, me()))
        rooms = hearing_rooms.rooms(c, town.id, every=True)
    shown = {"rooms": rooms, "town": town, "typed": {}, "errors": {}, "changed": None, "LABELS": LABELS, **more}
    return make_response(render_template("hearings/rooms.html", **shown), status)


def _typed() -> dict[str, Any]:
    return {name: request.form.get(name, "").strip()[:300] for name in FIELDS} | {"active": request.form.get("active", "on") == "on"}


@blueprint.get("/rooms")
@policy("arrange_hearings")
def rooms() -> Any:
    """Every room of the town, those no longer used as well."""
    return _page()


@blueprint.post("/rooms")
@policy("arrange_hearings")
def add_room() -> Any:
    """Another room."""
    typed, person = _typed(), me()
    try:
        database().run(lambda c: hearing_rooms.save_room(c, {**typed, "unit_id": hearings.town_of(c, person)}, by=person))
    except InvalidValues as refusal:
        return _page(422, typed=typed, errors=refusal.errors)
    flash(f"已增加听证室“{typed['name']}”。")
    return redirect(url_for("hearings.rooms"))


@blueprint.post("/rooms/<int:room_id>")
@policy("arrange_hearings")
def change_room(room_id: int) -> Any:
    """Another name, address or number of seats; in use or not."""
    typed, person = {**_typed(), "active": request.form.get("active") == "on"}, me()
    try:
        database().run(lambda c: hearing_rooms.save_room(c, typed, by=person, room_id=room_id))
    except InvalidValues as refusal:
        return _page(422, changed=room_id, typed=typed, errors=refusal.errors)
    flash("听证室已更新。")
    return redirect(url_for("hearings.rooms"))
