"""What a change of the working calendar moved, as a spreadsheet that names who took it out and when."""

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
from engine.administration.calendar_moves import Move
from engine.people import Participant

HEADS = ("编号", "期限规则", "期限", "责任人", "原届满", "新届满", "没有重算的原因", "重算时间")
WIDTHS = (24, 12, 30, 24, 18, 18, 30, 18)


def of(moves: Sequence[Move], by: Participant) -> bytes:
    """The moves as an .xlsx file; its first row says who exported it and when."""
    book = Workbook(write_only=True)
    page = book.create_sheet("移动的期限")
    for number, width in enumerate(WIDTHS):
        page.column_dimensions[chr(ord("A") + number)].width = width
    page.freeze_panes = "A3"
    moment = f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
    page.append([_cell(page, f"{by.name}（{by.id}）于 {moment} 导出，共 {len(moves)} 行。仅限工作使用，不得外传。", bold=True)])
    page.append([_cell(page, head, bold=True) for head in HEADS])
    for one in moves:
        row = (one.case_number, one.rule, one.name, one.holder, one.old_due, one.new_due, one.failure or "", one.at)
        page.append([_cell(page, value) for value in row])
    page.oddFooter.center.text = f"{by.name} {moment}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(page: WriteOnlyWorksheet, value: Any, bold: bool = False) -> WriteOnlyCell:
    """Every text is stored as text, so that no cell can become a formula on the reader's machine."""
    if isinstance(value, dt.datetime):
        cell = WriteOnlyCell(page, clock.local(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
    else:
        cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value or ""))
        cell.data_type, cell.quotePrefix = "s", True
    if bold:
        cell.font = Font(bold=True)
    return cell
