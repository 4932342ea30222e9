"""The days of a limit as calendar months: what each day was, as shape, word and colour. Shows what was computed; computes nothing."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.clock import local
from engine.deadlines import DayLine, Reading, Rule, Why

MOST_MONTHS = 14
"""A longer limit shows its first and last months; the days between them stand in the list of ranges."""

SHAPES = {"start": "◇", "counted": "●", "worked": "◆", "off": "○", "excluded": "‖", "rolled": "→", "due": "■"}
WORDS = {"start": "起算日，不计入", "counted": "计入", "worked": "计入（调休上班）", "off": "休息日，不计入",
         "excluded": "中止或扣除，不计入", "rolled": "休息日，末日顺延", "due": "届满日"}
LOOKS = {Why.START: "start", Why.COUNTED: "counted", Why.WORKED: "worked", Why.REST: "off", Why.HOLIDAY: "off", Why.EXCLUDED: "excluded",
         Why.ROLLED: "rolled", Why.LAST: "due"}
WEEKEND = "周末"


@dataclass(frozen=True)
class Cell:
    """One day. `look` is one of SHAPES; `word` is short enough for a small square, `full` says it whole."""

    day: int
    look: str
    shape: str
    word: str
    full: str


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday to Sunday; days outside of the limit or the month are None or have no look. `skipped`: how many months
    before it are left out."""

    title: str
    weeks: tuple[tuple[Cell | None, ...], ...]
    skipped: int = 0


def months(rule: Rule, reading: Reading) -> tuple[Month, ...]:
    """The months from the start to the end; none for rules by hour."""
    grouped = [(key, list(days)) for key, days in groupby(reading.days, key=lambda line: (line.date.year, line.date.month))]
    left_out = max(0, len(grouped) - MOST_MONTHS)
    half = MOST_MONTHS // 2
    shown = grouped if not left_out else grouped[:half] + grouped[-half:]
    due = _day(reading)
    names = {one.id: one.name for one in rule.grounds}
    return tuple(_month(key, [_cell(line, due, names) for line in days], days, left_out if left_out and n == half else 0)
                 for n, (key, days) in enumerate(shown))


def reasons(rule: Rule, reading: Reading) -> dict[str, Any]:
    """The months, the looks that appear in them and the list of ranges, as the page of reasons wants them."""
    found = months(rule, reading)
    return {"months": found, "looks": looks(found), "ranges": [*_ranges(rule, reading), *_stretches(rule, reading)]}


@dataclass(frozen=True)
class Range:
    """Days next to each other that are alike, or one stretch of a rule by hour. `numbers` are their places in the count."""

    span: str
    counted: bool
    numbers: str
    reason: str


def _ranges(rule: Rule, reading: Reading) -> Iterator[Range]:
    names = {one.id: one.name for one in rule.grounds}
    for (why, reason), some in groupby(reading.days, key=lambda line: (line.why, _why(line, names))):
        days = list(some)
        first, last = days[0], days[-1]
        numbers = f"第 {first.number} 日" if first.number == last.number else f"第 {first.number}—{last.number} 日"
        span = _said(first.date) if first is last else f"{_said(first.date)}至{_said(last.date)}"
        yield Range(f"{span}（{len(days)} 日）" if len(days) > 1 else span, first.counted, numbers if first.counted else "",
                    reason or WORDS[LOOKS[why]])


def _why(line: DayLine, names: dict[str, str]) -> str:
    if line.why is Why.EXCLUDED and line.stretch is not None:
        return "，".join(filter(None, (names.get(line.stretch.ground, line.stretch.ground), line.stretch.document)))
    if line.why in (Why.HOLIDAY, Why.REST, Why.ROLLED):
        return f"{line.name or WEEKEND}，{WORDS[LOOKS[line.why]]}"
    return WORDS[LOOKS[line.why]]


def _stretches(rule: Rule, reading: Reading) -> Iterator[Range]:
    names = {one.id: one.name for one in rule.grounds}
    for span in reading.spans:
        reason = "计入" if span.stretch is None else "，".join(filter(None, (names.get(span.stretch.ground, ""), span.stretch.document)))
        yield Range(f"{_moment(span.from_at)} 至 {_moment(span.to_at)}", span.counted, _length(span.length) if span.counted else "", reason)


def _length(length: dt.timedelta) -> str:
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return f"{hours} 小时" + (f" {minutes} 分钟" if minutes else "")


def _moment(moment: dt.datetime) -> str:
    return f"{_said(local(moment).date())} {local(moment):%H:%M}"


def _said(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def looks(found: Sequence[Month]) -> list[str]:
    """Which looks appear, for the legend."""
    seen = {cell.look for month in found for week in month.weeks for cell in week if cell is not None}
    return [look for look in SHAPES if look in seen]


def _month(key: tuple[int, int], cells: list[Cell], days: list[DayLine], skipped: int) -> Month:
    year, number = key
    known = {line.date.day: cell for line, cell in zip(days, cells, strict=True)}
    return Month(f"{year}年{number}月", tuple(_weeks(year, number, known)), skipped)


def _weeks(year: int, number: int, known: dict[int, Cell]) -> Iterator[tuple[Cell | None, ...]]:
    first = dt.date(year, number, 1)
    length = ((first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - first).days
    cells: list[Cell | None] = [None] * first.weekday()
    cells += [known.get(day) or Cell(day, "", "", "", "") for day in range(1, length + 1)]
    cells += [None] * (-len(cells) % 7)
    return (tuple(cells[at:at + 7]) for at in range(0, len(cells), 7))


def _cell(line: DayLine, due: dt.date, names: dict[str, str]) -> Cell:
    look = "due" if line.date == due and line.why is not Why.START else LOOKS[line.why]
    word = _word(line, look, names)
    counted = f"，第 {line.number} 日" if line.counted else ""
    full = f"{line.date.month}月{line.date.day}日：{WORDS[look]}{counted}{f'，{word}' if word and not line.counted else ''}"
    return Cell(line.date.day, look, SHAPES[look], word, full)


def _word(line: DayLine, look: str, names: dict[str, str]) -> str:
    if look == "start":
        return "起算"
    if look == "due":
        return "届满"
    if line.counted:
        return f"第{line.number}" if look == "counted" else f"班 第{line.number}"
    if line.why is Why.EXCLUDED:
        ground = line.stretch.ground if line.stretch else ""
        return re.split("[、（，]", names.get(ground, ground))[0][:4] or "扣除"
    return line.name or WEEKEND


def _day(reading: Reading) -> dt.date:
    return reading.days[-1].date if reading.days else dt.date.min
