"""What happened, as a sentence a clerk or an inspector reads: who did what, and where the case went."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine import clock
from engine.people import ROLES

Body = Mapping[str, Any]
SYSTEM = "系统"


def of(kind: str, body: Body) -> str:
    """The sentence for one event; an unknown kind is named as it is."""
    say = SAY.get(kind)
    return (say(body) if say else f"{_who(body)}：{kind}。") + _where(body)


def _who(body: Body) -> str:
    name = body.get("name") or SYSTEM
    return f"{name}（{body['acting_for']}）" if body.get("acting_for") else str(name)


def _item(body: Body) -> str:
    return f"“{body.get('item') or body.get('element') or ''}”"


def _because(body: Body) -> str:
    return f"，理由：{body['reason']}" if body.get("reason") else ""


def _where(body: Body) -> str:
    """“接下来……” names the work items that this event opened; an end is said too."""
    opened: Sequence[Body] = body.get("opened") or ()
    steps = "、".join(f"“{entry['name']}”{_for(entry)}" for entry in opened)
    said = f"接下来：{steps}。" if steps else ""
    return said + ("事项办结。" if body.get("ended") == "completed" else "")


def _for(entry: Body) -> str:
    if entry.get("assignee_name") or entry.get("assignee"):
        return f"（{entry.get('assignee_name') or entry['assignee']}）"
    role = ROLES.get(str(entry.get("role")))
    return f"（{entry.get('unit') or ''}{role.name}）" if role else ""


def _completed(body: Body) -> str:
    outcome = f"，结果：{body['outcome']}" if body.get("outcome") else ""
    return f"{_who(body)}办理{_item(body)}{outcome}。"


def _timer(body: Body) -> str:
    late = f"，实际触发 {body['fired']}" if body.get("late") else ""
    return f"时限到：{_item(body)}，{body.get('due', '')}{late}。"


def _rule(body: Body) -> str:
    """期限“DL-C6 立案至处罚决定”, or the limit of a step."""
    name = body.get("rule_name") or body.get("item") or ""
    return f"期限“{body['rule']} {name}”" if body.get("rule") else f"“{name}”的时限"


def _day(body: Body, key: str) -> str:
    """A recorded moment as people write it."""
    moment = body.get(key)
    return f"{clock.local(dt.datetime.fromisoformat(str(moment))):%Y-%m-%d %H:%M}" if moment else "（未定）"


def _papers(body: Body) -> str:
    """On what it rests."""
    parts = [("依据", body.get("document")), ("批准人", body.get("approver_name")), ("理由", body.get("reason"))]
    said = "，".join(f"{name}：{value}" for name, value in parts if value)
    return f"（{said}）" if said else ""


LIMITS = {"keep": "办理时限保持不变", "restart": "办理时限从现在起重新计算", "re-rule": "办理时限按新规定从各步开始时计算"}


def _migrated(body: Body) -> str:
    """Who moved a case to which version, and what became of its limits; the limits of the law always run on."""
    moved = "，换步骤：" + "、".join(f"“{old}”→“{new}”" if new else f"撤下“{old}”" for old, new in body["mapping"].items()) \
        if body.get("mapping") else ""
    limits = LIMITS.get(str(body.get("choice")), "")
    return f"{_who(body)}将事项由第 {body.get('from')} 版移到第 {body.get('to')} 版办理{moved}；{limits}{_because(body)}。"


SAY: Mapping[str, Callable[[Body], str]] = {
    "started": lambda b: f"{_who(b)}发起“{b.get('title')}”，编号 {b.get('number')}。",
    "claimed": lambda b: f"{_who(b)}领取{_item(b)}。",
    "unclaimed": lambda b: f"{_who(b)}将{_item(b)}退回公共池，等待同岗位的人领取。",
    "completed": _completed,
    "sent-back": lambda b: (f"{_who(b)}将{_item(b)}退回到“{b.get('target_name')}”"
                            f"{'，改好后直接返回' if b.get('straight') else ''}{_because(b)}。"),
    "withdrawn": lambda b: f"{_who(b)}拿回{_item(b)}，重新办理。",
    "delegated": lambda b: f"{_who(b)}将{_item(b)}委派给{b.get('to_name')}准备{_because(b)}。",
    "handed-back": lambda b: f"{_item(b)}交回{b.get('to_name')}{_because(b)}。",
    "copied": lambda b: f"{_who(b)}抄送{b.get('to_name')}{_because(b)}。",
    "copy-read": lambda b: f"{_who(b)}已阅抄送。",
    "returned": lambda b: f"{_item(b)}回到{b.get('to_name')}名下。",
    "transferred": lambda b: f"{_who(b)}将{_item(b)}转给{b.get('to_name')}办理{_because(b)}。",
    "file-changed": lambda b: f"{_who(b)}{b.get('text')}。",
    "migrated": _migrated,
    "move-undone": lambda b: f"{_who(b)}撤销了移动，事项改回第 {b.get('to')} 版办理{_because(b)}。",
    "commented": lambda b: f"{_who(b)}留言：{b.get('text')}",
    "urged": lambda b: f"{_who(b)}催办{_item(b)}{_because(b)}。",
    "cancelled": lambda b: f"{_who(b)}终止事项{_because(b)}。",
    "suspended": lambda b: f"{_who(b)}挂起事项{_because(b)}。办理时限停走，法定期限照常计算。",
    "resumed": lambda b: f"{_who(b)}恢复事项{_because(b)}。办理时限扣除挂起的时间后继续计算。",
    "timer-fired": _timer,
    "clock-started": lambda b: f"{_rule(b)}开始计算，{_day(b, 'due')}届满。",
    "clock-continued": lambda b: f"{_rule(b)}继续计算，不重新起算，{_day(b, 'due')}届满。",
    "clock-suspended": lambda b: f"{_who(b)}登记{_rule(b)}中止{_papers(b)}。",
    "clock-resumed": lambda b: f"{_who(b)}登记{_rule(b)}恢复计算，现于{_day(b, 'due')}届满。",
    "clock-excluded": lambda b: (f"{_who(b)}登记{_rule(b)}扣除期间（{_day(b, 'from')}至{_day(b, 'to')}）{_papers(b)}，"
                                 f"现于{_day(b, 'due')}届满。"),
    "clock-extended": lambda b: f"{_who(b)}登记{_rule(b)}延长{_papers(b)}，现于{_day(b, 'due')}届满。",
    "clock-corrected": lambda b: f"{_who(b)}更正{_rule(b)}的第 {b.get('corrects')} 条登记{_because(b)}，现于{_day(b, 'due')}届满。",
    "clock-revoked": lambda b: f"{_who(b)}撤销{_rule(b)}的第 {b.get('corrects')} 条登记{_because(b)}，现于{_day(b, 'due')}届满。",
    "clock-redated": lambda b: f"工作日历变动，{_rule(b)}由{_day(b, 'old')}改为{_day(b, 'due')}届满。",
    "message-received": lambda b: f"收到消息“{b.get('message')}”。",
    "message-buffered": lambda b: f"收到此前到达的消息“{b.get('message')}”。",
    "job-done": lambda b: f"系统完成{_item(b)}。",
    "job-failed": lambda b: f"系统未能完成{_item(b)}：{b.get('reason', '')}",
    "incident-opened": lambda b: f"{_item(b)}出现异常：{b.get('reason', '')}",
    "incident-resolved": lambda b: f"{_item(b)}的异常已处理。",
    "retried": lambda b: f"{_who(b)}重试{_item(b)}。",
    "signer-added": lambda b: f"{_who(b)}在{_item(b)}加签{b.get('to_name')}。",
    "signer-removed": lambda b: f"{_who(b)}在{_item(b)}减签{b.get('to_name')}。",
    "parameter-changed": lambda b: f"{_who(b)}将参数“{b.get('key')}”由 {b.get('old')} 改为 {b.get('new')}。",
    "calendar-changed": lambda b: f"{_who(b)}修改工作日历（{b.get('subject') or '工作时段'}）{_because(b)}。",
}
