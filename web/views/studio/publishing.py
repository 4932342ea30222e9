"""Asking for a draft to be published, and the second person's answer."""

import datetime as dt
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine import clock
from engine.definitions.linter import errors
from engine.errors import Conflict, InvalidDefinition, InvalidValues, NotFound
from engine.people import directory
from engine.studio import drafts, publishing, sources, trials
from engine.studio.sides import side
from web.auth import policy
from web.context import database, me
from web.views.studio.comparing import told
from web.views.studio.room import blueprint


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValues({"effective_on": "请填写生效日期，例如 2026-03-01。"}) from error


def _asking(draft_id: int, refusal: Any = None) -> Any:
    by = me()
    with database().reading() as c:
        draft = drafts.open_draft(c, by, draft_id)
        findings = drafts.check(c, draft)
        newest = sources.newest(c, draft.key)
        number = sources.version(c, newest).number if newest is not None else 0
    page = render_template(
        "studio/publish.html", draft=draft, findings=errors(findings), warnings=publishing.warnings(findings), mark=publishing.mark,
        infos=len(findings) - len(errors(findings)) - len(publishing.warnings(findings)), newest=newest, number=number,
        today=clock.today(), refusal=refusal, wrong=getattr(refusal, "errors", {}))
    return page, 422 if refusal else 200


@blueprint.get("/models/<int:draft_id>/publish")
@policy("design")
def ask_to_publish(draft_id: int) -> Any:
    """The warnings one by one, the reason, the day."""
    return _asking(draft_id)


@blueprint.post("/models/<int:draft_id>/publish")
@policy("design")
def send_to_publish(draft_id: int) -> Any:
    """Ask; what does not fit is said on the same page."""
    by, sent = me(), request.form
    try:
        day, revision = _day(sent.get("effective_on", "")), sent.get("revision", 0, int)
        publishing.reason_of(sent.get("reason", ""), "reason", "请写明发布理由")
        with database().reading() as c:
            draft = drafts.open_draft(c, by, draft_id)
        trials.must_hold(database(), draft)
        asked = database().run(lambda c: publishing.ask(
            c, by, draft_id, revision=revision, reason=sent.get("reason", ""), effective_on=day, confirmed=sent.getlist("confirmed")))
    except (InvalidValues, InvalidDefinition, Conflict) as refusal:
        return _asking(draft_id, refusal)
    flash("已提交审批。另一人批准后，到生效日期自动发布。")
    return redirect(url_for("studio.asked", request_id=asked))


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
