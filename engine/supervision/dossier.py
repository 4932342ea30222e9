"""Orders and how they go on: drafted, issued, received, put right, looked at, closed or escalated. Called by the diagram's service tasks.

Every change of a state is told in the ladder's diary; states only go the ways that `docs/lifecycle.md` shows.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from engine import clock
from engine.clock import UTC
from engine.deadlines import calendars
from engine.deadlines.counting import DayCount
from engine.errors import InvalidState
from engine.runtime.tables import work_item
from engine.supervision import addressees, diary, ladder, papers, telling
from engine.supervision.addressees import Addressee
from engine.supervision.lines import ORDER_STATES
from engine.supervision.papers import Content
from engine.supervision.tables import event_, order

ADD = insert(order).returning(order.c.id)
ONE = select(order).where(order.c.id == bindparam("i"))
NEWEST = select(order).where(order.c.ladder_id == bindparam("i")).order_by(order.c.level.desc()).limit(1)
GO = update(order).where(order.c.id == bindparam("i"), order.c.state.in_(bindparam("before", expanding=True)))
ACTOR = select(work_item.c.ended_by, work_item.c.ended_at).where(
    work_item.c.instance_id == bindparam("i"), work_item.c.element_id.in_(bindparam("elements", expanding=True)),
    work_item.c.state == "completed").order_by(work_item.c.ended_at.desc(), work_item.c.id).limit(1)
SAID = (select(event_).where(event_.c.ladder_id == bindparam("i"), event_.c.kind.in_(("decided", "lead")))
        .order_by(event_.c.id.desc()).limit(1))
UNANSWERED = ("issued", "received", "answering")
LIVE = ("drafted", *UNANSWERED, "review")


@dataclass(frozen=True)
class Draft:
    """What is written into a draft."""

    level: int
    form: Mapping[str, Any]
    reason: str
    demand: str
    days: int
    person: str | None
    by: str | None

    @classmethod
    def of(cls, matter: Row[Any], form: Mapping[str, Any], wanted: Mapping[str, Any]) -> "Draft":
        """From what an inspector asked for, else from what the clock says."""
        late = f"“{matter.step}”期限届满后仍未办结。" if matter.rung else f"对“{matter.step}”的办理情况进行督办。"
        return cls(0, form, str(wanted.get("reason") or late), str(wanted.get("demand") or "请尽快办结，书面说明原因和整改情况。"),
                   int(wanted.get("days") or form["days"]), wanted.get("person"), wanted.get("by"))


def newest(c: Connection, ladder_id: int) -> Row[Any] | None:
    """The latest order of a ladder."""
    return c.execute(NEWEST, {"i": ladder_id}).first()


def draft(c: Connection, matter: Row[Any], what: Draft, to: Addressee) -> int:
    """拟发. Answers the order's id."""
    before = newest(c, matter.id)
    wanted = what.person if before is None else None
    to = addressees.named(c, wanted, None) if wanted else to
    row = {"ladder_id": matter.id, "line": matter.line, "level": before.level + 1 if before else 1, "kind": what.form["kind"],
           "name": what.form["name"], "state": "drafted", "unit_path": matter.unit_path, "person_id": to.person, "person_key": to.key,
           "reason": what.reason, "demand": what.demand, "days": what.days, "drafted_at": clock.now(), "drafted_by": what.by,
           "sent_back": 0}
    made = int(c.execute(ADD, row).scalar_one())
    diary.note(c, matter.id, "drafted", f"拟发{what.form['name']}，送{to.name}。", by=what.by, order=made)
    return made


def publish(c: Connection, matter: Row[Any], form: Mapping[str, Any], changed: Mapping[str, Any], *, by: str | None) -> dict[str, Any]:
    """签发: number and text in this transaction. Answers what the reply steps need to know."""
    found = newest(c, matter.id)
    if found is None:
        raise InvalidState("没有拟好的文书可以签发。")
    said = {"reason": found.reason, "demand": found.demand, "days": found.days, **changed}
    days, now = int(said["days"]), clock.now()
    to = addressees.named(c, found.person_id, found.person_key)
    until = reply_by(c, now, days)
    issued = papers.issue(c, matter, form, to, Content(str(said["reason"]), str(said["demand"]), until, by))
    _go(c, matter, found.id, ("drafted",), "issued", by=by, paper_id=issued.id, issued_at=now, issued_by=by, reply_by=until,
        reason=said["reason"], demand=said["demand"], days=days)
    ladder.change(c, matter.id, person_id=to.person, person_key=to.key)
    telling.addressee(c, matter, to, f"{issued.name}（{issued.number}）已送达，请签收并在{papers.shown(until)}前书面说明。")
    return {"order": found.id, "number": issued.number, "person": to.person, "role": None if to.person else to.role, "days": days,
            "from": now.isoformat(), "reply_by": until.isoformat()}


def reply_by(c: Connection, start: dt.datetime, days: int) -> dt.datetime:
    """The end of the last of so many working days."""
    return DayCount(days, working=True).due(start, calendars.of(c))


def receive(c: Connection, matter: Row[Any], order_id: int, *, by: str | None) -> None:
    """签收, and with it 整改中."""
    _go(c, matter, order_id, ("issued",), "received", by=by, received_at=clock.now())
    _go(c, matter, order_id, ("received",), "answering", by=by)


def answer(c: Connection, matter: Row[Any], order_id: int, text: str, photos: list[str]) -> None:
    """待复核. The explanation itself is kept in the diary, each one for itself."""
    by, found, now = last_actor(c, matter, "answer"), c.execute(ONE, {"i": order_id}).one(), clock.now()
    diary.note(c, matter.id, "answer", text, by=by, order=order_id, photos=photos)
    in_time = bool(now <= found.reply_by) if found.in_time is None else found.in_time
    _go(c, matter, order_id, UNANSWERED, "review", by=by, answered_at=now, in_time=in_time)


def is_unanswered(c: Connection, order_id: int) -> bool:
    """Whether an explanation is still awaited."""
    return c.execute(ONE, {"i": order_id}).one().state in UNANSWERED


def missed(c: Connection, matter: Row[Any], order_id: int) -> bool:
    """The time to answer is over. False when the explanation came in the same moment."""
    found = c.execute(ONE, {"i": order_id}).one()
    if found.state not in UNANSWERED:
        return False
    c.execute(update(order).where(order.c.id == order_id).values(missed_at=clock.now(), in_time=False))
    diary.note(c, matter.id, "missed", f"{found.name}到期没有书面说明。", order=order_id)
    return True


def extend(c: Connection, matter: Row[Any], issued: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """A later end, counted from the same day."""
    days = int(issued["days"]) + int(more["days"])
    return _again(c, matter, {**issued, "days": days}, "extended", by=more.get("by"),
                  text=f"回复期限延长 {more['days']} 个工作日：{more['note']}")


def send_back(c: Connection, matter: Row[Any], issued: Mapping[str, Any], days: int, *, note: str, by: str | None) -> dict[str, Any]:
    """退回: put right again, with a fresh time to answer."""
    order_id = int(issued["order"])
    found = c.execute(ONE, {"i": order_id}).one()
    _go(c, matter, order_id, ("review",), "answering", by=by, sent_back=found.sent_back + 1)
    fresh = {**issued, "days": days, "from": clock.now().isoformat()}
    answer = _again(c, matter, fresh, "sent-back", text=note, by=by)
    telling.addressee(c, matter, addressees.named(c, found.person_id, found.person_key), f"书面说明被退回，请重新说明：{note}")
    return answer


def _again(c: Connection, matter: Row[Any], issued: Mapping[str, Any], kind: str, *, text: str, by: str | None) -> dict[str, Any]:
    until = reply_by(c, dt.datetime.fromisoformat(str(issued["from"])).astimezone(UTC), int(issued["days"]))
    c.execute(update(order).where(order.c.id == int(issued["order"])).values(reply_by=until))
    diary.note(c, matter.id, kind, text, by=by, order=int(issued["order"]), until=until.isoformat())
    return {**issued, "reply_by": until.isoformat()}


def escalate(c: Connection, matter: Row[Any], order_id: int, by: str | None) -> None:
    """升级."""
    _go(c, matter, order_id, (*UNANSWERED, "review"), "escalated", by=by, ended_at=clock.now(), ended_by=by)


def closing(c: Connection, matter: Row[Any], notes: Mapping[str, str]) -> tuple[str | None, str]:
    """(who closes it, with which words): the last thing an inspector did, in a step or on the page of the matter."""
    step = c.execute(ACTOR, {"i": matter.instance_id, "elements": ["issue", "review"]}).first()
    said = c.execute(SAID, {"i": matter.id}).first()
    if said is not None and (step is None or said.at >= step.ended_at):
        return said.by, str(said.body.get("note") or said.text)
    return (step.ended_by if step else None), notes["review_note"] or notes["issue_note"]


def end(c: Connection, matter: Row[Any], state: str, by: str | None, note: str) -> None:
    """The ladder ends; an order that is still open is closed with it."""
    found = newest(c, matter.id)
    if found is not None and found.state in LIVE:
        _go(c, matter, found.id, LIVE, "closed", by=by, ended_at=clock.now(), ended_by=by)
    diary.note(c, matter.id, state, note, by=by)
    ladder.change(c, matter.id, state=state, closed_at=clock.now(), closed_by=by, note=note)


def last_actor(c: Connection, matter: Row[Any], *elements: str) -> str | None:
    """Who did one of these steps of the ladder last."""
    row = c.execute(ACTOR, {"i": matter.instance_id, "elements": list(elements)}).first()
    return row.ended_by if row else None


def _go(c: Connection, matter: Row[Any], order_id: int, before: tuple[str, ...], to: str, *, by: str | None, **values: Any) -> None:
    moved = c.execute(GO.values(state=to, **values), {"i": order_id, "before": list(before)}).rowcount
    if moved != 1:
        raise InvalidState("这份文书的状态已经变化，请刷新后再试。")
    diary.note(c, matter.id, to, ORDER_STATES[to], by=by, order=order_id)
