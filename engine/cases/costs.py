"""Costs that the party must bear beside any fine: of clearing away, of substitute performance (消防法第六十条、行政强制法第五十一条).

A ledger of its own: what is recovered here never counts as a fine, and brings no surcharge.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine import clock
from engine.cases.ledger_tables import cost_entry
from engine.errors import InvalidState, InvalidValues, NotFound
from engine.money import yuan

INCURRED, RECOVERED, VOIDED = "incurred", "recovered", "voided"
KINDS = {INCURRED: "应收费用", RECOVERED: "已收", VOIDED: "红冲"}
OF_CASE = select(cost_entry).where(cost_entry.c.instance_id == bindparam("i")).order_by(cost_entry.c.id)
ADD = insert(cost_entry).returning(cost_entry.c.id)


@dataclass(frozen=True)
class Cost:
    """One line. `day`: on which it arose or was paid."""

    id: int
    kind: str
    amount: int
    day: dt.date
    what: str
    receipt: str
    voids: int | None
    by: str | None
    at: dt.datetime

    @property
    def words(self) -> str:
        """应收费用, 已收 or 红冲."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Costs:
    """What arose, what was recovered, in 分, and every line."""

    incurred: int
    recovered: int
    lines: tuple[Cost, ...]

    @property
    def open(self) -> int:
        """Still to be recovered."""
        return self.incurred - self.recovered


def of(c: Connection, instance_id: int) -> Costs:
    """The costs of a case."""
    lines = tuple(Cost(row.id, row.kind, row.amount, dt.date.fromisoformat(row.day), row.what, row.receipt, row.voids, row.by, row.at)
                  for row in c.execute(OF_CASE, {"i": instance_id}))
    gone = {one.voids for one in lines}
    known = [one for one in lines if one.kind != VOIDED and one.id not in gone]
    sums = {kind: sum(one.amount for one in known if one.kind == kind) for kind in (INCURRED, RECOVERED)}
    return Costs(sums[INCURRED], sums[RECOVERED], lines)


def add(c: Connection, instance_id: int, values: Mapping[str, Any], by: str | None) -> int:
    """Note a cost that arose, or money recovered for it. values: kind, amount (分), day, what (why; the paper it rests on), receipt.

    Raises InvalidValues, InvalidState (more recovered than arose).
    """
    kind, amount, day = str(values.get("kind") or ""), values.get("amount"), values.get("day") or clock.today()
    wrong = {}
    if kind not in (INCURRED, RECOVERED):
        wrong["kind"] = "请选择应收费用或者已收。"
    if not isinstance(amount, int) or amount <= 0:
        wrong["amount"] = "请填写金额。"
    if kind == INCURRED and not str(values.get("what") or "").strip():
        wrong["what"] = "请写明费用的名目和依据，例如代履行费用决算。"
    if kind == RECOVERED and not str(values.get("receipt") or "").strip():
        wrong["receipt"] = "请填写收款票据号。"
    if not isinstance(day, dt.date) or day > clock.today():
        wrong["day"] = "请填写日期，不能晚于今天。"
    if wrong:
        raise InvalidValues(wrong)
    now = of(c, instance_id)
    assert isinstance(amount, int)
    if kind == RECOVERED and amount > now.open:
        raise InvalidState(f"还应收 {yuan(now.open)} 元，不能登记 {yuan(amount)} 元。", instance=instance_id)
    row = {"instance_id": instance_id, "kind": kind, "amount": amount, "day": day.isoformat(),
           "what": str(values.get("what") or "").strip(), "receipt": str(values.get("receipt") or "").strip()[:60], "voids": None,
           "by": by, "at": clock.now()}
    return int(c.execute(ADD, row).scalar_one())


def take_back(c: Connection, instance_id: int, entry_id: int, reason: str, by: str | None) -> None:
    """Take a line back. Raises NotFound, InvalidValues (no reason), InvalidState (taken back already, or recovered money would exceed)."""
    now = of(c, instance_id)
    found = next((one for one in now.lines if one.id == entry_id and one.kind != VOIDED), None)
    if found is None:
        raise NotFound("没有这笔费用记录。", entry=entry_id)
    if not reason.strip():
        raise InvalidValues({"reason": "请写明红冲的理由。"})
    if any(one.voids == entry_id for one in now.lines):
        raise InvalidState("这笔记录已经红冲。", entry=entry_id)
    if found.kind == INCURRED and now.incurred - found.amount < now.recovered:
        raise InvalidState("这笔费用已经收过款，请先红冲收款。", entry=entry_id)
    c.execute(ADD, {"instance_id": instance_id, "kind": VOIDED, "amount": found.amount, "day": clock.today().isoformat(),
                    "what": reason.strip(), "receipt": "", "voids": entry_id, "by": by, "at": clock.now()})
