"""People and their posts; the organisation file."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.administration import people as administration
from engine.errors import InvalidValues, NotAllowed
from engine.people import ROLES, directory
from engine.people.register import Search
from web.auth import policy
from web.context import database, me
from web.views.admin import blueprint

FIELDS = ("name", "phone", "note")
MOST_POSTS = 20


def search_of(arguments: Any) -> Search:
    """What the filter row asks for."""
    return Search(arguments.get("q", "").strip()[:40], arguments.get("role", ""), disabled=arguments.get("state") == "disabled")


def _posts() -> list[tuple[str, str]]:
    """The rows of the form that name both a role and a unit."""
    pairs = zip(request.form.getlist("role")[:MOST_POSTS], request.form.getlist("unit")[:MOST_POSTS], strict=False)
    return [(role, unit) for role, unit in pairs if role and unit]


def _values() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in FIELDS}


@blueprint.get("/people")
@policy("administer")
def people() -> Any:
    """Everybody, searched by name, login or phone."""
    wanted = search_of(request.args)
    with database().reading() as c:
        found = administration.listed(c, me(), wanted, request.args.get("page", 1, int))
    return render_template("admin/people.html", found=found, wanted=wanted, ROLES=ROLES)


def _form(person_id: str | None, values: dict[str, Any], posts: list[tuple[str, str]], errors: dict[str, str]) -> Any:
    with database().reading() as c:
        card = administration.shown(c, me(), person_id) if person_id else None
        units = directory.units(c)
    page = render_template("admin/person.html", card=card, values=values, posts=posts, errors=errors, units=units, ROLES=ROLES)
    return page, 422 if errors else 200


@blueprint.get("/people/new")
@policy("administer")
def new_person() -> Any:
    """An empty form."""
    return _form(None, {}, [], {})


@blueprint.post("/people/new")
@policy("administer")
def add_person() -> Any:
    """A new person. The password comes from the security administrator."""
    by, person_id, values, posts = me(), request.form.get("id", "").strip(), _values(), _posts()
    try:
        database().run(lambda c: administration.add(c, by, person_id, values, posts))
    except InvalidValues as refusal:
        return _form(None, {**values, "id": person_id}, posts, refusal.errors)
    flash(f"已登记{values['name']}。请安全管理员为其发放口令后即可登录。")
    return redirect(url_for("admin.people", q=person_id))


@blueprint.get("/people/<person_id>")
@policy("administer")
def person(person_id: str) -> Any:
    """One person, to be changed."""
    with database().reading() as c:
        card = administration.shown(c, me(), person_id)
    values = {name: getattr(card, name) or "" for name in FIELDS}
    return _form(person_id, values, [(post.role, post.unit_id) for post in card.posts], {})


@blueprint.post("/people/<person_id>")
@policy("administer")
def change_person(person_id: str) -> Any:
    """Name, phone, note and posts."""
    by, values, posts = me(), _values(), _posts()
    try:
        database().run(lambda c: administration.change(c, by, person_id, values, posts))
    except (InvalidValues, NotAllowed) as refusal:
        return _form(person_id, values, posts, getattr(refusal, "errors", {"posts": refusal.message}))
    flash(f"已保存{values['name']}。岗位如有变动，其登录已退出。")
    return redirect(url_for("admin.people"))


@blueprint.post("/people/<person_id>/active")
@policy("administer")
def set_active(person_id: str) -> Any:
    """Disable, which ends all sessions, or enable."""
    by, active = me(), request.form.get("active") == "1"
    database().run(lambda c: administration.set_active(c, by, person_id, active))
    flash("账号已启用。" if active else "账号已停用，其登录已全部退出。")
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.get("/organisation")
@policy("administer")
def organisation() -> Any:
    """Where an organisation file is taken in."""
    return render_template("admin/organisation.html", errors={})


@blueprint.post("/organisation")
@policy("administer")
def import_organisation() -> Any:
    """Take a file in, or show what is wrong with each row."""
    by, sent = me(), request.files.get("file")
    document = sent.read() if sent else b""
    try:
        report = database().run(lambda c: administration.take_in(c, by, document))
    except InvalidValues as refusal:
        return render_template("admin/organisation.html", errors=refusal.errors, message=refusal.message), 422
    flash(f"导入完成：{report.summary}")
    return redirect(url_for("admin.people"))
