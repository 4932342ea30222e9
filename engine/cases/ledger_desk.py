"""What finance clerks and property keepers of a town see and do: amounts and goods, not the file itself (roles.md R-20, R-21).

A clerk never changes what is to be paid (R-20): that is entered by the legal reviewer, see `revising`.

Every change is written into the case's own record, inside its lock.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select

from engine.cases import case_file, cash, costs, disposals, dues, goods, payments
from engine.cases.case_file import Penalty
from engine.cases.case_tables import penalty
from engine.cases.disposals import Disposal
from engine.cases.dues import CHANGED, LATER, PAUSED, RESUMED, Entry
from engine.cases.goods import Item
from engine.cases.ledger_tables import fiscal_receipt, goods_disposal, goods_item
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.money import yuan
from engine.people import Participant
from engine.runtime import access
from engine.runtime import case as cases

MONEY, GOODS, REVISE = "keep_money", "keep_goods", "revise_dues"
PAGE = 30
RECEIPT_STATES = {"cash": "待上交、待缴存的现金", "open": "待核销", "all": "全部"}

ONLY_READS = {
    MONEY: "罚没款由财务票据员登记，您可以查看。", GOODS: "涉案物品由物品管理员登记，您可以查看。",
    REVISE: "应缴数额由法制员按生效的复议决定书、裁判文书登记变更，财务人员和办案人员不能修改，您可以查看。"}
NOT_TAKEN_BACK = {
    **dict.fromkeys(LATER, "延期、分期由行政机关负责人批准（行政处罚法第六十六条），不能红冲；需要调整的在案件流程里重新申请。"),
    **dict.fromkeys((PAUSED, RESUMED), "停止、恢复计算加处罚款的日期录错的，由法制员在“停止计算加处罚款”里更正，不能红冲。")}
REDECIDED = "这次变更随重新作出的决定产生，不能红冲。"
ACTS = {"hand_over": "接收现金", "bank": "将现金交存银行", "reconcile": "核销票据"}


@dataclass(frozen=True)
class Slip:
    """One receipt of a town. `late`: the cash should have been handed on by now."""

    number: str
    instance_id: int
    case_number: str
    amount: int
    channel: str
    collected_on: str
    collector: str
    hand_over_by: str | None
    bank_by: str | None
    state: str
    late: bool

    @property
    def words(self) -> str:
        """已开票, 已交机关 …"""
        return cash.STATES[self.state]


@dataclass(frozen=True)
class Found:
    """One page of a list."""

    rows: tuple[Any, ...]
    total: int
    page: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(-(-self.total // PAGE), 1)


def account(c: Connection, instance_id: int, by: Participant, capability: str = MONEY) -> Penalty:
    """A case whose money (or goods) this person may read: its clerk or keeper, or whoever sees the case. Raises NotFound."""
    found = case_file.of(c, instance_id)
    if by.may(capability, found.unit_path) or access.may_see(c, by, cases.peeked(c, instance_id).row):
        return found
    raise NotFound("没有这件处罚案件。", instance=instance_id, person=by.id)


def enter(c: Connection, instance_id: int, capability: str, by: Participant, work: Callable[[], str]) -> dict[str, Any]:
    """Do something in a ledger: the case is locked, its file open, the person its clerk, keeper or reviewer; what `work` says is told.

    Raises NotFound, NotAllowed (reads only), InvalidState (frozen file), and what `work` raises.
    """
    found = account(c, instance_id, by, GOODS if capability == GOODS else MONEY)
    case = cases.locked(c, instance_id, by=by)
    case_file.must_be_open(found)
    if not by.may(capability, found.unit_path):
        raise NotAllowed(ONLY_READS[capability], instance=instance_id, person=by.id)
    return case_file.told(case, work())


def pay(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> dict[str, Any]:
    """A clerk notes a payment, see `payments.record`."""
    def work() -> str:
        payments.record(c, instance_id, values, by.id)
        return f"登记{dues.shown(dues.entries(c, instance_id)[-1])}"
    return enter(c, instance_id, MONEY, by, work)


def take_back(c: Connection, instance_id: int, entry_id: int, reason: str, by: Participant) -> dict[str, Any]:
    """Take a wrong entry back, see `dues.take_back`: payments and refunds by the clerk, changes by the legal reviewer; what a step of a
    process entered stays (InvalidState)."""
    account(c, instance_id, by)
    found = next((one for one in dues.entries(c, instance_id) if one.id == entry_id), None)

    def work() -> str:
        if refusal := fixed(found):
            raise InvalidState(refusal, entry=entry_id)
        return f"红冲{dues.shown(dues.take_back(c, instance_id, entry_id, reason, by.id))}，理由：{reason.strip()}"
    return enter(c, instance_id, REVISE if found is not None and found.kind == CHANGED else MONEY, by, work)


def fixed(one: Entry | None) -> str:
    """Why an entry is never taken back at a desk, "" when it may be."""
    if one is None:
        return ""
    return REDECIDED if one.kind == CHANGED and not one.more.get("document") else NOT_TAKEN_BACK.get(one.kind, "")


def refund(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> dict[str, Any]:
    """A clerk notes money that was paid back, see `payments.refund`."""
    def work() -> str:
        payments.refund(c, instance_id, values, by.id)
        made = dues.entries(c, instance_id)[-1]
        rests = made.more.get("rests_on")
        return f"登记{dues.shown(made)}，原因：{made.more['reason']}{f'（{rests}）' if rests else ''}"
    return enter(c, instance_id, MONEY, by, work)


def note_cost(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> dict[str, Any]:
    """A clerk notes a recoverable cost, see `costs.add`."""
    def work() -> str:
        costs.add(c, instance_id, values, by.id)
        return f"登记{costs.of(c, instance_id).lines[-1].words}（与罚没款分开）"
    return enter(c, instance_id, MONEY, by, work)


def take_back_cost(c: Connection, instance_id: int, entry_id: int, reason: str, by: Participant) -> dict[str, Any]:
    """A clerk takes a wrong line of the costs back, see `costs.take_back`."""
    def work() -> str:
        costs.take_back(c, instance_id, entry_id, reason, by.id)
        line = next(one for one in costs.of(c, instance_id).lines if one.id == entry_id)
        return f"红冲{line.words} {yuan(line.amount)} 元，理由：{reason.strip()}"
    return enter(c, instance_id, MONEY, by, work)


def slips(c: Connection, by: Participant, state: str, today: dt.date, page: int = 1) -> Found:
    """Receipts of the clerk's towns: "cash" still on its way, "open" not reconciled, "all"."""
    choices: dict[str, list[Any]] = {
        "cash": [fiscal_receipt.c.hand_over_by.is_not(None), fiscal_receipt.c.state.in_((cash.ISSUED, cash.HANDED))],
        "open": [fiscal_receipt.c.state != cash.RECONCILED]}
    source = select(fiscal_receipt, penalty.c.number.label("case_number")).join(
        penalty, penalty.c.instance_id == fiscal_receipt.c.instance_id)
    where = [within(by, MONEY), *choices.get(state, [])]
    total, number, rows = page_of(c, source, where, page, fiscal_receipt.c.collected_on.desc(), fiscal_receipt.c.number)
    return Found(tuple(_slip(row, today.isoformat()) for row in rows), total, number)


def handle_receipt(c: Connection, number: str, act: str, by: Participant) -> None:
    """hand_over, bank or reconcile a receipt of the clerk's town. Raises NotFound and what `cash` raises."""
    row = c.execute(select(fiscal_receipt.c.instance_id).where(fiscal_receipt.c.number == number)).first()
    if row is None or not by.may(MONEY, case_file.of(c, row.instance_id).unit_path):
        raise NotFound(f"没有票据 {number}。", person=by.id)
    if act not in ACTS:
        raise InvalidValues({"act": "请选择接收、交存或者核销。"})
    case = cases.locked(c, row.instance_id, by=by)
    if act == "hand_over":
        cash.hand_over(c, number, by.id)
    elif act == "bank":
        cash.bank(c, number)
    else:
        cash.reconcile(c, number, by.id)
    case_file.told(case, f"{ACTS[act]}，票据 {number}")


def store(c: Connection, by: Participant, words: str = "", page: int = 1) -> Found:
    """Goods of the keeper's towns with their cases: (item, case number, title), newest first."""
    where = [within(by, GOODS), *like(words, goods_item.c.name, goods_item.c.number)]
    source = select(goods_item, penalty.c.number.label("case_number"), penalty.c.title).join(
        penalty, penalty.c.instance_id == goods_item.c.instance_id)
    total, number, rows = page_of(c, source, where, page, goods_item.c.id.desc())
    items = {item.id: item for item in goods.read(c, rows)}
    return Found(tuple((items[row.id], row.case_number or "", row.title) for row in rows), total, number)


def pending(c: Connection, by: Participant) -> tuple[tuple[Disposal, str, str], ...]:
    """Disposals that wait to be decided, in towns whose cases this person reads: (disposal, case number, title)."""
    paths = tuple({*by.seen_paths(GOODS), *by.seen_paths("read_cases")})
    if not paths:
        return ()
    query = (select(goods_disposal, penalty.c.number, penalty.c.title).join(penalty, penalty.c.instance_id == goods_disposal.c.instance_id)
             .where(goods_disposal.c.state == disposals.PENDING, or_(*(access.under(penalty.c.unit_path, path) for path in paths)))
             .order_by(goods_disposal.c.id))
    rows = c.execute(query).all()
    found = disposals.read(c, rows)
    return tuple((one, row.number or "", row.title) for one, row in zip(found, rows, strict=True))


def item(c: Connection, item_id: int, by: Participant) -> tuple[Item, Penalty]:
    """One item that this person may read, with its case. Raises NotFound."""
    found = goods.one(c, item_id)
    return found, account(c, found.instance_id, by, GOODS)


def within(by: Participant, capability: str) -> Any:
    """The condition that a case lies in a town of this person's."""
    paths = by.seen_paths(capability)
    return or_(*(access.under(penalty.c.unit_path, path) for path in paths)) if paths else penalty.c.instance_id.is_(None)


def like(words: str, *more: Any) -> list[Any]:
    """The conditions that a number, a title or one of the other columns holds what was typed; none when nothing was."""
    said = words.strip()
    return [or_(*(column.contains(said, autoescape=True) for column in (penalty.c.number, penalty.c.title, *more)))] if said else []


def page_of(c: Connection, source: Any, where: list[Any], page: int, *order: Any) -> tuple[int, int, Sequence[Any]]:
    """(how many there are, the page that is shown, its rows); newest cases first unless an order is given."""
    total = int(c.execute(select(func.count()).select_from(source.where(*where).subquery())).scalar_one())
    number = max(min(page, -(-total // PAGE)), 1)
    query = source.where(*where).order_by(*(order or (penalty.c.instance_id.desc(),))).limit(PAGE).offset((number - 1) * PAGE)
    return total, number, c.execute(query).all()


def _slip(row: Any, today: str) -> Slip:
    by_day = {cash.ISSUED: row.hand_over_by, cash.HANDED: row.bank_by}.get(row.state)
    late = by_day is not None and by_day < today
    return Slip(row.number, row.instance_id, row.case_number or "", row.amount, row.channel, row.collected_on, row.collector,
                row.hand_over_by, row.bank_by, row.state, late)
