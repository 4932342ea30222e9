"""The days of a limit as calendar months: what each day was, as shape, word and colour. Shows what was computed; computes nothing."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.deadlines import DayLine, Gate, Reading, Rule, Why

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
    """The months from the start to the end; none for rules by hour, and for times that are barred rather than counted."""
    if rule.gate is Gate.BARRED:
        return ()
    grouped = [(key, list(days)) for key, days in groupby(reading.days, key=lambda line: (line.date.year, line.date.month))]
    left_out = max(0, len(grouped) - MOST_MONTHS)
    half = MOST_MONTHS // 2
    shown = grouped if not left_out else grouped[:half] + grouped[-half:]
    due = _day(reading)
    names = {one.id: one.name for one in rule.grounds}
    return tuple(_month(key, [_cell(line, due, names) for line in days], days, left_out if left_out and n == half else 0)
                 for n, (key, days) in enumerate(shown))


def reasons(rule: Rule, reading: Reading) -> dict[str, Any]:
    """The months and the looks that appear in them, as the page of reasons wants them."""
    found = months(rule, reading)
    return {"months": found, "looks": looks(found)}


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
