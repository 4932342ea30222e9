"""A list as a spreadsheet. Every text is stored as text, so that no cell can become a formula on the reader's machine."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from engine import clock
from engine.people import Participant
from engine.runtime.worklist import STATE_WORDS
from engine.supervision.board import LEVELS, Filters, Step
from web.words import span

HEADS = ("时限", "超期时长", "编号", "事项", "地点", "环节", "步骤", "单位", "承办", "状态", "在等什么",
         "到达时间", "截止时间", "时限规定", "催办次数")
WIDTHS = (10, 10, 22, 36, 24, 10, 18, 18, 20, 8, 26, 17, 17, 14, 8)
MOMENT = "yyyy-mm-dd hh:mm"


def of(steps: Sequence[Step], by: Participant, filters: Filters) -> bytes:
    """The steps as an .xlsx file, its first row saying who exported it, when, and with which filters."""
    book = Workbook(write_only=True)
    page = book.create_sheet("监督清单")
    for number, width in enumerate(WIDTHS):
        page.column_dimensions[chr(ord("A") + number)].width = width
    page.freeze_panes = "A3"
    moment = f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
    mark = f"{by.name}（{by.id}）于 {moment} 导出，共 {len(steps)} 行。{filters.text()}。仅限工作使用，不得外传。"
    page.append([_cell(page, mark, bold=True)])
    page.append([_cell(page, head, bold=True) for head in HEADS])
    for step in steps:
        page.append([_cell(page, value) for value in _row(step)])
    page.oddFooter.center.text = f"{by.name} {moment}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _row(step: Step) -> tuple[Any, ...]:
    late = span(step.late_by) if step.late_by else ""
    return (LEVELS[step.level], late, step.case_number, step.title, step.place or "", step.link_name, step.name,
            step.unit_name, step.holder_name, STATE_WORDS.get(step.state, step.state), step.waits_for, step.since, step.due_at,
            step.limit_text or "", step.urged)


def _cell(page: WriteOnlyWorksheet, value: Any, bold: bool = False) -> WriteOnlyCell:
    if isinstance(value, dt.datetime):
        cell = WriteOnlyCell(page, clock.local(value).replace(tzinfo=None))
        cell.number_format = MOMENT
    elif isinstance(value, str):
        cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type, cell.quotePrefix = "s", True
    else:
        cell = WriteOnlyCell(page, value)
    if bold:
        cell.font = Font(bold=True)
    return cell
