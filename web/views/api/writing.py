"""What programs may do: report, work, send messages. Every write carries an Idempotency-Key."""

from typing import Any

from flask import g
from sqlalchemy import Connection

from engine.cases import findings, handling
from engine.runtime import commands, desk, messages
from web.views.api.bodies import Body, Part
from web.views.api.gate import answer, blueprint, item, once, scope

REVISION = Part("integer", "打开待办时的 revision；与现状不符则返回 409")
REASON = Part("string", "理由", longest=500)
FINDING = Body("Finding", {
    "values": Part("object", "上报表单的内容，键为表单字段名", required=True),
    "unit": Part("string", "网格编码；不写则按位置判断", longest=40),
})
CLAIM = Body("Claim", {"revision": REVISION})
COMPLETE = Body("Complete", {"values": Part("object", "表单内容，键为表单字段名", required=True), "revision": REVISION})
TRANSFER = Body("Transfer", {"to": Part("string", "接收人登录名", required=True, longest=40), "reason": REASON})
SEND_BACK = Body("SendBack", {
    "to": Part("string", "退回到哪个步骤（元素编号）", required=True, longest=120),
    "reason": Part("string", "理由", required=True, longest=500),
})
COMMENT = Body("Comment", {"text": Part("string", "留言内容", required=True)})
URGE = Body("Urge", {"reason": REASON})
MESSAGE = Body("Message", {
    "name": Part("string", "消息名称", required=True, longest=160),
    "correlation": Part("object", "关联条件，用来找到在等这条消息的事项", required=True),
    "payload": Part("object", "消息内容"),
})


@blueprint.post("/findings")
@scope("report", FINDING)
def report() -> Any:
    """Report a finding: it becomes a case."""
    by = g.participant
    return answer(once(lambda c, body: findings.report(c, body["values"], by=by, unit_id=body.get("unit"))), 201)


@blueprint.post("/tasks/<item_id>/claim")
@scope("work", CLAIM)
def claim(item_id: str) -> Any:
    """Take an offered work item."""
    by, target = g.participant, item(item_id)
    return answer(once(lambda c, body: commands.claim(c, target, by=by, revision=body.get("revision")), target))


@blueprint.post("/tasks/<item_id>/unclaim")
@scope("work", CLAIM)
def unclaim(item_id: str) -> Any:
    """Give a work item back to everybody it was offered to."""
    by, target = g.participant, item(item_id)
    return answer(once(lambda c, body: commands.unclaim(c, target, by=by, revision=body.get("revision")), target))


@blueprint.post("/tasks/<item_id>/complete")
@scope("work", COMPLETE)
def complete(item_id: str) -> Any:
    """Finish a work item with the values of its form."""
    by, target = g.participant, item(item_id)
    return answer(once(lambda c, body: handling.complete(c, target, body["values"], by=by, revision=body.get("revision")), target))


@blueprint.post("/tasks/<item_id>/transfer")
@scope("work", TRANSFER)
def transfer(item_id: str) -> Any:
    """Hand a work item to somebody else who may do it."""
    by, target = g.participant, item(item_id)
    return answer(once(lambda c, body: commands.transfer(c, target, body["to"], by=by, reason=body.get("reason", "")), target))


@blueprint.post("/tasks/<item_id>/send-back")
@scope("work", SEND_BACK)
def send_back(item_id: str) -> Any:
    """Send the case back to an earlier step."""
    by, target = g.participant, item(item_id)
    return answer(once(lambda c, body: commands.send_back(c, target, body["to"], reason=body["reason"], by=by), target))


@blueprint.post("/tasks/<item_id>/comment")
@scope("work", COMMENT)
def comment(item_id: str) -> Any:
    """Leave a remark on the case of a work item."""
    by, target = g.participant, item(item_id)

    def remark(c: Connection, body: dict[str, Any]) -> dict[str, Any]:
        return commands.comment(c, desk.of(c, target, by).item.instance_id, body["text"], by=by)
    return answer(once(remark, target))


@blueprint.post("/tasks/<item_id>/urge")
@scope("work", URGE)
def urge(item_id: str) -> Any:
    """Remind whoever holds a work item."""
    by, target = g.participant, item(item_id)
    return answer(once(lambda c, body: commands.urge(c, target, by=by, reason=body.get("reason", "")), target))


@blueprint.post("/messages")
@scope("message", MESSAGE)
def message() -> Any:
    """Hand a message to the case that waits for it, or keep it for a week for one that will."""
    def deliver(c: Connection, body: dict[str, Any]) -> dict[str, Any]:
        done = messages.correlate(c, body["name"], body["correlation"], body.get("payload", {}))
        return {"outcome": done["outcome"]}
    return answer(once(deliver), 202)
