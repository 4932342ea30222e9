"""The yearly notice of days off and worked weekends, as a file: read strictly, or refused with every faulty line named.

JSON as in `holidays/2026.json`, or CSV lines `date,name,off|work`. A notice may touch December of the year before and January of the
year after it. Nothing is looked up and nothing is kept here.
"""

import csv
import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.database import canonical
from engine.errors import InvalidValues, UnsafeInput

LARGEST = 64 * 1024
MOST_DAYS, LONGEST_NAME = 120, 20
YEARS = range(2000, 2101)
FOLDER = Path(__file__).parent / "holidays"
KNOWN = {"$schema", "$id", "year", "papers", "source", "days"}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
HEADINGS = {"date", "日期"}
WORDS = {"off": True, "休": True, "休息": True, "放假": True, "work": False, "班": False, "上班": False}
HINT = "请对照 engine/deadlines/holidays/2026.json 的写法检查，或使用每行“日期,名称,off 或 work”的 CSV。"


@dataclass(frozen=True, order=True)
class Day:
    """One named day: off, or worked although it is a weekend."""

    date: dt.date
    name: str
    off: bool


@dataclass(frozen=True)
class Notice:
    """A whole year's notice, its days in order. `source` is the paper it was taken from, in words."""

    year: int
    days: tuple[Day, ...]
    source: str = ""

    def plain(self) -> dict[str, Any]:
        """The file's own shape, for storing; `of_plain` is its inverse."""
        days = [{"date": one.date.isoformat(), "name": one.name, "isOffDay": one.off} for one in self.days]
        return {"year": self.year, "days": days, "source": self.source}

    @classmethod
    def of_plain(cls, value: Mapping[str, Any]) -> "Notice":
        """A notice that was checked when it was stored."""
        days = (Day(dt.date.fromisoformat(one["date"]), one["name"], one["isOffDay"]) for one in value["days"])
        return cls(value["year"], tuple(days), value.get("source", ""))

    @property
    def digest(self) -> str:
        """The same for the same days, whatever the order of lines or the form of the file."""
        return hashlib.sha256(canonical([[one.date.isoformat(), one.name, one.off] for one in self.days]).encode()).hexdigest()


Row = tuple[str, Any, Any, Any]
"""What one line says, unchecked: where it stands, date, name, off."""


def read(document: bytes, year: int | None = None) -> Notice:
    """The notice in a file. `year`: the one that is wanted; another is refused.

    Raises UnsafeInput (too large, not UTF-8, neither JSON nor CSV) and InvalidValues, whose errors name each faulty line.
    """
    text = _text(document)
    found, source, rows = _json(text) if text.lstrip().startswith(("{", "[")) else _csv(text, year)
    if isinstance(found, bool) or not isinstance(found, int) or found not in YEARS:
        raise InvalidValues({"year": f"年份应为 {YEARS[0]} 至 {YEARS[-1]} 之间的整数。"}, "看不出是哪一年的放假通知，没有导入。")
    if year is not None and found != year:
        raise InvalidValues({"year": f"这是 {found} 年的通知，不是 {year} 年的。请重新选择文件。"}, "年份不符，没有导入。")
    return Notice(found, _days(found, rows), source)


@cache
def shipped() -> tuple[Notice, ...]:
    """The notices that come with the program, by year."""
    return tuple(read(file.read_bytes(), int(file.stem)) for file in sorted(FOLDER.glob("*.json")))


def _text(document: bytes) -> str:
    if len(document) > LARGEST:
        raise UnsafeInput("放假通知文件超过 64 KB，已拒绝。一年的通知只有几 KB，请检查是否选错了文件。")
    if not document.strip():
        raise UnsafeInput("没有收到文件，或者文件是空的。请选择放假通知（.json 或 .csv）。")
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnsafeInput("文件不是 UTF-8 编码，已拒绝。请在表格软件中另存为“CSV UTF-8”，或另存为 UTF-8 编码的文本。") from error
    if "\0" in text:
        raise UnsafeInput(f"文件不是文本，已拒绝。{HINT}")
    return text


def _json(text: str) -> tuple[Any, str, list[Row]]:
    try:
        content = json.loads(text, object_pairs_hook=_single)
    except (ValueError, RecursionError) as error:
        raise UnsafeInput(f"文件不是正确的 JSON，或者有重复的名称。{HINT}", cause=str(error)) from error
    if not isinstance(content, dict) or not isinstance(content.get("days"), list) or not set(content) <= KNOWN:
        raise UnsafeInput(f"文件里应当只有年份（year）和日期列表（days）。{HINT}")
    source = content.get("source", "")
    if not isinstance(source, str) or len(source) > 200 or not source.isprintable():
        raise UnsafeInput("来源（source）应为不超过 200 字的一行文字。")
    return content.get("year"), source, [_row(number, one) for number, one in enumerate(content["days"], 1)]


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that names nothing twice: of two years or two dates nobody could say which one is meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("有重复的名称")
    return found


def _row(number: int, one: Any) -> Row:
    where = f"第 {number} 天"
    if not isinstance(one, dict) or set(one) != {"date", "name", "isOffDay"}:
        return where, None, None, None
    return where, one["date"], one["name"], one["isOffDay"]


def _csv(text: str, year: int | None) -> tuple[Any, str, list[Row]]:
    try:
        lines = [(number, line) for number, line in enumerate(csv.reader(text.splitlines(), strict=True), 1) if any(line)]
    except csv.Error as error:
        raise UnsafeInput(f"文件不是正确的 CSV。{HINT}", cause=str(error)) from error
    rows = [_line(number, line) for number, line in lines if not (number == 1 and line[0].strip().lower() in HEADINGS)]
    if not any(isinstance(row[1], str) and DATE.fullmatch(row[1]) for row in rows):
        raise UnsafeInput(f"文件既不是 JSON，也不是“日期,名称,off 或 work”的 CSV。{HINT}")
    return year if year is not None else _most_named(rows), "", rows


def _line(number: int, line: Sequence[str]) -> Row:
    where = f"第 {number} 行"
    if len(line) != 3:
        return where, None, None, None
    date, name, word = (cell.strip() for cell in line)
    return where, date, name, WORDS.get(word.lower())


def _most_named(rows: Iterable[Row]) -> int | None:
    """The year most lines are about; None when two are named as often."""
    counted = Counter(int(row[1][:4]) for row in rows if isinstance(row[1], str) and DATE.fullmatch(row[1])).most_common(2)
    return None if len(counted) > 1 and counted[0][1] == counted[1][1] else counted[0][0]


def _days(year: int, rows: Sequence[Row]) -> tuple[Day, ...]:
    if not 0 < len(rows) <= MOST_DAYS:
        raise InvalidValues({"days": f"应有 1 至 {MOST_DAYS} 天，收到 {len(rows)} 天。"}, "放假通知的天数不对，没有导入。")
    days: dict[dt.date, Day] = {}
    errors: dict[str, str] = {}
    for number, (where, date, name, off) in enumerate(rows, 1):
        day = _checked(year, date, name, off)
        if isinstance(day, Day) and day.date in days:
            same = days[day.date].off == day.off
            day = "这一天出现了两次。" if same else "这一天既写成放假又写成上班，请核对原文。"
        if isinstance(day, str):
            errors[f"days.{number}"] = f"{where}（{str(date)[:20] if date else '写法不对'}）：{day}"
        else:
            days[day.date] = day
    if not errors and not any(day.off and day.date.year == year for day in days.values()):
        errors["days"] = f"没有一天是 {year} 年的放假日，请核对年份。"
    if errors:
        raise InvalidValues(errors, f"放假通知有 {len(errors)} 处需要更正，没有导入任何内容。")
    return tuple(sorted(days.values()))


def _checked(year: int, date: Any, name: Any, off: Any) -> Day | str:
    """The day, or what is wrong with it."""
    if not isinstance(date, str) or not DATE.fullmatch(date):
        return "应写明日期（如 2026-01-01）、名称、是否放假三项。"
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        return "没有这一天，请核对原文。"
    if not (day.year == year or (day.year, day.month) in ((year - 1, 12), (year + 1, 1))):
        return f"不在 {year} 年内。通知只能涉及当年，以及上一年 12 月、下一年 1 月。"
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        return f"名称应为 1 至 {LONGEST_NAME} 个字，例如 春节。"
    if not isinstance(off, bool):
        return "应写明是放假（off）还是上班（work）。"
    if not off and day.weekday() < 5:
        return "写成调休上班，但这天是周一至周五，本来就上班。请核对年份和日期。"
    return Day(day, name.strip(), off)
