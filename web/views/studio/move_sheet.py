"""What became of each case of a batch, as a file for office programs; no cell can become a formula, and it says who took it out."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from flask import Response, send_file

from engine import clock
from engine.people import Participant
from engine.studio.moves import Item, Progress
from web.views.supervision import sheet as spreadsheet

HEADS = ("编号", "名称", "结果", "说明", "处理时间")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sent(batch: Progress, found: Sequence[Item], by: Participant) -> Response:
    """CSV in UTF-8 with the mark by which office programs know it."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([spreadsheet.taken(by, f"第 {batch.id} 批，共 {len(found)} 件。")])
    writer.writerow(HEADS)
    writer.writerows([_plain(value) for value in (one.case_number, one.title, one.words, one.text, one.at)] for one in found)
    name = f"移动结果-{batch.id}-{clock.local(clock.now()):%Y%m%d-%H%M}.csv"
    return send_file(io.BytesIO(stream.getvalue().encode("utf-8-sig")), "text/csv; charset=utf-8", as_attachment=True, download_name=name)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    said = f"{clock.local(value):%Y-%m-%d %H:%M}" if hasattr(value, "tzinfo") else str(value)
    return f"'{said}" if said.startswith(FORMULA) else said
