"""抄送: sending a case to people to read, who has read it, and what one was sent oneself."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.runtime import commands
from engine.runtime.commands import copying
from web.auth import policy
from web.context import database, me
from web.views.cases.room import blueprint


@blueprint.get("/cases/<int:case_id>/copies")
@policy()
def copies(case_id: int) -> Any:
    """Who was sent this case, as a piece of its page."""
    with database().reading() as c:
        receivers = commands.copy_receivers(c, case_id, by=me())
        sent = copying.of_case(c, case_id)
    mine = next((one for one in sent if one.person_id == me().id and one.read_at is None), None)
    return render_template("cases/_copies.html", case_id=case_id, receivers=receivers, sent=sent, mine=mine)


@blueprint.post("/cases/<int:case_id>/copies")
@policy()
def send_copies(case_id: int) -> Any:
    """Send it to the chosen people."""
    person, people, note = me(), request.form.getlist("people"), request.form.get("note", "")
    answer = database().run(lambda c: commands.copy_to(c, case_id, people, by=person, note=note))
    flash(f"已抄送 {answer['copied']} 人，谁已阅看“抄送”一栏。" if answer["copied"] else "所选人员此前已经抄送过。")
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/cases/<int:case_id>/copies/read")
@policy()
def read_copy(case_id: int) -> Any:
    """Say that one has read it."""
    person = me()
    database().run(lambda c: commands.read_copy(c, case_id, by=person))
    flash("已标记为已阅。")
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.get("/copies")
@policy()
def sent_to_me() -> Any:
    """Everything one was sent to read."""
    number = max(1, request.args.get("page", 1, int))
    with database().reading() as c:
        sent = copying.of_person(c, me(), number)
        waiting = copying.unread(c, me())
    return render_template("cases/copies.html", sent=sent, waiting=waiting, number=number, full=len(sent) == copying.PAGE)
