"""What inspectors do on the page of a matter: order by hand, remind, extend the reply, escalate, close, decide about a lead, void a paper.

Each raises NotAllowed for anybody who does not act for the line there or must stand aside. Signing and judging an explanation are steps
of the ladder and are done like every other step. None of these acts touches the supervised case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from engine.errors import InvalidState, InvalidValues, NotFound
from engine.people import Participant
from engine.runtime import access, messages
from engine.runtime import case as cases
from engine.runtime.tables import deadline_clock, subscription, work_item
from engine.supervision import addressees, diary, ladder, leads, papers, recusal, telling
from engine.supervision.ladder import DECIDED, ESCALATED, EXTENDED, SETTLED, Matter
from engine.supervision.lines import DISCIPLINE, RED, must_act
from engine.supervision.papers import Content

LONGEST, MOST_DAYS = 1000, 60
WAITS = select(subscription.c.id).where(subscription.c.instance_id == bindparam("i"), subscription.c.name == bindparam("name"))
CLOCK_OF = (select(deadline_clock.c.id, deadline_clock.c.rule).where(
    deadline_clock.c.instance_id == bindparam("case"), deadline_clock.c.element_id == bindparam("element"))
    .order_by(deadline_clock.c.id.desc()).limit(1))


@dataclass(frozen=True)
class Wish:
    """What an inspector wants written into an order."""

    reason: str
    demand: str
    days: int | None = None
    person: str | None = None

    def decision(self, by: Participant) -> dict[str, Any]:
        """As the diagram is told. Raises InvalidValues."""
        _said(self.reason, "reason", "请写明督办事由")
        _said(self.demand, "demand", "请写明要求")
        if self.days is not None:
            _days(self.days)
        return {"act": "order", "reason": self.reason.strip(), "demand": self.demand.strip(), "days": self.days, "person": self.person,
                "by": by.id}


def by_hand(c: Connection, item_id: str, line: str, wish: Wish, *, by: Participant) -> int:
    """Order about any step in scope, late or not. Answers the ladder, whose draft then waits to be signed."""
    item = c.execute(cases.ITEM, {"i": item_id}).first()
    if item is None or not access.may_see(c, by, cases.peeked(c, item.instance_id).row):
        raise NotFound(item=item_id, person=by.id)
    must_act(by, line, item.unit_path)
    decision = wish.decision(by)
    ladder_id, begun = ladder.start(c, _matter(c, item), line, by=by, decision=decision)
    recusal.must_be_free(c, ladder.one(c, ladder_id), by)
    if not begun:
        order(c, ladder_id, wish, by=by)
    return ladder_id


def _matter(c: Connection, item: Row[Any]) -> Matter:
    known = c.execute(CLOCK_OF, {"case": item.instance_id, "element": item.element_id}).first()
    return Matter(item.instance_id, item.case_number, item.title, item.element_id, item.name, item.link, known.rule if known else "",
                  item.unit_id, item.unit_path, known.id if known else None)


def order(c: Connection, ladder_id: int, wish: Wish, *, by: Participant) -> dict[str, Any]:
    """Do not wait for the next rung: draft an order now."""
    matter = _free(c, ladder_id, by)
    return _decide(c, matter, DECIDED, wish.decision(by), said=("要求拟发督办文书。", by))


def close(c: Connection, ladder_id: int, note: str, *, by: Participant) -> dict[str, Any]:
    """销号 of a matter on which no document is under way."""
    matter = _free(c, ladder_id, by)
    _said(note, "note", "请写明销号的理由")
    return _decide(c, matter, DECIDED, {"act": "close"}, said=(note.strip(), by))


def extend(c: Connection, ladder_id: int, days: int, note: str, *, by: Participant) -> dict[str, Any]:
    """More working days to answer."""
    matter = _free(c, ladder_id, by)
    _said(note, "note", "请写明延长的理由")
    _days(days)
    payload = {"days": days, "note": note.strip(), "by": by.id}
    return _decide(c, matter, EXTENDED, payload, said=(f"延长回复期限 {days} 个工作日：{note.strip()}", by))


def escalate(c: Connection, ladder_id: int, note: str, *, by: Participant) -> dict[str, Any]:
    """Nobody answers: up to the next document, or to a lead. The words of a lead stay with the lead."""
    matter = _free(c, ladder_id, by)
    _said(note, "note", "请写明升级的理由")
    answer = _decide(c, matter, ESCALATED, {"by": by.id}, said=("升级。", by))
    if matter.line == DISCIPLINE:
        leads.propose(c, matter, note.strip(), by.id)
    return answer


def settle_lead(c: Connection, ladder_id: int, outcome: str, note: str, *, by: Participant) -> dict[str, Any]:
    """What becomes of the lead; the matter is closed with it."""
    matter = _free(c, ladder_id, by)
    _must_wait(c, matter, SETTLED)
    leads.settle(c, matter, outcome, note, by)
    diary.note(c, matter.id, "lead", "已升级事项处置完毕，销号。", by=by.id)
    return messages.correlate(c, SETTLED, {"ladder": matter.id}, {})


def remind(c: Connection, ladder_id: int, words: str, *, by: Participant) -> int:
    """催办: a letter with a number to whoever has the step now. Answers the paper. No rung changes."""
    matter = _free(c, ladder_id, by)
    _said(words, "words", "请写明提醒的内容")
    _must_be_open(matter)
    to = addressees.of(c, matter)
    issued = papers.issue(c, matter, papers.sheet(c, matter, "urge"), to, Content(words.strip(), "请抓紧办理。", None, by.id))
    telling.addressee(c, matter, to, f"{issued.name}（{issued.number}）：{matter.case_number}“{matter.step}” {words.strip()}")
    return int(issued.id)


def void(c: Connection, paper_id: int, reason: str, *, by: Participant) -> None:
    """Say that a paper does not count. Its number is not given again, the rung stays, and the paper stays readable."""
    found = papers.one(c, paper_id)
    matter = _free(c, found.ladder_id, by)
    _said(reason, "reason", "请写明作废的理由")
    if found.voided is not None:
        raise InvalidState(f"{found.number} 已经作废。")
    diary.note(c, matter.id, "voided", f"{found.number} 作废：{reason.strip()}", by=by.id, paper=paper_id)


def remark(c: Connection, ladder_id: int, words: str, *, by: Participant) -> None:
    """A comment on the matter, for its diary."""
    matter = ladder.one(c, ladder_id)
    must_act(by, matter.line, matter.unit_path)
    _said(words, "words", "请写明意见")
    diary.note(c, ladder_id, "remark", words.strip(), by=by.id)


def possible(c: Connection, matter: Row[Any]) -> frozenset[str]:
    """The acts that fit where the ladder stands now: order, close, extend, escalate, settle."""
    if matter.state != ladder.OPEN or matter.instance_id is None:
        return frozenset()
    known = {DECIDED: ("order", *(("close",) if matter.rung >= RED else ())), EXTENDED: ("extend",), ESCALATED: ("escalate",),
             SETTLED: ("settle",)}
    return frozenset(act for name, acts in known.items() if _waits(c, matter, name) for act in acts)


def step_of(c: Connection, matter: Row[Any], by: Participant) -> tuple[str, str] | None:
    """(work item, name) of the step of this ladder that this person may take now."""
    rows = c.execute(select(work_item).where(work_item.c.instance_id == matter.instance_id, work_item.c.state.in_(("open", "claimed"))))
    return next(((row.id, row.name) for row in rows if access.may_do(row, by)), None)


def _decide(c: Connection, matter: Row[Any], name: str, payload: Mapping[str, Any], *, said: tuple[str, Participant]) -> dict[str, Any]:
    """Tell the ladder what an inspector decided; `said` is what stands in its diary, and who."""
    text, by = said
    _must_wait(c, matter, name)
    if payload.get("act") == "close" and matter.rung < RED:
        raise InvalidState("黄牌阶段不需要销号：按期办结后自动结束。")
    diary.note(c, matter.id, "decided", text, by=by.id, note=text)
    return messages.correlate(c, name, {"ladder": matter.id}, payload)


def _waits(c: Connection, matter: Row[Any], name: str) -> bool:
    return c.execute(WAITS, {"i": matter.instance_id, "name": name}).first() is not None


def _must_wait(c: Connection, matter: Row[Any], name: str) -> None:
    _must_be_open(matter)
    cases.locked(c, matter.instance_id)
    if not _waits(c, matter, name):
        raise InvalidState("这个事项现在的阶段不能这样做，可能刚刚有了变化。请刷新后再看。")


def _must_be_open(matter: Row[Any]) -> None:
    if matter.state != ladder.OPEN:
        raise InvalidState(f"监督事项 {matter.number} 已经结束。")


def _free(c: Connection, ladder_id: int, by: Participant) -> Row[Any]:
    matter = ladder.one(c, ladder_id)
    recusal.must_be_free(c, matter, by)
    return matter


def _said(text: str, field: str, ask: str) -> None:
    if not text.strip() or len(text) > LONGEST:
        raise InvalidValues({field: f"{ask}，不超过 {LONGEST} 字。"})


def _days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidValues({"days": f"工作日数应为 1 至 {MOST_DAYS}。"})
