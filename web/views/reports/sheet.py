"""The monthly report as a spreadsheet: indicators, days, units, how long steps took. Every page names who took it out and when."""

from collections.abc import Iterator
from typing import Any

from engine import clock
from engine.people import Participant
from engine.reports import days
from engine.reports.indicators import NOT_YET
from engine.reports.monthly import Report, Row
from web.views.supervision.sheet import Share, book, taken

HEADS = ("编号", "指标", "分子", "分母", "本月", "上月", "环比", "公式", "口径", "统计期", "范围")
HOUR = 3600


def of(report: Report, by: Participant) -> bytes:
    """The report as an .xlsx file."""
    month = report.period.month
    mark = taken(by, f"{report.scope} {month} 监督月报，数字截至 {clock.local(report.period.now):%Y-%m-%d %H:%M}。")
    measures = tuple(days.MEASURES.values())
    daily = [("日期", *measures), *((str(point.day), *(point.numbers[key] for key in days.MEASURES)) for point in report.points)]
    below = [("单位", *measures), *((name, *(sums[key] for key in days.MEASURES)) for _, name, sums in report.below)]
    lengths = [("环节", "办结数", "平均（小时）", "中位数（小时）", "九成以内（小时）"),
               *((one.name, one.n, *(round(part.total_seconds() / HOUR, 1) for part in (one.mean, one.median, one.ninety)))
                 for one in report.lengths)]
    missing = [("编号", "指标", "为什么还没有"), *((key, name, why) for key, (name, why) in NOT_YET.items())]
    return book([("指标", mark, [HEADS, *_rows(report)], (12, 20, 8, 8, 9, 9, 9, 34, 60, 10, 18)),
                 ("每日", mark, daily, (12, 10, 10, 10, 10)), ("各单位", mark, below, (24, 10, 10, 10, 10)),
                 ("办理时长", mark, lengths, (14, 10, 14, 14, 16)),
                 ("尚不能统计", mark, missing, (24, 22, 60))], by)


def _rows(report: Report) -> Iterator[tuple[Any, ...]]:
    where = (report.period.month, report.scope)
    for row in report.rows:
        one = row.indicator
        yield (one.id, one.name, row.now.n, "" if row.now.d is None else row.now.d, *_shown(row), one.formula, one.note, *where)
        for key, number in row.now.apart.items():
            yield (one.id, f"另列：{one.apart[key].name}", number, "", number, row.before.apart[key], "", "", "", *where)


def _shown(row: Row) -> tuple[Any, Any, Any]:
    change = "" if row.change is None else Share(row.change)
    if row.indicator.denominator is None:
        return row.now.n, row.before.n, change
    now, before = row.now.share, row.before.share
    return "" if now is None else Share(now), "" if before is None else Share(before), change
