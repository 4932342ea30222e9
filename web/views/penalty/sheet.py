"""The list of penalty cases as a spreadsheet or as plain text; either says who took it out, and no cell can become a formula."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from engine import clock
from engine.cases.case_list import Line
from engine.people import Participant
from web.views.supervision import sheet as spreadsheet

HEADS = ("案号", "案件编号", "案件名称", "当事人", "事项", "状态", "当前步骤", "办理人", "步骤截止", "法定期限", "法定届满", "承办、协办",
         "立案日期", "结案日期")
WIDTHS = (26, 20, 40, 20, 24, 10, 18, 12, 17, 24, 17, 18, 12, 12)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def book(lines: Sequence[Line], by: Participant, about: str) -> bytes:
    """The list as .xlsx."""
    mark = spreadsheet.taken(by, f"共 {len(lines)} 件（{about}）。")
    return spreadsheet.book([("处罚案件", mark, (HEADS, *map(_row, lines)), WIDTHS)], by)


def text(lines: Sequence[Line], by: Participant) -> bytes:
    """The list as CSV, in UTF-8 with the mark by which office programs know it."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([spreadsheet.taken(by, f"共 {len(lines)} 件。")])
    writer.writerow(HEADS)
    writer.writerows([_plain(value) for value in _row(line)] for line in lines)
    return stream.getvalue().encode("utf-8-sig")


def _row(line: Line) -> tuple[Any, ...]:
    return (line.number, line.case_number, line.title, line.party, line.item_name, line.status_words, line.step, line.holder, line.due_at,
            line.law, line.law_due_at, "、".join(line.officers), _day(line.filed_on), _day(line.closed_on))


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _plain(value: Any) -> str:
    """As text that no program takes for a formula."""
    if value is None:
        return ""
    said = f"{clock.local(value):%Y-%m-%d %H:%M}" if hasattr(value, "tzinfo") else str(value)
    return f"'{said}" if said.startswith(FORMULA) else said
