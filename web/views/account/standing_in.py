"""外出代理: who does one's work while one is away."""

import datetime as dt
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock
from engine.administration import standing_in
from engine.administration.standing_in import Wish
from engine.errors import InvalidValues
from engine.people import ROLES
from web.auth import policy
from web.context import database, me
from web.views.account.room import blueprint

STATE_WORDS = {"coming": "未开始", "now": "代理中", "over": "已到期", "ended": "已提前结束"}


def _shown(errors: dict[str, str], status: int = 200) -> Any:
    with database().reading() as c:
        listed = standing_in.of_person(c, me())
        people = standing_in.deputies_for(c, me())
    roles = [(role, ROLES[role].name) for role in standing_in.lendable(me())]
    page = render_template("account/standing_in.html", listed=listed, people=people, errors=errors, STATE_WORDS=STATE_WORDS,
                           words=standing_in.words, roles=roles, today=clock.today(), typed=request.form)
    return make_response(page, status)


@blueprint.get("/account/standing-in")
@policy()
def stand_ins() -> Any:
    """Past and coming arrangements, and the form for a new one."""
    return _shown({})


@blueprint.post("/account/standing-in")
@policy()
def arrange_stand_in() -> Any:
    """Arrange one."""
    person = me()
    try:
        first, last = _day("first"), _day("last")
        wish = Wish(person.id, request.form.get("deputy", ""), request.form.getlist("roles"), first, last,
                    request.form.get("reason", ""), request.form.get("document", ""))
        database().run(lambda c: standing_in.arrange(c, wish, by=person))
    except InvalidValues as refusal:
        return _shown(dict(refusal.errors), 422)
    flash("代理已登记。到期自动结束，也可以提前结束。")
    return redirect(url_for("account.stand_ins"))


@blueprint.post("/account/standing-in/<int:stand_in_id>/end")
@policy()
def end_stand_in(stand_in_id: int) -> Any:
    """End one before its time."""
    person = me()
    database().run(lambda c: standing_in.end(c, stand_in_id, by=person))
    flash("代理已结束。")
    return redirect(url_for("account.stand_ins"))


def _day(name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise InvalidValues({name: "请选择日期。"}) from None
