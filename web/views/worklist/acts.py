"""Everything else a person can do with a work item: take it, give it back, hand it on, send it back, take it back, urge."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy import Connection

from engine.runtime import commands
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.worklist import items
from web.views.worklist.room import blueprint


def _act(command: Callable[[Connection], dict[str, Any]], said: str, endpoint: str = "worklist.tasks", **where: Any) -> Any:
    database().run(command)
    flash(said)
    return redirect(url_for(endpoint, **where))


@blueprint.post("/tasks/<item_id>/claim")
@policy()
def claim(item_id: str) -> Any:
    """Take it."""
    person = me()
    return _act(lambda c: commands.claim(c, item_id, by=person), "领取成功，请在时限内办理。", "worklist.task", item_id=item_id)


@blueprint.post("/tasks/<item_id>/unclaim")
@policy()
def unclaim(item_id: str) -> Any:
    """Give it back to everybody it was offered to."""
    person = me()
    return _act(lambda c: commands.unclaim(c, item_id, by=person), "已退回公共池，同岗位的人都可以领取。")


@blueprint.post("/tasks/<item_id>/transfer")
@policy()
def transfer(item_id: str) -> Any:
    """Hand it to a named person."""
    person, to, reason = me(), request.form.get("to", ""), request.form.get("reason", "")
    return _act(lambda c: commands.transfer(c, item_id, to, by=person, reason=reason), "转办成功，对方的待办里已经出现这件事。")


@blueprint.post("/tasks/<item_id>/send-back")
@policy()
def send_back(item_id: str) -> Any:
    """Back to an earlier step, with a reason; afterwards along the flow, or straight back here."""
    person, to, reason = me(), request.form.get("to", ""), request.form.get("reason", "")
    straight = request.form.get("straight") == "1"
    return _act(lambda c: commands.send_back(c, item_id, to, reason=reason, by=person, straight=straight),
                "已退回，原办理人会看到您的理由。")


@blueprint.post("/tasks/<item_id>/delegate")
@policy()
def delegate(item_id: str) -> Any:
    """Let somebody prepare it."""
    person, to, reason = me(), request.form.get("to", ""), request.form.get("reason", "")
    return _act(lambda c: commands.delegate(c, item_id, to, by=person, reason=reason), "已委派，对方填好交回后由您提交。")


@blueprint.post("/tasks/<item_id>/hand-back")
@policy()
def hand_back(item_id: str) -> Any:
    """Give what was prepared back to its owner."""
    person, found = me(), items.opened(item_id)
    typed = submission.values(found.form, request.form)
    return _act(lambda c: commands.hand_back(c, item_id, typed, by=person, note=request.form.get("note", "")), "已交回委派人。")


@blueprint.post("/tasks/<item_id>/signers")
@policy()
def add_signer(item_id: str) -> Any:
    """One more person signs (加签)."""
    person, to = me(), request.form.get("to", "")
    return _act(lambda c: commands.add_signer(c, item_id, to, by=person), "已加签，对方的待办里已经出现这件事。", "worklist.task",
                item_id=item_id)


@blueprint.post("/tasks/<item_id>/signers/remove")
@policy()
def remove_signer(item_id: str) -> Any:
    """This open signature is no longer asked for (减签)."""
    person = me()
    return _act(lambda c: commands.remove_signer(c, item_id, by=person), "已减签，这一份不再需要。")


@blueprint.post("/tasks/<item_id>/recall")
@policy()
def recall(item_id: str) -> Any:
    """Take a delegated step back."""
    person = me()
    return _act(lambda c: commands.recall(c, item_id, by=person), "已收回委派。", "worklist.task", item_id=item_id)


@blueprint.post("/tasks/<item_id>/withdraw")
@policy()
def withdraw(item_id: str) -> Any:
    """Take back a step just done; its new work item opens."""
    person = me()
    answer = database().run(lambda c: commands.withdraw(c, item_id, by=person))
    flash("已拿回，可以修改后重新提交。")
    return redirect(url_for("worklist.task", item_id=answer["item"]))


@blueprint.post("/tasks/<item_id>/urge")
@policy()
def urge(item_id: str) -> Any:
    """Remind whoever has it."""
    person, reason = me(), request.form.get("reason", "")
    return _act(lambda c: commands.urge(c, item_id, by=person, reason=reason), "已催办，对方会看到催办标记。", "worklist.task",
                item_id=item_id)
