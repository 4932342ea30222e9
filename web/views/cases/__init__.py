"""Cases: looking them up, one of them from the first photo to the feedback, and steering it as a whole."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import definitions
from engine.cases import dossier, withdrawal
from engine.documents import grid_papers
from engine.runtime import casebook, commands
from web.auth import policy
from web.context import database, me
from web.views.cases import clocks, copies, papers
from web.views.cases.room import blueprint

__all__ = ["blueprint", "copies", "papers"]
NAV = [("cases.search", "案件查询", "folder", "")]
SEALED = "sandbox; default-src 'none'"
ASKED = ("words", "status", "late", "started_from", "started_to")


@blueprint.get("/cases")
@policy()
def search() -> Any:
    """Cases this person may see."""
    wanted = {key: request.args.get(key, "")[:80] for key in ASKED}
    kept = {key: value for key, value in wanted.items() if value}
    with database().reading() as c:
        found = casebook.search(c, me(), wanted, request.args.get("page", 1, int))
    return render_template("cases/search.html", found=found, wanted=wanted,
                           address=lambda n: f"{url_for('cases.search')}?{urlencode({**kept, 'page': n})}")


@blueprint.get("/cases/<int:case_id>")
@policy()
def show(case_id: int) -> Any:
    """One case, whole."""
    with database().reading() as c:
        found = dossier.of(c, case_id, me())
        limits = clocks.panel(c, case_id)
    return render_template("cases/show.html", dossier=found, case=found.case, line=found.case.line, **limits,
                           printable=grid_papers.available(found),
                           withdrawable=withdrawal.may_withdraw(found.case, me()),
                           person_name=lambda value: found.people.get(value, value or "—"))


@blueprint.get("/cases/<int:case_id>/papers")
@policy()
def filled_in(case_id: int) -> Any:
    """What was filled in at each step, as a piece of another page."""
    with database().reading() as c:
        found = dossier.of(c, case_id, me())
    return render_template("cases/_papers.html", dossier=found, person_name=lambda value: found.people.get(value, value or "—"))


@blueprint.get("/cases/<int:case_id>/diagram.bpmn")
@policy()
def diagram(case_id: int) -> Any:
    """The diagram of the version this case runs on."""
    with database().reading() as c:
        definition, _ = casebook.progress(c, case_id, me())
        document = definitions.diagram(c, definition)
    return Response(document, mimetype="application/xml", headers={"Content-Disposition": "attachment", "Content-Security-Policy": SEALED})


@blueprint.get("/cases/<int:case_id>/progress.json")
@policy()
def progress(case_id: int) -> Any:
    """What to mark on the diagram."""
    with database().reading() as c:
        _, way = casebook.progress(c, case_id, me())
    return jsonify(done=way.done, now=[{"id": e, "text": text, "late": late} for e, text, late in way.now])


def _act(command: Callable[[Connection], dict[str, Any]], case_id: int, said: str) -> Any:
    database().run(command)
    flash(said)
    return redirect(request.form.get("back") == "task" and request.referrer or url_for("cases.show", case_id=case_id))


@blueprint.post("/cases/<int:case_id>/comment")
@policy()
def comment(case_id: int) -> Any:
    """A remark; whoever may see the case may make one."""
    person, text = me(), request.form.get("text", "")
    return _act(lambda c: commands.comment(c, case_id, text, by=person), case_id, "评论已发表。")


@blueprint.post("/cases/<int:case_id>/withdraw")
@policy("report")
def withdraw(case_id: int) -> Any:
    """The finder takes the report back, before anybody has accepted it."""
    person, reason = me(), request.form.get("reason", "")
    return _act(lambda c: withdrawal.withdraw(c, case_id, reason, by=person), case_id, "已撤回上报，这件事不再办理。")


@blueprint.post("/cases/<int:case_id>/suspend")
@policy("steer")
def suspend(case_id: int) -> Any:
    """Halt it."""
    person, reason = me(), request.form.get("reason", "")
    return _act(lambda c: commands.suspend(c, case_id, reason=reason, by=person), case_id, "已挂起。办理时限停止计算，法定期限照常计算。")


@blueprint.post("/cases/<int:case_id>/resume")
@policy("steer")
def resume(case_id: int) -> Any:
    """Let it go on."""
    person = me()
    return _act(lambda c: commands.resume(c, case_id, by=person), case_id, "已恢复。办理时限扣除挂起的时间后继续计算。")


@blueprint.post("/cases/<int:case_id>/cancel")
@policy("steer")
def cancel(case_id: int) -> Any:
    """End it for good."""
    person, reason = me(), request.form.get("reason", "")
    return _act(lambda c: commands.cancel(c, case_id, reason=reason, by=person), case_id, "已终止。")
