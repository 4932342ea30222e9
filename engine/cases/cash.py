"""Cash and receipts: when an officer may take a fine on the spot (行政处罚法第六十八条至第七十一条), and where that money goes from there.

Whoever takes cash never reconciles its receipt.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.cases import case_file, duties, rule_days
from engine.cases.duties import COLLECTOR, RECONCILER, Change
from engine.cases.ledger_tables import due_entry, fiscal_receipt
from engine.errors import Conflict, InvalidState, InvalidValues, NotFound
from engine.money import yuan
from engine.people import directory

Values = Mapping[str, Any]
SUMMARY = "summary_penalty"
LIMITS = {"natural": 200_00, "organisation": 3000_00}
"""The largest fine on the spot, 分 (行政处罚法第五十一条)."""
SOLE_TRADER = "summary_sole_trader_cap"
"""Parameter, 元: a sole trader counts as a citizen unless the town says otherwise."""
SMALL, HARD, REMOTE = "small", "hard", "remote"
GROUNDS = {SMALL: "依法给予一百元以下罚款", HARD: "不当场收缴事后难以执行",
           REMOTE: "边远、水上、交通不便，当事人缴纳确有困难并提出"}
SMALLEST = 100_00
ISSUED, HANDED, BANKED, RECONCILED = "issued", "handed_over", "banked", "reconciled"
STATES = {ISSUED: "已开票", HANDED: "已交机关", BANKED: "已交银行", RECONCILED: "已核销"}
TO_AUTHORITY, TO_BANK = "DL-E3", "DL-E4"
BY_NUMBER = select(fiscal_receipt).where(fiscal_receipt.c.number == bindparam("n")).with_for_update()
TAKEN_BACK = select(due_entry.c.id).where(due_entry.c.voids == bindparam("i"))
ADD = insert(fiscal_receipt)
CHANGE = update(fiscal_receipt).where(fiscal_receipt.c.number == bindparam("n"))


@dataclass(frozen=True)
class Collecting:
    """Cash that an officer takes, and why it may be taken."""

    ground: str
    reason: str
    collector: str


@dataclass(frozen=True)
class Receipt:
    """A fiscal receipt about to be noted. `entry`: the payment it was given for."""

    number: str
    entry: int
    amount: int
    channel: str
    day: dt.date
    by: str
    collecting: Collecting | None = None


def summary_limit(party_kind: str, param: Mapping[str, Any]) -> int:
    """The largest fine on the spot for such a party, in 分 (行政处罚法第五十一条)."""
    if party_kind == "sole_trader":
        return int(float(param.get(SOLE_TRADER, 200)) * 100)
    return LIMITS["natural" if party_kind == "natural" else "organisation"]


def check_summary(c: Connection, instance_id: int, fine: int) -> None:
    """Raises InvalidState when a case decided on the spot has a larger fine than the law allows there."""
    one = case_file.of(c, instance_id)
    limit = summary_limit(one.party.kind, case_file.param(c, instance_id))
    if one.process_key == SUMMARY and fine > limit:
        raise InvalidState(f"行政处罚法第五十一条：对{one.party.kind_words}当场作出的罚款不得超过 {yuan(limit)} 元，"
                           f"{yuan(fine)} 元请转普通程序。", instance=instance_id)


def grounds(process_key: str, fine: int) -> tuple[str, ...]:
    """On which grounds cash may be taken at all for a fine of so much 分; the last two need a reason.

    Sections one and two of article 68 hold for decisions on the spot only, article 69 for every decision.
    """
    on_the_spot = (SMALL, HARD) if fine <= SMALLEST else (HARD,)
    return (*on_the_spot, REMOTE) if process_key == SUMMARY else (REMOTE,)


def collecting(c: Connection, instance_id: int, values: Values, by: str | None) -> Collecting:
    """Check that cash may be taken. values: ground, ground_reason, party_asked, collector (the officer; else whoever enters it).

    Raises InvalidState (行政处罚法第六十七条、第六十八条、第六十九条; the collector reconciles in this case), InvalidValues (no reason; not
    asked for by the party).
    """
    fine = _fine(c, instance_id)
    one = case_file.of(c, instance_id)
    allowed, ground = grounds(one.process_key, fine), str(values.get("ground") or "")
    ground = ground or (SMALL if SMALL in allowed else "")
    reason, collector = str(values.get("ground_reason") or "").strip(), str(values.get("collector") or by or "")
    if ground not in allowed:
        others = "；".join(GROUNDS[key] for key in allowed if key != SMALL)
        raise InvalidState(f"行政处罚法第六十七条、第六十八条：罚款 {yuan(fine)} 元不能当场收缴现金，请当事人到银行或者通过电子支付"
                           f"系统缴纳。只有{others}的除外，须选择并写明理由。", instance=instance_id)
    if ground != SMALL and not reason:
        raise InvalidValues({"ground_reason": "请写明当场收缴的具体理由（行政处罚法第六十八条、第六十九条）。"})
    if ground == REMOTE and not values.get("party_asked"):
        raise InvalidValues({"party_asked": "行政处罚法第六十九条：须经当事人提出，请确认并附当事人的申请。"})
    duties.take(c, instance_id, Change(COLLECTOR, collector, GROUNDS[ground], by=by))
    return Collecting(ground, reason, collector)


def issue(c: Connection, instance_id: int, one: Receipt) -> None:
    """Note a receipt; its number is used once. Raises Conflict.

    The same number may be noted again only after its payment was taken back as wrongly entered.
    """
    known = c.execute(BY_NUMBER, {"n": one.number}).first()
    if known is not None and (known.instance_id != instance_id or c.execute(TAKEN_BACK, {"i": known.entry_id}).first() is None):
        raise Conflict(f"财政票据 {one.number} 已经用过，一张票据只能登记一次，请核对票据号。")
    town = case_file.of(c, instance_id)
    cash_in_hand = one.collecting is not None
    by_day = rule_days.due(c, TO_AUTHORITY, one.day, town.unit_path).day.isoformat() if cash_in_hand else None
    row = {"unit_id": town.unit_id, "instance_id": instance_id, "entry_id": one.entry, "amount": one.amount, "channel": one.channel,
           "ground": one.collecting.ground if one.collecting else "", "collected_on": one.day.isoformat(),
           "collector": one.collecting.collector if one.collecting else one.by, "hand_over_by": by_day, "state": ISSUED, "by": one.by,
           "at": clock.now()}
    if known is None:
        c.execute(ADD, {"number": one.number, **row})
    else:
        c.execute(CHANGE.values(**row), {"n": one.number})


def hand_over(c: Connection, number: str, received_by: str) -> None:
    """Cash reached the authority today; two working days later at the latest it is at the bank (行政处罚法第七十一条).

    Raises NotFound, InvalidState (no cash, handed over already, received by the one who took it).
    """
    row = _held(c, number)
    if row.hand_over_by is None or row.state != ISSUED:
        raise InvalidState(f"票据 {number} 不是待上交的现金。")
    if row.collector == received_by:
        raise InvalidState("当场收缴的罚款由财务人员接收，不能由收缴人自己登记上交。", person=received_by)
    path = directory.unit_of(c, row.unit_id).path
    bank_by = rule_days.due(c, TO_BANK, clock.today(), path).day.isoformat()
    today = clock.today().isoformat()
    c.execute(CHANGE.values(state=HANDED, handed_over_on=today, received_by=received_by, bank_by=bank_by), {"n": number})


def bank(c: Connection, number: str) -> None:
    """Cash was paid in at the bank today. Raises NotFound, InvalidState."""
    if _held(c, number).state != HANDED:
        raise InvalidState(f"票据 {number} 的现金还没有交到机关，或者已经交到银行。")
    c.execute(CHANGE.values(state=BANKED, banked_on=clock.today().isoformat()), {"n": number})


def reconcile(c: Connection, number: str, person_id: str) -> None:
    """Receipt and money were compared (核销).

    Raises NotFound, InvalidState: cash not yet at the bank, done already, or by the collector.
    """
    row = _held(c, number)
    if row.state == RECONCILED:
        raise InvalidState(f"票据 {number} 已经核销。")
    if row.hand_over_by is not None and row.state != BANKED:
        raise InvalidState(f"票据 {number} 的现金还没有交到银行，不能核销。")
    if row.hand_over_by is not None:
        duties.take(c, row.instance_id, Change(RECONCILER, person_id, by=person_id))
    c.execute(CHANGE.values(state=RECONCILED, reconciled_on=clock.today().isoformat(), reconciled_by=person_id), {"n": number})


def _held(c: Connection, number: str) -> Any:
    row = c.execute(BY_NUMBER, {"n": number}).first()
    if row is None:
        raise NotFound(f"没有票据 {number}。")
    return row


def _fine(c: Connection, instance_id: int) -> int:
    """The fine in the ledger, by which cash is allowed; a change that was taken back does not count."""
    gone = select(due_entry.c.voids).where(due_entry.c.instance_id == instance_id, due_entry.c.voids.is_not(None))
    newest = (select(due_entry.c.amount).where(due_entry.c.instance_id == instance_id, due_entry.c.part == "fine",
                                               due_entry.c.kind.in_(("imposed", "changed")), due_entry.c.id.not_in(gone))
              .order_by(due_entry.c.id.desc()).limit(1))
    return int(c.execute(newest).scalar() or 0)
