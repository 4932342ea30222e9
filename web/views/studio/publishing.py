"""Asking for a draft to be published, and the second person's answer."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine import clock
from engine.definitions.linter import errors
from engine.errors import Conflict, InvalidDefinition, InvalidValues, NotFound
from engine.people import directory
from engine.studio import drafts, example_runs, publishing, sources
from engine.studio.example_runs import Wish
from engine.studio.sides import side
from web.aside import aside
from web.auth import policy
from web.context import database, is_part, me
from web.views.studio.comparing import told
from web.views.studio.room import blueprint


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValues({"effective_on": "请填写生效日期，例如 2026-03-01。"}) from error


def _asking(draft_id: int, refusal: Any = None, typed: Mapping[str, Any] | None = None) -> str:
    """The page on which publication is asked for, with what was typed and why it was not taken."""
    by = me()
    with database().reading() as c:
        draft = drafts.open_draft(c, by, draft_id)
        findings = drafts.check(c, draft)
        newest = sources.newest(c, draft.key)
        number = sources.version(c, newest).number if newest is not None else 0
    return render_template(
        "studio/publish.html", draft=draft, findings=errors(findings), warnings=publishing.warnings(findings), mark=publishing.mark,
        infos=len(findings) - len(errors(findings)) - len(publishing.warnings(findings)), newest=newest, number=number,
        today=clock.today(), refusal=refusal, wrong=getattr(refusal, "errors", {}), typed=typed or {})


@blueprint.get("/models/<int:draft_id>/publish")
@policy("design")
def ask_to_publish(draft_id: int) -> Any:
    """The warnings one by one, the reason, the day."""
    return _asking(draft_id)


@blueprint.post("/models/<int:draft_id>/publish")
@policy("design")
def send_to_publish(draft_id: int) -> Any:
    """Ask, or let the examples run first; what does not fit is said on the same page."""
    by, sent, here = me(), request.form, database()
    try:
        wish = Wish(sent.get("revision", 0, int), sent.get("reason", ""), _day(sent.get("effective_on", "")),
                    tuple(sent.getlist("confirmed")))
        asked, run = here.run(lambda c: example_runs.publish(c, by, draft_id, wish))
    except (InvalidValues, InvalidDefinition, Conflict) as refusal:
        return _asking(draft_id, refusal, {**sent, "confirmed": sent.getlist("confirmed")}), 422
    if run is not None:
        aside(lambda: example_runs.run(here, run))
    return _is_asked(asked) if asked is not None else redirect(url_for("studio.publication_run", draft_id=draft_id))


@blueprint.get("/models/<int:draft_id>/publish/run")
@policy("design")
def publication_run(draft_id: int) -> Any:
    """How far the examples are that have to hold first; then the request, or the page again with the reason why there is none."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        run = example_runs.last(c, me(), draft)
    if run is not None and run.is_running:
        return render_template("studio/_publication_run.html" if is_part() else "studio/publication_run.html", draft=draft, run=run)
    if is_part():
        return "", 200, {"HX-Redirect": url_for("studio.publication_run", draft_id=draft_id)}
    if run is None or run.wish is None:
        return redirect(url_for("studio.ask_to_publish", draft_id=draft_id))
    if run.request_id is not None:
        return _is_asked(run.request_id)
    return _asking(draft_id, example_runs.refusal_of(run), run.wish.travelling())


@blueprint.post("/models/<int:draft_id>/publish/stop")
@policy("design")
def stop_publication_run(draft_id: int) -> Any:
    """The run ends after the example it is at; nothing is asked for."""
    by = me()
    database().run(lambda c: example_runs.stop(c, by, draft_id))
    return redirect(url_for("studio.publication_run", draft_id=draft_id))


def _is_asked(request_id: int) -> Any:
    flash("已提交审批。另一人批准后，到生效日期自动发布。")
    return redirect(url_for("studio.asked", request_id=request_id))


@blueprint.post("/models/<int:draft_id>/rebase")
@policy("design")
def rebase_model(draft_id: int) -> Any:
    """The draft goes on from the newest version, which its writer has compared it with."""
    by, newest = me(), request.form.get("newest", "")
    if not newest.isdecimal() or len(newest) > 12:
        raise NotFound("没有这个流程版本，请返回列表重新选择。")
    database().run(lambda c: publishing.rebase(c, by, draft_id, int(newest)))
    flash("已确认以最新版为基础，可以申请发布。")
    return redirect(url_for("studio.model", draft_id=draft_id))


@blueprint.get("/requests")
@policy("design", "approve_models")
def requests() -> Any:
    """Every request, those that wait first."""
    with database().reading() as c:
        found = publishing.requests(c, me())
    return render_template("studio/requests.html", requests=sorted(found, key=lambda one: one.state != "waiting"), STATES=publishing.STATES)


@blueprint.get("/requests/<int:request_id>")
@policy("design", "approve_models")
def asked(request_id: int) -> Any:
    """One request: the difference in words, what the check says, what was confirmed, and the answer."""
    by = me()
    with database().reading() as c:
        found = publishing.one(c, by, request_id)
        before = side(c, by, f"v{found.base}" if found.base else "")
        after = side(c, by, f"r{request_id}")
        draft = drafts.open_draft(c, by, found.draft_id)
        findings = drafts.check(c, drafts.as_of(c, draft, found.revision))
        why_not, mine = publishing.why_not(c, by, found), drafts.may_touch(c, by, draft)
        writers = directory.names(c, list(publishing.writers(c, found.draft_id))).values()
    assert after is not None
    return render_template("studio/request.html", asked=found, before=before, after=after, findings=findings, why_not=why_not, mine=mine,
                           writers=sorted(writers), STATES=publishing.STATES, **told(before, after))


@blueprint.post("/requests/<int:request_id>/approve")
@policy("approve_models")
def approve_request(request_id: int) -> Any:
    """Yes; said is what became of it."""
    by, why = me(), request.form.get("why", "")
    found = database().run(lambda c: publishing.approve(c, by, request_id, why))
    good = {"published": "已批准，新版本已发布。", "approved": "已批准，到生效日期自动发布。"}
    flash(good.get(found.state, found.ended_why), "message" if found.state in good else "error")
    return redirect(url_for("studio.asked", request_id=request_id))


@blueprint.post("/requests/<int:request_id>/back")
@policy("approve_models")
def send_request_back(request_id: int) -> Any:
    """No, with a reason."""
    by, why = me(), request.form.get("why", "")
    try:
        database().run(lambda c: publishing.send_back(c, by, request_id, why))
        flash("已退回，设计员可以修改后再提交。")
    except InvalidValues as refusal:
        flash(refusal.errors["why"], "error")
    return redirect(url_for("studio.asked", request_id=request_id))


@blueprint.post("/requests/<int:request_id>/withdraw")
@policy("design")
def withdraw_request(request_id: int) -> Any:
    """Taken back by those who write it."""
    by = me()
    database().run(lambda c: publishing.withdraw(c, by, request_id))
    flash("申请已撤回，草稿可以继续修改。")
    return redirect(url_for("studio.asked", request_id=request_id))
