"""How goods leave: asked for, approved by the head or whoever may for the head, then done and recorded (行政强制法第二十七条、第二十八条).

Return, destruction, auction, handing over, and going out for examination, from which they come back.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.cases import case_file, goods, rule_days
from engine.cases.goods import BACK, OUT, Item, Moving, shown
from engine.cases.ledger_tables import goods_disposal, goods_disposal_line, goods_move, goods_notice
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound, TooEarly
from engine.people import authorisations, directory

RETURN, DESTROY, AUCTION, HAND_OVER, EXAMINE = "return", "destroy", "auction", "hand_over", "examine"
KINDS = {RETURN: "退还当事人", DESTROY: "销毁", AUCTION: "拍卖、变卖", HAND_OVER: "移送其他机关", EXAMINE: "送检、鉴定（用后归还）"}
PENDING, APPROVED, REFUSED = "pending", "approved", "refused"
STATES = {PENDING: "待批准", APPROVED: "已批准", REFUSED: "未批准"}
UNCLAIMED = "DL-B6"
APPROVERS = ("head", "leader")
NEEDS = {
    RETURN: {"receiver": "请填写领取人姓名。", "receiver_identity": "请填写领取人证件核对情况。"},
    DESTROY: {"method": "请写明销毁的方式。", "site": "请写明销毁的地点。"},
    AUCTION: {"buyer": "请填写拍卖、变卖的受托机构或者买受人。", "proceeds": "请填写价款（元），价款上缴国库。"},
    HAND_OVER: {"receiver": "请填写接收机关。", "receipt": "请填写接收回执号。"},
    EXAMINE: {"receiver": "请填写检验、鉴定机构。", "receipt": "请填写委托书文号。"}}
OF_CASE = select(goods_disposal).where(goods_disposal.c.instance_id == bindparam("i")).order_by(goods_disposal.c.id)
ONE = select(goods_disposal).where(goods_disposal.c.id == bindparam("i"))
LINES = (select(goods_disposal_line).where(goods_disposal_line.c.disposal_id.in_(bindparam("ids", expanding=True)))
         .order_by(goods_disposal_line.c.disposal_id, goods_disposal_line.c.item_id))
USED = (select(goods_move.c.disposal_id, goods_move.c.item_id, goods_move.c.kind, goods_move.c.quantity)
        .where(goods_move.c.disposal_id.in_(bindparam("ids", expanding=True))).order_by(goods_move.c.id))
NOTICES = select(goods_notice).where(goods_notice.c.instance_id == bindparam("i")).order_by(goods_notice.c.id)


@dataclass(frozen=True)
class Line:
    """How much of an item may leave, how much has left, how much came back."""

    item_id: int
    quantity: int
    left: int
    back: int


@dataclass(frozen=True)
class Disposal:
    """One request and what was decided."""

    id: int
    instance_id: int
    kind: str
    reasons: str
    asked_by: str
    asked_at: dt.datetime
    state: str
    decided_by: str | None
    decided_at: dt.datetime | None
    decided_why: str
    lines: tuple[Line, ...]

    @property
    def words(self) -> str:
        """退还当事人, 销毁 …"""
        return KINDS[self.kind]

    @property
    def state_words(self) -> str:
        """待批准, 已批准, 未批准 or 已执行."""
        return "已执行" if self.is_done else STATES[self.state]

    @property
    def is_done(self) -> bool:
        """Everything it allows has left."""
        return self.state == APPROVED and all(line.left == line.quantity for line in self.lines)


@dataclass(frozen=True)
class Notice:
    """A public notice to claim goods that nobody fetched."""

    id: int
    items: tuple[int, ...]
    announced_on: dt.date
    ends_on: dt.date
    where: str


def of(c: Connection, instance_id: int) -> tuple[Disposal, ...]:
    """All requests of a case, oldest first."""
    return read(c, c.execute(OF_CASE, {"i": instance_id}).all())


def one(c: Connection, disposal_id: int) -> Disposal:
    """One request. Raises NotFound."""
    row = c.execute(ONE, {"i": disposal_id}).first()
    if row is None:
        raise NotFound("没有这件处置申请。")
    return read(c, [row])[0]


def read(c: Connection, rows: Sequence[Any]) -> tuple[Disposal, ...]:
    """Rows of `goods_disposal` with their lines and what was done by them."""
    ids = [row.id for row in rows]
    used: dict[tuple[int, int, str], int] = {}
    for move in c.execute(USED, {"ids": ids}) if ids else ():
        key = (move.disposal_id, move.item_id, move.kind)
        used[key] = used.get(key, 0) + move.quantity
    lines: dict[int, list[Line]] = {number: [] for number in ids}
    for row in c.execute(LINES, {"ids": ids}) if ids else ():
        left, back = (used.get((row.disposal_id, row.item_id, kind), 0) for kind in (OUT, BACK))
        lines[row.disposal_id].append(Line(row.item_id, row.quantity, left, back))
    return tuple(Disposal(row.id, row.instance_id, row.kind, row.reasons, row.asked_by, row.asked_at, row.state, row.decided_by,
                          row.decided_at, row.decided_why or "", tuple(lines[row.id])) for row in rows)


def ask(c: Connection, instance_id: int, kind: str, wanted: Mapping[int, int], said: tuple[str, str]) -> int:
    """Ask for goods to leave. wanted: quantity by item id; said: (reasons, by). Answers the request's id.

    Raises InvalidValues, NotFound (not of this case), InvalidState (more than lies in the store and is not asked for already).
    """
    reasons, by = said
    if kind not in KINDS or not wanted:
        raise InvalidValues({"kind": "请选择处置方式和物品。"})
    if not reasons.strip():
        raise InvalidValues({"reasons": "请写明处置的理由和依据，例如解除扣押决定书文号。"})
    for item_id, number in sorted(wanted.items()):
        item = goods.held(c, item_id)
        free = item.stored - _promised(c, item)
        if item.instance_id != instance_id:
            raise NotFound("没有这件物品。", item=item_id)
        if not 0 < number <= free:
            raise InvalidState(f"“{item.name}”可申请处置的数量为 {shown(max(free, 0))} {item.unit_of_quantity}（已在其他申请中的除外）。")
    row = {"instance_id": instance_id, "kind": kind, "reasons": reasons.strip(), "asked_by": by, "asked_at": clock.now(), "state": PENDING}
    made = int(c.execute(insert(goods_disposal).returning(goods_disposal.c.id), row).scalar_one())
    c.execute(insert(goods_disposal_line), [{"disposal_id": made, "item_id": item, "quantity": n} for item, n in sorted(wanted.items())])
    return made


def decide(c: Connection, disposal_id: int, approved: bool, why: str, by: str) -> Disposal:
    """The head approves or refuses, or a leader, or whoever has a letter for it; never the keeper or who asked.

    Raises NotFound, NotAllowed, InvalidState (decided already), InvalidValues (refused without a reason).
    """
    row = c.execute(ONE.with_for_update(), {"i": disposal_id}).first()
    if row is None:
        raise NotFound("没有这件处置申请。")
    if row.state != PENDING:
        raise InvalidState("这件处置申请已经审批。", disposal=disposal_id)
    _may_approve(c, row, by)
    if not approved and not why.strip():
        raise InvalidValues({"decided_why": "不批准请写明理由。"})
    c.execute(update(goods_disposal).where(goods_disposal.c.id == disposal_id).values(
        state=APPROVED if approved else REFUSED, decided_by=by, decided_at=clock.now(), decided_why=why.strip()))
    return one(c, disposal_id)


def carry_out(c: Connection, disposal_id: int, item_id: int, values: Mapping[str, Any], by: str) -> Item:
    """Let goods out as approved, and record how. values: quantity (thousandths; else everything still allowed), photos, and by kind:
    receiver, receiver_identity; method, site, people (two), supervisor; buyer, proceeds; receiver, receipt; proof of absence for unclaimed.

    Raises InvalidState (not approved, more than approved), InvalidValues, TooEarly (unclaimed goods before their notice ends), NotAllowed.
    """
    item = goods.held(c, item_id)
    asked = one(c, disposal_id)
    line = next((line for line in asked.lines if line.item_id == item_id), None)
    if asked.state != APPROVED or line is None:
        raise InvalidState(f"“{item.name}”没有经批准的处置意见，不得出库。请先申请处置审批。", item=item_id)
    if by != item.keeper:
        raise NotAllowed("涉案物品由保管人办理出库。", person=by, item=item_id)
    number = int(values.get("quantity") or line.quantity - line.left)
    if not 0 < number <= line.quantity - line.left:
        raise InvalidState(f"批准处置 {shown(line.quantity)} {item.unit_of_quantity}，已出库 {shown(line.left)}，"
                           f"不能再出库 {shown(number)}。")
    more = _record(c, asked, item, values)
    return goods.let_out(c, item, Moving(OUT, number, item.place, item.keeper, disposal_id, more), by)


def bring_back(c: Connection, disposal_id: int, item_id: int, values: Mapping[str, Any], by: str) -> Item:
    """What went out to be examined returns to the store. values: quantity (else all), place, condition, used_up (in the examination).

    Raises InvalidState: nothing of it is out.
    """
    item, asked = goods.held(c, item_id), one(c, disposal_id)
    line = next((line for line in asked.lines if line.item_id == item_id), None)
    outside = 0 if line is None or asked.kind != EXAMINE else line.left - line.back
    number = int(values.get("quantity") or outside)
    if not 0 < number <= outside:
        raise InvalidState(f"送检未归还的数量为 {shown(outside)} {item.unit_of_quantity}。", item=item_id)
    last = item.moves[-1]
    place = str(values.get("place") or last.place)
    return goods.bring_back(c, item, Moving(BACK, number, place, by, disposal_id, {"condition": str(values.get("condition") or "")}), by)


def announce(c: Connection, instance_id: int, items: Sequence[int], where: str, by: str) -> Notice:
    """Announce that goods wait to be claimed; the notice ends after the days that local law sets (DL-B6).

    Raises InvalidValues, NotFound, DeadlineRefused while the town has not set the days.
    """
    if not items or not where.strip():
        raise InvalidValues({"where": "请选择物品，并写明公告张贴或者刊登的地方。"})
    mine = {item.id for item in goods.of(c, instance_id) if item.stored}
    if not set(items) <= mine:
        raise NotFound("没有这件物品，或者不在库中。")
    ends = rule_days.due(c, UNCLAIMED, clock.today(), case_file.of(c, instance_id).unit_path).day
    row = {"instance_id": instance_id, "items": sorted(items), "announced_on": clock.today().isoformat(), "ends_on": ends.isoformat(),
           "where": where.strip(), "by": by, "at": clock.now()}
    c.execute(insert(goods_notice), row)
    return notices(c, instance_id)[-1]


def notices(c: Connection, instance_id: int) -> tuple[Notice, ...]:
    """The notices of a case."""
    return tuple(Notice(row.id, tuple(row.items), dt.date.fromisoformat(row.announced_on), dt.date.fromisoformat(row.ends_on), row.where)
                 for row in c.execute(NOTICES, {"i": instance_id}))


def _promised(c: Connection, item: Item) -> int:
    """How much of an item other requests already speak for."""
    return sum(line.quantity - line.left for asked in of(c, item.instance_id) if asked.state != REFUSED
               for line in asked.lines if line.item_id == item.id)


def _may_approve(c: Connection, row: Any, by: str) -> None:
    unit = case_file.of(c, row.instance_id).unit_id
    path = directory.unit_of(c, unit).path
    keepers = {item.keeper for item in goods.of(c, row.instance_id)}
    if by == row.asked_by or by in keepers:
        raise NotAllowed("涉案物品的处置由机关负责人批准，申请人和保管人不能批准。", person=by)
    leads = any(post.role in APPROVERS and path.startswith(post.unit_path) for post in directory.participant(c, by).posts)
    if not leads and not authorisations.authorised(c, by, "dispose", clock.today(), unit_id=unit):
        raise NotAllowed("涉案物品的处置由机关负责人批准。", person=by)


def _record(c: Connection, asked: Disposal, item: Item, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is written down about the way goods left. Raises InvalidValues, TooEarly."""
    wrong = {key: words for key, words in NEEDS[asked.kind].items() if not str(values.get(key) or "").strip()}
    if asked.kind == DESTROY:
        wrong |= _witnesses(c, item, values)
    if asked.kind in (DESTROY, RETURN) and not values.get("photos"):
        wrong["photos"] = "请附现场照片。"
    if wrong:
        raise InvalidValues(wrong)
    open_notice = next((one for one in reversed(notices(c, asked.instance_id)) if item.id in one.items), None)
    if asked.kind == AUCTION and open_notice is not None and clock.today() <= open_notice.ends_on:
        raise TooEarly(f"认领公告到 {open_notice.ends_on} 届满，届满后无人认领的才能拍卖、变卖。")
    kept = {key: str(values[key]).strip() for key in NEEDS[asked.kind]}
    return {**kept, "photos": list(values.get("photos") or ()), "people": list(values.get("people") or ()),
            "supervisor": str(values.get("supervisor") or "")}


def _witnesses(c: Connection, item: Item, values: Mapping[str, Any]) -> dict[str, str]:
    """A destruction needs two people who do it and one who supervises; the keeper is none of the supervisors."""
    people, supervisor = list(dict.fromkeys(values.get("people") or ())), str(values.get("supervisor") or "")
    known = directory.names(c, [*people, supervisor])
    wrong = {}
    if len([one for one in people if one in known]) < 2:
        wrong["people"] = "销毁由两人以上执行，请选择两名执行人。"
    if supervisor not in known or supervisor in people or supervisor == item.keeper:
        wrong["supervisor"] = "请选择监督人，不能是执行人或者保管人。"
    return wrong
