"""The money of a penalty case: what was imposed, what is due, what was paid and what is still to be paid. Entries are only ever added.

An entry that was wrong is taken back by another one. All amounts are integer 分, all days are days in Asia/Shanghai. Recoverable costs are
kept apart (see `costs`), and nothing here is ever anybody's performance (行政处罚法第七十四条).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine import clock
from engine.cases import rule_days, surcharge
from engine.cases.ledger_tables import due_entry
from engine.cases.surcharge import Debt, Part, Pause, Schedule
from engine.errors import InvalidState, InvalidValues, NotFound
from engine.money import yuan
from engine.runtime.tables import deadline_clock

FINE, GAINS = "fine", "gains"
PARTS = {FINE: "罚款", GAINS: "没收违法所得"}
IMPOSED, CHANGED, DEFERRED, PAID, REFUNDED, PLAN, PAUSED, RESUMED, VOIDED = (
    "imposed", "changed", "deferred", "paid", "refunded", "plan", "paused", "resumed", "voided")
KINDS = {IMPOSED: "决定", CHANGED: "变更", DEFERRED: "暂缓", PAID: "缴款", REFUNDED: "退款", PLAN: "分期", PAUSED: "加处停止计算",
         RESUMED: "加处恢复计算", VOIDED: "红冲"}
LATER = (PLAN, DEFERRED)
"""Entries that allow to pay later; each replaces the days to pay from its own day on."""
CHANNELS = {"bank": "银行代收", "electronic": "电子支付", "cash": "当场收缴", "court": "法院执行", "auction": "拍卖抵缴"}
PAYMENT_RULE = "DL-E1"
OF_CASE = select(due_entry).where(due_entry.c.instance_id == bindparam("i")).order_by(due_entry.c.id)
ADD = insert(due_entry).returning(due_entry.c.id)
TO_PAY = select(deadline_clock.c.instance_id, deadline_clock.c.due_at).where(deadline_clock.c.rule == PAYMENT_RULE)


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `day` is the day it counts from: of the decision, the payment, the approval, the pause."""

    id: int
    kind: str
    part: str
    amount: int
    day: dt.date
    channel: str
    receipt: str
    payer: str
    voids: int | None
    more: Mapping[str, Any]
    by: str | None
    at: dt.datetime

    @property
    def words(self) -> str:
        """决定, 缴款 …"""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Instalment:
    """One part of a plan and how it stands: paid, due (still to come) or missed."""

    due_on: dt.date
    amount: int
    unpaid: int
    state: str

    @property
    def paid(self) -> int:
        """How much of it was paid."""
        return self.amount - self.unpaid


@dataclass(frozen=True)
class Dues:
    """How a case stands on a day. `imposed` and `paid` are fine and confiscated gains together; `unpaid` is everything to pay that day."""

    day: dt.date
    imposed: int
    paid: int
    surcharge: int
    surcharge_from: dt.date | None
    capped_on: dt.date | None
    unpaid: int
    plan: tuple[Instalment, ...]
    receipts: tuple[str, ...]
    fine: int
    gains: int
    fine_unpaid: int
    gains_unpaid: int
    surcharge_unpaid: int
    daily: int
    due_on: dt.date | None
    paused: bool
    overpaid: int
    gains_overpaid: int
    entries: tuple[Entry, ...] = field(repr=False, default=())

    @property
    def is_settled(self) -> bool:
        """Something was imposed and nothing of it is left to pay."""
        return self.imposed > 0 and self.unpaid == 0

    @property
    def is_late(self) -> bool:
        """Something is unpaid whose last day has passed, of the decision or of an instalment."""
        return self.unpaid > 0 and (bool(self.missed) or (self.due_on is not None and self.due_on < self.day))

    @property
    def allowed(self) -> Entry | None:
        """The entry that allows to pay later, as it stands; None without one."""
        return next((one for one in reversed(standing(self.entries)) if one.kind in LATER), None)

    @property
    def lowered_by(self) -> str:
        """The decision or judgment on which the newest amount of the fine or the gains rests, "" where it is the authority's own."""
        amounts = [one for one in standing(self.entries) if one.kind in (IMPOSED, CHANGED)]
        newest = (next((one for one in reversed(amounts) if one.part == part), None) for part in PARTS)
        return next((str(one.more["document"]) for one in newest if one is not None and one.more.get("document")), "")

    @property
    def was_lowered(self) -> bool:
        """The fine was changed after a plan was allowed: the difference counts for the first instalments as if it had been paid."""
        plan = self.allowed
        return plan is not None and any(one.kind == CHANGED and one.part == FINE and one.id > plan.id for one in standing(self.entries))

    def over(self, part: str) -> int:
        """What was paid too much for the fine and its surcharge, or for the confiscated gains."""
        return self.gains_overpaid if part == GAINS else self.overpaid - self.gains_overpaid

    @property
    def missed(self) -> tuple[Instalment, ...]:
        """Instalments whose day passed unpaid."""
        return tuple(one for one in self.plan if one.state == "missed")


def of(c: Connection, instance_id: int, *, now: dt.datetime | None = None) -> Dues:
    """How a case stands at a moment (none given: now). A case in which nothing was imposed stands at nought."""
    day = rule_days.day_of(now or clock.now())
    return balance(entries(c, instance_id), day, payable_until(c, instance_id))


def of_many(c: Connection, cases: Any) -> dict[int, Dues]:
    """How several cases stand now, by case, read at once. `cases`: their ids, or a query for them; those without entries are left out."""
    found: dict[int, list[Entry]] = {}
    for row in c.execute(select(due_entry).where(due_entry.c.instance_id.in_(cases)).order_by(due_entry.c.id)):
        found.setdefault(row.instance_id, []).append(_entry(row))
    newest = TO_PAY.where(deadline_clock.c.instance_id.in_(cases)).order_by(deadline_clock.c.id)
    until = {row.instance_id: rule_days.day_of(row.due_at) for row in c.execute(newest)}
    today = clock.today()
    return {case: balance(ledger, today, until.get(case)) for case, ledger in found.items()}


def entries(c: Connection, instance_id: int) -> tuple[Entry, ...]:
    """The whole ledger of a case, what was taken back and the taking back included."""
    return tuple(_entry(row) for row in c.execute(OF_CASE, {"i": instance_id}))


def standing(ledger: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that count: without those taken back."""
    gone = {one.voids for one in ledger}
    return tuple(one for one in ledger if one.kind != VOIDED and one.id not in gone)


def payable_until(c: Connection, instance_id: int) -> dt.date | None:
    """The last day to pay, from the clock that runs since the decision was served (DL-E1); None before that."""
    found = rule_days.running(c, instance_id, PAYMENT_RULE)
    return None if found is None else rule_days.day_of(found.due_at)


def balance(ledger: Sequence[Entry], day: dt.date, due_on: dt.date | None) -> Dues:
    """How a ledger stands at the end of a day. `due_on`: the last day to pay that the law gave, where nothing else was allowed."""
    known = standing(ledger)
    fine, gains = _principal(known, FINE), _principal(known, GAINS)
    paid = {part: _paid(known, part, day) for part in PARTS}
    whole = debt_of(known, due_on)
    debt = whole if _is_stated(known) else None
    accrued = surcharge.total(debt, day) if debt is not None else 0
    to_fine = min(paid[FINE], fine)
    to_surcharge = min(paid[FINE] - to_fine, accrued)
    left = {"fine_unpaid": fine - to_fine, "surcharge_unpaid": accrued - to_surcharge, "gains_unpaid": max(gains - paid[GAINS], 0)}
    plan, gains_over = _plan(known, whole, day), max(paid[GAINS] - gains, 0)
    allowed = [dt.date.fromisoformat(one.more["instalments"][-1][0]) for one in known if one.kind in LATER]
    return Dues(
        day=day, imposed=fine + gains, paid=sum(paid.values()), surcharge=accrued, surcharge_from=_from(debt, day),
        capped_on=surcharge.capped_on(debt, day) if debt is not None and left["fine_unpaid"] else None,
        unpaid=sum(left.values()), plan=plan,
        receipts=tuple(one.receipt for one in known if one.kind == PAID and one.receipt), fine=fine, gains=gains, **left,
        daily=surcharge.daily(debt, day) if debt is not None else 0, due_on=allowed[-1] if allowed else due_on,
        paused=any(pause.holds(day) for pause in _pauses(known)),
        overpaid=paid[FINE] - to_fine - to_surcharge + gains_over, gains_overpaid=gains_over, entries=tuple(ledger))


def debt_of(known: Sequence[Entry], due_on: dt.date | None) -> Debt | None:
    """The fine with its last days to pay; None where there is no fine, or the time to pay has not begun."""
    first = next((one for one in known if one.kind == IMPOSED and one.part == FINE), None)
    if first is None or due_on is None:
        return None
    schedules = [Schedule((Part(due_on, first.amount),))]
    schedules += [Schedule(tuple(Part(dt.date.fromisoformat(due), amount) for due, amount in one.more["instalments"]), one.day)
                  for one in known if one.kind in LATER]
    signs = {PAID: 1, REFUNDED: -1}
    payments = tuple((one.day, signs[one.kind] * one.amount) for one in known if one.kind in signs and one.part == FINE)
    return Debt(_principal(known, FINE), tuple(schedules), payments, _pauses(known))


def write(c: Connection, instance_id: int, entry: "New", by: str | None) -> int:
    """Add an entry; answers its id. Whoever calls holds the case's lock and has checked."""
    row = {"instance_id": instance_id, "kind": entry.kind, "part": entry.part, "amount": entry.amount, "day": entry.day.isoformat(),
           "channel": entry.channel, "receipt": entry.receipt, "payer": entry.payer, "voids": entry.voids, "more": dict(entry.more),
           "by": by, "at": clock.now()}
    return int(c.execute(ADD, row).scalar_one())


@dataclass(frozen=True)
class New:
    """An entry about to be written."""

    kind: str
    day: dt.date
    amount: int = 0
    part: str = FINE
    channel: str = ""
    receipt: str = ""
    payer: str = ""
    voids: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


def take_back(c: Connection, instance_id: int, entry_id: int, reason: str, by: str | None) -> Entry:
    """Take an entry back (红冲): both stay, neither counts. Raises NotFound, InvalidValues (no reason), InvalidState (taken back already,
    or a payment that was paid back since).

    What was imposed is not taken back but changed.
    """
    ledger = entries(c, instance_id)
    found = next((one for one in ledger if one.id == entry_id), None)
    if found is None or found.kind == VOIDED:
        raise NotFound("没有这笔记录。", entry=entry_id)
    if not reason.strip():
        raise InvalidValues({"reason": "请写明红冲的理由。"})
    if found not in standing(ledger):
        raise InvalidState("这笔记录已经红冲。", entry=entry_id)
    if found.kind == IMPOSED:
        raise InvalidState("处罚决定的金额不能红冲；决定被变更或者撤销的，请登记变更。", entry=entry_id)
    left = [one for one in standing(ledger) if one.id != found.id]
    if found.kind == PAID and _paid(left, found.part, dt.date.max) < 0:
        raise InvalidState("这笔缴款已经退过款，请先红冲退款，再红冲缴款。", entry=entry_id)
    cancel(c, instance_id, found, reason.strip(), by)
    return found


def cancel(c: Connection, instance_id: int, found: Entry, reason: str, by: str | None) -> None:
    """Add the entry that takes another one back. Whoever calls has checked that it may be."""
    write(c, instance_id, New(VOIDED, clock.today(), found.amount, found.part, voids=found.id, more={"reason": reason}), by)


def shown(one: Entry) -> str:
    """An entry in one line for the record: 缴款 2,000 元（2026-03-02，银行代收，票据 12345）."""
    told = [one.day.isoformat(), CHANNELS.get(one.channel, ""), f"票据 {one.receipt}" if one.receipt else "",
            str(one.more.get("document") or "")]
    return f"{one.words}{f' {yuan(one.amount)} 元' if one.amount else ''}（{'，'.join(part for part in told if part)}）"


def _is_stated(known: Sequence[Entry]) -> bool:
    """Only a decision that says so brings a surcharge (罚款决定与罚款收缴分离实施办法第七条)."""
    return any(one.kind == IMPOSED and one.part == FINE and one.more.get("surcharge", True) for one in known)


def _principal(known: Sequence[Entry], part: str) -> int:
    amounts = [one.amount for one in known if one.kind in (IMPOSED, CHANGED) and one.part == part]
    return amounts[-1] if amounts else 0


def _paid(known: Sequence[Entry], part: str, day: dt.date) -> int:
    mine = [one for one in known if one.part == part and one.day <= day]
    return sum(one.amount for one in mine if one.kind == PAID) - sum(one.amount for one in mine if one.kind == REFUNDED)


def _pauses(known: Sequence[Entry]) -> tuple[Pause, ...]:
    """Every pause with its end; one that begins while another lasts ends only by its own resumption."""
    ends = {one.more["pause"]: one.day for one in known if one.kind == RESUMED}
    return tuple(Pause(one.day, ends.get(one.id)) for one in known if one.kind == PAUSED)


def _plan(known: Sequence[Entry], debt: Debt | None, day: dt.date) -> tuple[Instalment, ...]:
    if debt is None or not any(one.kind in LATER for one in known):
        return ()
    states = [(part, left) for part, left in surcharge.unpaid(debt, max(day, debt.schedules[-1].since or day))]
    return tuple(Instalment(part.due, part.amount, left, "paid" if not left else "missed" if part.due < day else "due")
                 for part, left in states)


def _from(debt: Debt | None, day: dt.date) -> dt.date | None:
    """The first day that costs more: the day after the first last day to pay that is not met."""
    if debt is None:
        return None
    begun = [one.part.due + surcharge.DAY for one in surcharge.accruals(debt, day) if one.amount]
    coming = [part.due + surcharge.DAY for part, left in surcharge.unpaid(debt, day) if left]
    return min(begun + coming, default=None)


def _entry(row: Any) -> Entry:
    return Entry(row.id, row.kind, row.part, row.amount, dt.date.fromisoformat(row.day), row.channel, row.receipt, row.payer, row.voids,
                 row.more, row.by, row.at)
