"""Why is it not moving: for every open case one sentence, with the person who can move it and what they can do. Reads only.

The first of these that holds is the answer: the case is suspended; something failed; the step that is due first (its holder has left, its
post is vacant, it waits for a party, it lies with somebody, nobody has taken it); a program; a date; a message; nothing at all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select

from engine import clock, definitions
from engine.deadlines import Roll
from engine.definitions import Deployed
from engine.errors import NotAllowed, NotFound
from engine.people import ROLES, Participant, directory
from engine.runtime import access, ledgers
from engine.runtime import case as cases
from engine.runtime.case import RUNNING, SUSPENDED
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import deadline_clock, delegation, incident, job, process_instance, record, subscription, timer, work_item
from engine.supervision import movers
from engine.supervision.movers import Mover, Staff

PAGE = 50
LAST_PAGE = 1_000_000
OPEN_STATES = (RUNNING, SUSPENDED)
_IDS: Any = bindparam("ids", expanding=True)

CASES = select(process_instance).where(process_instance.c.id.in_(_IDS), process_instance.c.status.in_(OPEN_STATES))
TROUBLES = select(incident).where(incident.c.instance_id.in_(_IDS), incident.c.resolved_at.is_(None)).order_by(incident.c.id)
ITEMS = (
    select(work_item, delegation.c.owner.label("delegated_by")).join(delegation, delegation.c.work_item_id == work_item.c.id, isouter=True)
    .where(work_item.c.instance_id.in_(_IDS), work_item.c.state.in_(LIVE_ITEM))
    .order_by(work_item.c.due_at.asc().nulls_last(), work_item.c.created_at, work_item.c.id)
)
JOBS = select(job).where(job.c.instance_id.in_(_IDS), job.c.wait_key.is_not(None), job.c.status.in_(("due", "leased"))).order_by(job.c.id)
TIMERS = select(timer).where(timer.c.instance_id.in_(_IDS), timer.c.status == "due").order_by(timer.c.due_at, timer.c.id)
SUBSCRIPTIONS = select(subscription).where(subscription.c.instance_id.in_(_IDS)).order_by(subscription.c.id)
CLOCKS = select(deadline_clock).where(deadline_clock.c.instance_id.in_(_IDS), deadline_clock.c.status.in_(("running", "suspended")))
MOVED = (
    select(record.c.instance_id, func.max(record.c.at)).where(record.c.instance_id.in_(_IDS), record.c.kind.not_in(("commented", "urged")))
    .group_by(record.c.instance_id)
)
HALTED = (
    select(record.c.instance_id, func.max(record.c.at)).where(record.c.instance_id.in_(_IDS), record.c.kind == "suspended")
    .group_by(record.c.instance_id)
)


class Why(StrEnum):
    """Why a case stands where it stands."""

    SUSPENDED = "suspended"
    TROUBLE = "trouble"
    LEFT = "left"
    VACANT = "vacant"
    PARTY = "party"
    LYING = "lying"
    UNCLAIMED = "unclaimed"
    PROGRAM = "program"
    DATE = "date"
    MESSAGE = "message"
    STUCK = "stuck"


class Can(StrEnum):
    """What the person who is named can do about it."""

    RESUME = "resume"
    RETRY = "retry"
    TRANSFER = "transfer"
    APPOINT = "appoint"
    COMPLETE = "complete"
    HAND_BACK = "hand_back"
    CLAIM = "claim"
    LOOK = "look"
    CANCEL = "cancel"


WHY_WORDS = {
    Why.SUSPENDED: "已挂起", Why.TROUBLE: "有异常", Why.LEFT: "承办人已离岗", Why.VACANT: "岗位空缺", Why.PARTY: "等当事人",
    Why.LYING: "已领未办", Why.UNCLAIMED: "待领取", Why.PROGRAM: "等系统", Why.DATE: "等日期", Why.MESSAGE: "等消息", Why.STUCK: "已停滞",
}
CAN_WORDS = {
    Can.RESUME: "恢复办理", Can.RETRY: "排除原因后重试", Can.TRANSFER: "转给别人办理", Can.APPOINT: "为岗位配备人员", Can.COMPLETE: "办理",
    Can.HAND_BACK: "填写后交回委派人",
    Can.CLAIM: "领取后办理", Can.LOOK: "检查系统", Can.CANCEL: "在不需要再等时终止",
}


@dataclass(frozen=True)
class Standing:
    """Why one open case stands. `since` is when the present waiting began; `item` or `incident` is what the mover acts on."""

    instance_id: int
    number: str
    title: str
    place: str | None
    unit: str
    unit_path: str
    started_at: dt.datetime
    since: dt.datetime
    why: Why
    sentence: str
    mover: Mover | None
    can: Can
    item: str | None = None
    incident: int | None = None

    @property
    def why_words(self) -> str:
        """The kind of waiting in two or three words."""
        return WHY_WORDS[self.why]

    @property
    def can_words(self) -> str:
        """What the mover can do, in words."""
        return CAN_WORDS[self.can]


@dataclass(frozen=True)
class Listed:
    """One page of open cases, the oldest first."""

    lines: tuple[Standing, ...]
    total: int
    page: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


@dataclass
class _Waits:
    """The rows of one case, each kind in its order."""

    troubles: list[Any] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    jobs: list[Any] = field(default_factory=list)
    timers: list[Any] = field(default_factory=list)
    subscriptions: list[Any] = field(default_factory=list)
    clocks: dict[str, Any] = field(default_factory=dict)


def of_case(c: Connection, instance_id: int, by: Participant) -> Standing | None:
    """Why one case stands; None when it has ended. Raises NotFound when this person may not see it."""
    if not access.may_see(c, by, cases.peeked(c, instance_id).row):
        raise NotFound(instance=instance_id, person=by.id)
    return next(iter(of_cases(c, [instance_id])), None)


def listed(c: Connection, by: Participant, *, unit: str = "", page: int = 1) -> Listed:
    """Open cases below the units this person supervises (or below one of them), the oldest first. Raises NotAllowed, NotFound."""
    paths = by.seen_paths("supervise")
    if not paths:
        raise NotAllowed("这份清单只对监督岗位开放。如确有需要，请联系本单位管理员。")
    if unit:
        path = directory.unit_of(c, unit).path
        paths = (path,) if by.may("supervise", path) else ()
    t = process_instance.c
    wanted = (t.status.in_(OPEN_STATES), or_(*(access.under(t.unit_path, path) for path in paths)) if paths else t.id.is_(None))
    total = c.execute(select(func.count()).select_from(process_instance).where(*wanted)).scalar_one()
    number = min(max(1, page), max(1, -(-total // PAGE)))
    query = select(t.id).where(*wanted).order_by(t.started_at, t.id).limit(PAGE).offset((number - 1) * PAGE)
    return Listed(tuple(of_cases(c, list(c.execute(query).scalars()))), total, number)


def of_cases(c: Connection, ids: Sequence[int]) -> list[Standing]:
    """Why these cases stand, in the given order, without those that have ended. The caller has asked who may see them."""
    found = {row.id: row for row in c.execute(CASES, {"ids": list(ids)})}
    rows = [found[one] for one in ids if one in found]
    asked = {"ids": [row.id for row in rows]}
    waits = _waits(c, asked)
    staff = movers.staff(c, (row.unit_path for row in rows), [item for one in waits.values() for item in one.items])
    units = directory.unit_names(c, {row.unit_id for row in rows})
    since: dict[int, dt.datetime] = {row[0]: row[1] for row in c.execute(MOVED, asked)}
    halted = {"ids": [row.id for row in rows if row.status == SUSPENDED]}
    since |= {row[0]: row[1] for row in c.execute(HALTED, halted)}
    return [_Question(c, row, waits[row.id], staff, units.get(row.unit_id, row.unit_id), since.get(row.id, row.started_at)).answer()
            for row in rows]


def _waits(c: Connection, asked: dict[str, Any]) -> dict[int, _Waits]:
    waits: dict[int, _Waits] = defaultdict(_Waits)
    for name, query in (("troubles", TROUBLES), ("items", ITEMS), ("jobs", JOBS), ("timers", TIMERS), ("subscriptions", SUBSCRIPTIONS)):
        for row in c.execute(query, asked):
            getattr(waits[row.instance_id], name).append(row)
    for row in c.execute(CLOCKS, asked):
        waits[row.instance_id].clocks[row.key] = row
    return waits


@dataclass(frozen=True)
class _Question:
    """One case and everything that is known of what it waits for."""

    c: Connection
    row: Any
    waits: _Waits
    staff: Staff
    unit: str
    moved: dt.datetime

    def answer(self) -> Standing:
        waits = self.waits
        if self.row.status == SUSPENDED:
            return self._suspended()
        if waits.troubles:
            return self._trouble(waits.troubles[0])
        if waits.items:
            return self._item(waits.items[0])
        if waits.jobs:
            return self._program(waits.jobs[0])
        return self._event()

    def _say(self, why: Why, can: Can, mover: Mover | None, words: str, **more: Any) -> Standing:
        """`words` says what is waited for; who can do what about it is added. A post that nobody holds is the administrator's business."""
        if mover is None and can is not Can.LOOK:
            can, mover = Can.APPOINT, self.staff.administrator()
        who = f"{mover.said}可以{CAN_WORDS[can]}" if mover else "系统里没有在岗的管理员，请联系上级单位"
        row, since = self.row, more.pop("since", self.moved)
        return Standing(row.id, row.business_key, row.title, row.place, self.unit, row.unit_path, row.started_at, since, why,
                        f"{words}；{who}。".replace("。；", "；"), mover, can, **more)

    def _steers(self) -> Mover | None:
        """Whoever may halt the case, let it go on, and end it."""
        return self.staff.allowed("steer", self.row.unit_path)

    def _suspended(self) -> Standing:
        mover = self._steers()
        return self._say(Why.SUSPENDED, Can.RESUME, mover, f"事项在 {access.said(self.moved)} 挂起，已停{lasting(self.moved)}")

    def _trouble(self, row: Any) -> Standing:
        mover = self.staff.administrator() or self._steers()
        return self._say(Why.TROUBLE, Can.RETRY, mover, f"出现异常：{row.message}", incident=row.id, since=row.created_at)

    # ---------------------------------------------------------------------------------------- steps

    def _item(self, item: Any) -> Standing:
        if item.assignee is None:
            return self._unclaimed(item)
        holder = self.staff.holders.get(item.assignee)
        if holder is None or not holder.active or not self._stays(item, holder):
            return self._left(item, holder)
        since, can = item.claimed_at or item.created_at, Can.HAND_BACK if item.delegated_by else Can.COMPLETE
        words = self._for_party(item)
        if words:
            return self._say(Why.PARTY, can, holder.mover, words, item=item.id, since=since)
        words = f"“{item.name}”在{holder.mover.name}手里已有{lasting(since)}{_late(item)}"
        return self._say(Why.LYING, can, holder.mover, words, item=item.id, since=since)

    def _unclaimed(self, item: Any) -> Standing:
        more = {"item": item.id, "since": item.created_at}
        post = _post(self.c, item.candidate_key)
        if item.candidate_key is None:
            words = f"“{item.name}”没有指定由谁办理，已有{lasting(item.created_at)}{_late(item)}"
            return self._say(Why.VACANT, Can.TRANSFER, self._assigner(item), words, **more)
        mover = self.staff.of_post(item.candidate_key)
        if mover is None:
            words = f"“{item.name}”应由{post}办理，但这个岗位现在没有人，已等{lasting(item.created_at)}{_late(item)}"
            return self._say(Why.VACANT, Can.APPOINT, self.staff.administrator(), words, **more)
        words = self._for_party(item)
        if words:
            return self._say(Why.PARTY, Can.CLAIM, mover, words, **more)
        words = f"“{item.name}”派给{post}已有{lasting(item.created_at)}，还没有人领取{_late(item)}"
        return self._say(Why.UNCLAIMED, Can.CLAIM, mover, words, **more)

    def _left(self, item: Any, holder: movers.Holder | None) -> Standing:
        name = holder.mover.name if holder else item.assignee
        how = "账号已停用" if holder is None or not holder.active else "已不在这个岗位"
        words = f"“{item.name}”还在{name}名下，但{name}{how}{_late(item)}"
        return self._say(Why.LEFT, Can.TRANSFER, self._assigner(item), words, item=item.id, since=item.claimed_at or item.created_at)

    def _stays(self, item: Any, holder: movers.Holder) -> bool:
        """Still the one to do it: named by the diagram or asked to prepare it, and in any post; or from the pool, and still in a post
        that covers the case."""
        element = self._deployed.spec.elements.get(item.element_id)
        named = item.delegated_by or (element is not None and element.gl.get("assignee"))
        return bool(holder.posts) if named else holder.covers(item)

    def _assigner(self, item: Any) -> Mover | None:
        if not self.staff.receivers(item):
            return None
        return self.staff.allowed("assign", item.unit_path)

    def _for_party(self, item: Any) -> str:
        """What to say while the party's period runs; nothing once it is over, or for any other step."""
        limit = self.waits.clocks.get(item.id)
        due = limit.due_at if limit is not None else item.due_at
        if not self._is_party(item.element_id, limit) or (due is not None and due <= clock.now()):
            return ""
        until = f"到 {access.said(due)} 为止" if due else "没有期限"
        return f"“{item.name}”在等当事人，{until}{self._basis(item.element_id, limit)}"

    # ---------------------------------------------------------------------------------------- programs, dates, messages

    def _program(self, row: Any) -> Standing:
        tried = f"，已试 {row.attempts} 次，{access.said(row.due_at)} 再试" if row.attempts and row.status == "due" else ""
        words = f"等系统完成“{row.name or row.topic}”{tried}，完成后自动继续；长时间没有完成时，"
        return self._say(Why.PROGRAM, Can.LOOK, self.staff.administrator(), words.rstrip("，"), since=row.created_at)

    def _event(self) -> Standing:
        mover, can = (self._steers(), Can.CANCEL) if self._deployed.steered else (self.staff.administrator(), Can.LOOK)
        caught = [row for row in self.waits.timers if self._kind(row.element_id) == "intermediateCatchEvent"]
        party = next((row for row in (*caught, *self.waits.subscriptions) if self._is_party(row.element_id, self._limit(row))), None)
        if party is not None:
            until = min((row.due_at for row in caught), default=None)
            end = f"，到 {access.said(until)} 自动继续" if until else "，收到后自动继续"
            basis = self._basis(party.element_id, self._limit(party))
            return self._say(Why.PARTY, can, mover, f"“{self._name(party)}”在等当事人{end}{basis}")
        awaited = next(iter(caught or ([] if self.waits.subscriptions else self.waits.timers)), None)
        if awaited is not None:
            words = f"“{self._name(awaited)}”要等到 {access.said(awaited.due_at)}，到时自动继续，现在不需要人办理"
            return self._say(Why.DATE, can, mover, words)
        if self.waits.subscriptions:
            row = self.waits.subscriptions[0]
            words = f"“{self._name(row)}”在等外部消息“{row.name}”，收到后自动继续"
            return self._say(Why.MESSAGE, can, mover, words, since=row.created_at)
        words = "没有在等任何人、日期、消息或系统，已经停滞"
        return self._say(Why.STUCK, Can.LOOK, self.staff.administrator(), words)

    def _limit(self, row: Any) -> Any:
        """The limit that runs while an event is waited for."""
        return next((one for one in self.waits.clocks.values() if one.element_id == row.element_id), None)

    def _is_party(self, element_id: str, limit: Any) -> bool:
        element = self._deployed.spec.elements.get(element_id)
        if element is not None and element.gl.get("waitsFor") == "party":
            return True
        return limit is not None and bool(limit.rule) and ledgers.Ledger(limit, ()).rule.roll is Roll.PARTY

    def _basis(self, element_id: str, limit: Any) -> str:
        """By which law, in brackets; nothing when none is named."""
        element = self._deployed.spec.elements.get(element_id)
        said = element.gl.get("legalBasis") if element is not None else None
        if limit is not None and limit.rule:
            rule = ledgers.Ledger(limit, ()).rule
            said = f"{rule.id} {rule.law}{rule.article}".strip()
        return f"（依据 {said}）" if said else ""

    def _kind(self, element_id: str) -> str:
        element = self._deployed.spec.elements.get(element_id)
        return element.kind if element is not None else ""

    def _name(self, row: Any) -> str:
        element = self._deployed.spec.elements.get(row.element_id)
        return (element.name if element is not None else "") or row.name or row.element_id

    @property
    def _deployed(self) -> Deployed:
        return definitions.load(self.c, self.row.definition_id)


def lasting(since: dt.datetime) -> str:
    """How long ago, in the one unit that people would use: 20 分钟, 5 小时, 3 天."""
    minutes = int((clock.now() - since).total_seconds() // 60)
    if minutes < 60:
        return f" {max(minutes, 1)} 分钟"
    return f" {minutes // 60} 小时" if minutes < 60 * 48 else f" {minutes // (60 * 24)} 天"


def _late(item: Any) -> str:
    return f"，超期{lasting(item.due_at)}" if item.due_at is not None and item.due_at < clock.now() else ""


def _post(c: Connection, candidate_key: str | None) -> str:
    role, _, unit_id = (candidate_key or "").partition("@")
    name = ROLES[role].name if role in ROLES else role
    return f"{directory.unit_names(c, [unit_id]).get(unit_id, '')}{name}"
