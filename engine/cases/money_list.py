"""The money of a town's penalty cases as a list: looked for, narrowed by how a case stands, a page at a time or whole.

How a case stands follows from its entries and the day alone, so what is narrowed is read whole first, in as many queries as a page takes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine.cases import costs, dues
from engine.cases.case_tables import penalty
from engine.cases.costs import Costs
from engine.cases.dues import Dues
from engine.cases.ledger_desk import MONEY, PAGE, Found, like, page_of, within
from engine.cases.ledger_tables import cost_entry, due_entry
from engine.people import Participant

STATES = {"": "全部", "owing": "欠缴", "late": "逾期", "settled": "缴清", "refund": "应退"}
EXPORT_LIMIT = 20_000
TESTS: Mapping[str, Callable[[Dues], bool]] = {
    "owing": lambda one: one.unpaid > 0, "late": lambda one: one.is_late, "settled": lambda one: one.is_settled,
    "refund": lambda one: one.overpaid > 0}
NO_COSTS = Costs(0, 0, ())


@dataclass(frozen=True)
class Account:
    """One case in the list of a town's money."""

    instance_id: int
    number: str
    title: str
    status: str
    dues: Dues
    costs: Costs


def page(c: Connection, by: Participant, words: str = "", state: str = "", number: int = 1) -> Found:
    """Cases of the clerk's towns in which something was imposed, newest first; of one state where one is asked for."""
    where = _where(by, words)
    if state not in TESTS:
        total, shown, rows = page_of(c, select(penalty), where, number)
        return Found(_accounts(c, rows, [row.instance_id for row in rows]), total, shown)
    found = _of_state(c, where, state)
    shown = max(min(number, -(-len(found) // PAGE)), 1)
    return Found(found[(shown - 1) * PAGE:shown * PAGE], len(found), shown)


def every(c: Connection, by: Participant, words: str = "", state: str = "") -> tuple[Account, ...]:
    """The whole list, at most EXPORT_LIMIT."""
    return _of_state(c, _where(by, words), state)[:EXPORT_LIMIT]


def said(words: str, state: str) -> str:
    """What the list was narrowed to, in words, for whoever reads the record of an export."""
    return f"{STATES.get(state, STATES[''])}{f'，“{words.strip()}”' if words.strip() else ''}"


def _where(by: Participant, words: str) -> list[Any]:
    return [within(by, MONEY), penalty.c.instance_id.in_(select(due_entry.c.instance_id)), *like(words)]


def _of_state(c: Connection, where: Sequence[Any], state: str) -> tuple[Account, ...]:
    rows = c.execute(select(penalty).where(*where).order_by(penalty.c.instance_id.desc())).all()
    found, test = _accounts(c, rows, select(penalty.c.instance_id).where(*where)), TESTS.get(state)
    return found if test is None else tuple(one for one in found if test(one.dues))


def _accounts(c: Connection, rows: Sequence[Any], cases: Any) -> tuple[Account, ...]:
    money = dues.of_many(c, cases)
    spent = c.execute(select(cost_entry.c.instance_id).where(cost_entry.c.instance_id.in_(cases)).distinct()).scalars().all()
    known = {case: costs.of(c, case) for case in sorted(spent)}
    return tuple(Account(row.instance_id, row.number or "", row.title, row.status, money[row.instance_id],
                         known.get(row.instance_id, NO_COSTS)) for row in rows)
