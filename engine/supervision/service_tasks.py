"""What the diagram of the ladder asks for, by name: `supervision.clock_state` and the others. Each runs in the finishing turn, once.

payload: `ladder` is the ladder's id; `paper` a row of the table of documents; `issued` what `issue_order` answered.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.deadlines import calendars
from engine.supervision import addressees, advice, dossier, ladder, lateness, leads, papers, telling
from engine.supervision.dossier import Draft
from engine.supervision.lines import LEAD, ORDER, RED, YELLOW
from engine.supervision.papers import Content

Payload = Mapping[str, Any]
RUNG = {"yellow": YELLOW, "red": RED}
SAYS = {
    "yellow": ("“{step}”的办理时间所剩不多。", "请在期限届满前办结。"),
    "red": ("“{step}”期限届满没有办结。", "请立即办理，并说明不能按期办结的原因。"),
}

MATTER = {"ladder": "监督事项"}
NEEDS = {
    "clock_state": {**MATTER, "order_after": "红牌后几个工作时起草督办"},
    "card": {**MATTER, "kind": "黄牌还是红牌", "paper": "文书"},
    "settle": MATTER, "close": MATTER, "draft_order": {**MATTER, "paper": "文书"}, "issue_order": {**MATTER, "paper": "文书"},
    "received": {**MATTER, "order": "督办文书"}, "answered": {**MATTER, "order": "督办文书", "text": "书面说明"},
    "no_answer": {**MATTER, "order": "督办文书"}, "escalate": {**MATTER, "order": "督办文书"},
    "extended": {**MATTER, "issued": "已发出的文书", "extension": "延长几日、由谁决定"},
    "sent_back": {**MATTER, "issued": "已发出的文书", "days|standard": "几日内说明"},
}
"""What each cannot do without, as the diagram of the ladder passes it."""

def clock_state(c: Connection, payload: Payload) -> dict[str, Any]:
    """How the supervised clock stands, what is to be done (`advice`: yellow, red, order, over, wait) and when to look again (`next`).

    order_after: business hours between the red card and the draft of an order.
    """
    matter, now = ladder.one(c, int(payload["ladder"])), clock.now()
    standing = lateness.of(c, matter.case_id, matter.element_id, matter.rule, now)
    advice.seen(c, matter, standing)
    said = advice.of(matter, standing, dt.timedelta(hours=float(payload["order_after"])), calendars.of(c), now)
    return {"state": standing.status, "late": standing.is_late, "advice": said.act, "next": said.look_at.isoformat()}


def card(c: Connection, payload: Payload) -> dict[str, Any]:
    """Issue a yellow or red card (`kind`) to whoever has the step, tell them, and suggest a talk when a person has too many red ones."""
    matter, kind = ladder.one(c, int(payload["ladder"])), str(payload["kind"])
    to = addressees.of(c, matter)
    reason, demand = (text.format(step=matter.step) for text in SAYS[kind])
    issued = papers.issue(c, matter, payload["paper"], to, Content(reason, demand))
    ladder.climb(c, matter.id, RUNG[kind])
    ladder.change(c, matter.id, person_id=to.person, person_key=to.key, **({"red_at": issued.issued_at} if kind == "red" else {}))
    telling.addressee(c, matter, to, f"{issued.name}（{issued.number}）：{matter.case_number} {reason}{demand}")
    if kind == "red":
        telling.inspectors(c, matter, f"{matter.case_number}“{matter.step}”已到期未办结，红牌已发{to.name}。")
        advice.talk(c, matter, to, int(payload["talk_after"]))
    return {"number": issued.number}


def settle(c: Connection, payload: Payload) -> dict[str, Any]:
    """The work was done in time: the ladder ends by itself, and the yellow card stays on record."""
    matter = ladder.one(c, int(payload["ladder"]))
    dossier.end(c, matter, "in-time", None, "按期办结，监督自动结束。")
    return {"state": "in-time"}


def draft_order(c: Connection, payload: Payload) -> dict[str, Any]:
    """Draft the next document for an inspector to sign. `decision`: what an inspector asked for, used for the first one."""
    matter = ladder.one(c, int(payload["ladder"]))
    order_id = dossier.draft(c, matter, Draft.of(matter, payload["paper"], payload.get("decision") or {}), addressees.of(c, matter))
    ladder.climb(c, matter.id, ORDER)
    telling.inspectors(c, matter, f"{matter.case_number}“{matter.step}”的{payload['paper']['name']}已拟好，请审签。")
    return {"order": order_id}


def issue_order(c: Connection, payload: Payload) -> dict[str, Any]:
    """Number and send the drafted document. `reason`, `demand`, `days`: what the signer changed. Answers what the reply steps need."""
    matter = ladder.one(c, int(payload["ladder"]))
    changed = {name: payload[name] for name in ("reason", "demand", "days") if payload.get(name)}
    return dossier.publish(c, matter, payload["paper"], changed, by=dossier.last_actor(c, matter, "issue"))


def received(c: Connection, payload: Payload) -> dict[str, Any]:
    """The addressee has the document in hand; from here they put things right."""
    matter = ladder.one(c, int(payload["ladder"]))
    dossier.receive(c, matter, int(payload["order"]), by=dossier.last_actor(c, matter, "receive"))
    return {"order": int(payload["order"])}


def answered(c: Connection, payload: Payload) -> dict[str, Any]:
    """The written explanation has come in (`text`, `photos`); an inspector looks at it."""
    matter = ladder.one(c, int(payload["ladder"]))
    dossier.answer(c, matter, int(payload["order"]), str(payload["text"]), list(payload.get("photos") or ()))
    telling.inspectors(c, matter, f"{matter.case_number}“{matter.step}”的书面说明已提交，请复核。")
    return {}


def no_answer(c: Connection, payload: Payload) -> dict[str, Any]:
    """The time to answer is over. An explanation may still come in; a lead is proposed to those who may decide about it."""
    matter = ladder.one(c, int(payload["ladder"]))
    if dossier.missed(c, matter, int(payload["order"])):
        leads.propose(c, matter, "到期没有书面说明", None)
        ladder.climb(c, matter.id, LEAD)
        telling.inspectors(c, matter, f"{matter.case_number}“{matter.step}”的督办到期没有书面说明，请决定是否升级。")
    return {}


def extended(c: Connection, payload: Payload) -> dict[str, Any]:
    """More days to answer, as an inspector decided (`extension`: days, by, note)."""
    return dossier.extend(c, ladder.one(c, int(payload["ladder"])), payload["issued"], payload["extension"])


def sent_back(c: Connection, payload: Payload) -> dict[str, Any]:
    """The explanation does not do (`note`); again, within `days` or the usual time (`standard`)."""
    matter = ladder.one(c, int(payload["ladder"]))
    days = int(payload.get("days") or payload["standard"])
    by = dossier.last_actor(c, matter, "review")
    return dossier.send_back(c, matter, payload["issued"], days, note=str(payload.get("note") or ""), by=by)


def escalate(c: Connection, payload: Payload) -> dict[str, Any]:
    """Nothing or nothing good came of it: a lead is proposed, or (`next`) the next document of the line is drafted."""
    matter = ladder.one(c, int(payload["ladder"]))
    said = payload.get("escalation") or {}
    by = said.get("by") if dossier.is_unanswered(c, int(payload["order"])) else dossier.last_actor(c, matter, "review")
    dossier.escalate(c, matter, int(payload["order"]), by)
    if not payload.get("next"):
        leads.propose(c, matter, str(said.get("note") or payload.get("note") or "说明不成立"), by)
        ladder.climb(c, matter.id, LEAD)
    return {}


def close(c: Connection, payload: Payload) -> dict[str, Any]:
    """An inspector has closed the matter (销号): who, when and with which words stand on it for good."""
    matter = ladder.one(c, int(payload["ladder"]))
    by, note = dossier.closing(c, matter, {name: str(payload.get(name) or "") for name in ("issue_note", "review_note")})
    leads.lay_down(c, matter, by)
    dossier.end(c, matter, "closed", by, note)
    telling.addressee(c, matter, addressees.named(c, matter.person_id, matter.person_key), f"监督事项 {matter.number} 已销号。")
    return {"state": "closed"}
