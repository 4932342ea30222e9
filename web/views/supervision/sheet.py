"""Lists and figures as a spreadsheet. Every text is stored as text, so that no cell can become a formula on the reader's machine."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from engine import clock
from engine.people import Participant
from engine.reports.filters import KIND_WORDS, LEVELS, Filters
from engine.reports.steps import Step
from engine.runtime.worklist import STATE_WORDS
from web.words import span

HEADS = ("时限", "超期时长", "编号", "事项", "地点", "类别", "环节", "步骤", "单位", "承办", "状态", "在等什么",
         "到达时间", "截止时间", "时限规定", "期限规则", "催办次数")
WIDTHS = (10, 10, 22, 36, 24, 14, 10, 18, 18, 20, 8, 26, 17, 17, 14, 12, 8)
MOMENT = "yyyy-mm-dd hh:mm"
SHARE = "0.0%"


class Share(float):
    """A number to be shown as a percentage."""


def of(steps: Sequence[Step], by: Participant, filters: Filters) -> bytes:
    """The steps as an .xlsx file, its first row saying who exported it, when, and with which filters."""
    mark = taken(by, f"共 {len(steps)} 行。{filters.text()}。")
    return book([(KIND_WORDS.get(filters.kind, "监督清单"), mark, (HEADS, *map(_row, steps)), WIDTHS)], by)


def taken(by: Participant, about: str) -> str:
    """The watermark of whatever leaves the system: who, when, what."""
    return f"{by.name}（{by.id}）于 {clock.local(clock.now()):%Y-%m-%d %H:%M} 导出，{about}仅限工作使用，不得外传。"


def book(pages: Iterable[tuple[str, str, Sequence[Sequence[Any]], Sequence[int]]], by: Participant) -> bytes:
    """A file of pages (name, watermark, rows with their heads first, widths). Every page names who took it out, also in print."""
    made = Workbook(write_only=True)
    for name, mark, rows, widths in pages:
        page = made.create_sheet(name)
        for number, width in enumerate(widths, 1):
            page.column_dimensions[get_column_letter(number)].width = width
        page.freeze_panes = "A3"
        page.append([_cell(page, mark, bold=True)])
        for number, row in enumerate(rows):
            page.append([_cell(page, value, bold=number == 0) for value in row])
        page.oddFooter.center.text = f"{by.name.replace('&', '＆')} {clock.local(clock.now()):%Y-%m-%d %H:%M}"
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _row(step: Step) -> tuple[Any, ...]:
    late = span(step.late_by) if step.late_by else ""
    return (LEVELS[step.level], late, step.case_number, step.title, step.place or "", step.matter_name, step.link_name, step.name,
            step.unit_name, step.holder_name, STATE_WORDS.get(step.state, "计时中"), step.waits_for, step.since, step.due_at,
            step.limit_text or "", step.rule, step.urged)


def _cell(page: WriteOnlyWorksheet, value: Any, bold: bool = False) -> WriteOnlyCell:
    if isinstance(value, dt.datetime):
        cell = WriteOnlyCell(page, clock.local(value).replace(tzinfo=None))
        cell.number_format = MOMENT
    elif isinstance(value, str):
        cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type, cell.quotePrefix = "s", True
    else:
        cell = WriteOnlyCell(page, value)
        if isinstance(value, Share):
            cell.number_format = SHARE
    if bold:
        cell.font = Font(bold=True)
    return cell
