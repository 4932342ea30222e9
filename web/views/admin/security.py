"""The security administrator's pages (passwords, sessions, tokens) and the auditor's record."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.administration import people as administration
from engine.administration import tokens as token_list
from engine.errors import InvalidValues, NotFound
from engine.people import sessions
from engine.supervision import audit
from web.auth import policy
from web.context import database, me
from web.views.admin import blueprint
from web.views.admin.people import search_of


def _accounts(errors: dict[str, str], person_id: str = "") -> Any:
    with database().reading() as c:
        found = administration.listed(c, me(), search_of(request.args), request.args.get("page", 1, int))
    return render_template("admin/accounts.html", found=found, errors=errors, person_id=person_id), 422 if errors else 200


@blueprint.get("/accounts")
@policy("secure")
def accounts() -> Any:
    """Who can sign in."""
    return _accounts({})


@blueprint.post("/accounts/<person_id>/password")
@policy("secure")
def issue_password(person_id: str) -> Any:
    """A new password for somebody; it is told to them in person."""
    by = me()
    try:
        new_hash = sessions.hash_password(request.form.get("password", ""))
    except InvalidValues as refusal:
        return _accounts({"password": refusal.errors["password"]}, person_id)
    database().run(lambda c: administration.issue_password(c, by, person_id, new_hash))
    flash("新口令已生效，该人员的登录已全部退出。请当面告知，并提醒其登录后修改。")
    return redirect(url_for("admin.accounts", q=person_id))


@blueprint.post("/accounts/<person_id>/sessions/end")
@policy("secure")
def end_sessions(person_id: str) -> Any:
    """Sign somebody out everywhere."""
    by = me()
    database().run(lambda c: administration.end_sessions(c, by, person_id))
    flash("该人员的登录已全部退出。")
    return redirect(url_for("admin.accounts", q=person_id))


def _tokens(errors: dict[str, str], secret: str = "") -> Any:
    with database().reading() as c:
        listed = token_list.all_of(c, me())
    page = render_template("admin/tokens.html", tokens=listed, errors=errors, secret=secret, values=request.form, SCOPES=token_list.SCOPES)
    return page, 422 if errors else 200


@blueprint.get("/tokens")
@policy("secure")
def tokens() -> Any:
    """Which programs act for whom."""
    return _tokens({})


@blueprint.post("/tokens")
@policy("secure")
def create_token() -> Any:
    """A new token, shown on this page once."""
    by, form = me(), request.form
    person_id, name, scopes, days = form.get("person", "").strip(), form.get("name", ""), form.getlist("scopes"), form.get("days", 0, int)
    try:
        secret = database().run(lambda c: token_list.create(c, by, person_id, name, scopes, days=days))
    except InvalidValues as refusal:
        return _tokens(refusal.errors)
    except NotFound as refusal:
        return _tokens({"person": refusal.message})
    return _tokens({}, secret)


@blueprint.post("/tokens/<int:token_id>/revoke")
@policy("secure")
def revoke_token(token_id: int) -> Any:
    """End a token at once."""
    by = me()
    database().run(lambda c: token_list.revoke(c, by, token_id))
    flash("令牌已停用，使用它的程序立即不能再访问。")
    return redirect(url_for("admin.tokens"))


@blueprint.get("/records")
@policy("audit")
def records() -> Any:
    """What administrators did and who took data out, the newest first."""
    page = max(1, request.args.get("page", 1, int))
    with database().reading() as c:
        entries = audit.entries(c, me(), actor=request.args.get("actor", "").strip(), page=page)
    return render_template("admin/records.html", entries=entries, page_number=page, PAGE=audit.PAGE)
