"""The list of money as a spreadsheet whose first row says who took it out, when, and what it was narrowed to."""

from collections.abc import Sequence
from typing import Any

from engine.cases.case_file import STATUS_WORDS
from engine.cases.money_list import Account
from engine.people import Participant
from web.views.supervision import sheet as spreadsheet

HEADS = ("案号", "案件名称", "案件状态", "应缴（元）", "已缴（元）", "加处罚款（元）", "今天应缴（元）", "应退（元）", "缴款期满", "逾期",
         "票据号", "应收费用未收（元）")
WIDTHS = (26, 40, 10, 12, 12, 14, 14, 12, 12, 8, 30, 18)


def book(found: Sequence[Account], by: Participant, about: str) -> bytes:
    """The list as .xlsx, amounts in 元 as numbers, with their sum in the last row."""
    mark = spreadsheet.taken(by, f"共 {len(found)} 件（{about}）。")
    rows = [_row(one) for one in found]
    sums = ("合计", "", "", *(sum(row[place] for row in rows) for place in range(3, 8)), "", "", "", sum(row[11] for row in rows))
    return spreadsheet.book([("罚没台账", mark, (HEADS, *rows, sums), WIDTHS)], by)


def _row(one: Account) -> tuple[Any, ...]:
    now = one.dues
    amounts = (now.imposed, now.paid, now.surcharge, now.unpaid, now.overpaid)
    return (one.number, one.title, STATUS_WORDS.get(one.status, one.status), *(fen / 100 for fen in amounts),
            now.due_on.isoformat() if now.due_on else "未送达", "是" if now.is_late else "", "、".join(now.receipts), one.costs.open / 100)
