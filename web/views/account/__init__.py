"""Signing in and out, the person's own sessions and password."""

import re
from collections import Counter
from itertools import groupby
from typing import Any

from flask import abort, flash, g, make_response, redirect, render_template, request, url_for

from engine.errors import InvalidValues, NotAllowed
from engine.notifications import inbox
from engine.people import ROLES, Participant, Post, directory, sessions
from engine.runtime import lookup
from web import auth, navigation
from web.auth import policy
from web.context import database, me, settings
from web.views.account import reminding, standing_in
from web.views.account.room import blueprint

__all__ = ["blueprint", "local_address", "reminding", "standing_in"]
WRONG = {"account": "账号或密码不正确，请核对后重试。"}
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""One slash, then anything but what a browser would read as another host or as the end of the header."""
A_YEAR = 365 * 24 * 3600


def local_address(wanted: str | None) -> str:
    """An address on this site to go on to, the first page for anything else."""
    return wanted if wanted and LOCAL.fullmatch(wanted) else url_for("account.home")


Group = tuple[str, list[tuple[Participant, Post]]]


def _demo_people() -> list[tuple[str, list[Group]]]:
    """The people of the demonstration by town and, within it, by role; the town with most people first, with those of the city."""
    if not settings().demo:
        return []
    with database().reading() as c:
        pairs = [(person, person.posts[0]) for person in directory.people(c) if person.posts]
        sizes = Counter(_town(post) for _, post in pairs if _town(post))
        names = directory.unit_names(c, sizes)
    main = sizes.most_common(1)[0][0] if sizes else ""
    towns: dict[str, list[tuple[Participant, Post]]] = {town: [] for town, _ in sizes.most_common()} or {main: []}
    for person, post in pairs:
        towns[_town(post) or main].append((person, post))
    return [(names.get(town, ""), _by_role(people)) for town, people in towns.items()]


def _town(post: Post) -> str:
    """The id of the town a post belongs to, the second part of its unit's path; "" for posts of the city and of its departments."""
    return post.unit_path.strip("/").split("/")[1] if post.level not in ("city", "department") else ""


def _by_role(pairs: list[tuple[Participant, Post]]) -> list[Group]:
    order = list(ROLES)
    pairs = sorted(pairs, key=lambda pair: (order.index(pair[1].role), pair[1].unit_path))
    return [(ROLES[role].name, list(group)) for role, group in groupby(pairs, key=lambda pair: pair[1].role)]


def _form(errors: dict[str, str], status: int = 200) -> Any:
    page = render_template("account/sign_in.html", errors=errors, account=request.form.get("account", ""),
                           next=request.values.get("next", ""), people=_demo_people())
    return make_response(page, status)


@blueprint.get("/")
@policy()
def home() -> Any:
    """The first page of this person's own work: the list of work items, or the room of those who are offered none."""
    offered = [place for place in navigation.menu() if not place.endpoint.startswith("account.")]
    first = next((place for place in offered if place.capability and not _has_desk_work()), offered[0] if offered else None)
    return redirect(url_for(first.endpoint if first else "account.own"))


def _has_desk_work() -> bool:
    """Some post handles cases: not only designing, administering or watching."""
    roles = [ROLES[post.role] for post in me().posts if post.role in ROLES]
    return any(role.sees != "none" and not ("supervise" in role.capabilities and "assign" not in role.capabilities) for role in roles)


@blueprint.get("/sign-in")
@policy(public=True)
def sign_in() -> Any:
    """The form, or onwards for those already signed in."""
    return redirect(local_address(request.args.get("next"))) if g.participant else _form({})


@blueprint.post("/sign-in")
@policy(public=True)
def enter() -> Any:
    """Account and password."""
    try:
        secret = auth.sign_in(request.form.get("account", "").strip(), request.form.get("password", ""))
    except NotAllowed as refusal:
        return _form({"account": refusal.message}, 429)
    if secret is None:
        return _form(WRONG, 422)
    return auth.with_session(redirect(local_address(request.form.get("next"))), secret)


@blueprint.post("/sign-in/demo")
@policy(public=True)
def demo() -> Any:
    """One click, in a demonstration only."""
    if not settings().demo:
        abort(404)
    with database().reading() as c:
        person = directory.participant(c, request.form.get("person", ""))
    return auth.with_session(redirect(local_address(request.form.get("next"))), auth.start_session(person.id))


@blueprint.post("/sign-out")
@policy()
def sign_out() -> Any:
    """End this session."""
    database().run(lambda c: sessions.close_session(c, g.session.id, me()))
    return auth.forget_session(redirect(url_for("account.sign_in")))


def _own(errors: dict[str, str], status: int = 200) -> Any:
    with database().reading() as c:
        mine = sessions.sessions_of(c, me().id)
    return make_response(render_template("account/own.html", sessions=mine, session_id=g.session.id, errors=errors), status)


@blueprint.get("/account")
@policy()
def own() -> Any:
    """Posts, open sessions, password."""
    return _own({})


@blueprint.post("/account/sessions/<session_id>/end")
@policy()
def end(session_id: str) -> Any:
    """End a session on another device."""
    database().run(lambda c: sessions.close_session(c, session_id, me()))
    flash("已退出该设备。")
    return redirect(url_for("account.own"))


@blueprint.post("/account/password")
@policy()
def password() -> Any:
    """A new password; other devices are signed out."""
    try:
        if not auth.knows_password(me().id, request.form.get("current", "")):
            return _own({"current": "当前密码不正确。"}, 422)
    except NotAllowed as refusal:
        return _own({"current": refusal.message}, 429)
    try:
        new_hash = sessions.hash_password(request.form.get("password", ""))
    except InvalidValues as refusal:
        return _own(dict(refusal.errors), 422)
    person, kept = me(), g.session.id
    database().run(lambda c: sessions.change_password(c, person, new_hash, kept))
    flash("密码已修改，其他设备上的登录已退出。")
    return redirect(url_for("account.own"))


@blueprint.get("/notices")
@policy()
def notices() -> Any:
    """What this person was told, unread first."""
    with database().reading() as c:
        told = inbox.of(c, me().id)
        titles = lookup.titles(c, [one.instance_id for one in told if one.instance_id])
    return render_template("account/notices.html", told=told, titles=titles)


@blueprint.post("/notices/read")
@policy()
def read_notices() -> Any:
    """Mark everything as read."""
    person = me()
    database().run(lambda c: inbox.mark_read(c, person.id))
    return redirect(url_for("account.notices"))


@blueprint.post("/account/text-size")
@policy()
def text_size() -> Any:
    """Large letters on or off, for this browser."""
    answer = redirect(local_address(request.form.get("next")))
    if request.cookies.get("large"):
        answer.delete_cookie("large")
    else:
        answer.set_cookie("large", "1", max_age=A_YEAR, samesite="Lax", secure=settings().secure_cookies)
    return answer
