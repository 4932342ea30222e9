"""A year of the working calendar as twelve small months, each day with the mark it is shown under."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from engine.deadlines.calendars import Sheet
from engine.deadlines.notices import Day

WEEKS = calendar.Calendar(calendar.MONDAY)


@dataclass(frozen=True)
class Cell:
    """One day. `sign` is the word in the corner (休, 班, 改); `kind` its look; `words` what a reader hears."""

    date: dt.date
    kind: str
    sign: str
    words: str


@dataclass(frozen=True)
class Month:
    """One month in weeks from Monday; None where a week reaches into another month."""

    number: int
    weeks: Sequence[Sequence[Cell | None]]
    working: int


def of(sheet: Sheet, year: int) -> list[Month]:
    """The twelve months of a year as the sheet says."""
    named, plain = sheet.days(), sheet.calendar()
    months = []
    for number in range(1, 13):
        weeks = [[_cell(sheet, named.get(day), day) if day.month == number else None for day in week]
                 for week in WEEKS.monthdatescalendar(year, number)]
        days = [cell.date for week in weeks for cell in week if cell is not None]
        months.append(Month(number, weeks, sum(map(plain.is_working_day, days))))
    return months


def listed(sheet: Sheet, year: int) -> list[tuple[Day, bool]]:
    """Every named day of a year, and whether somebody set it by hand."""
    return [(one, day in sheet.edits) for day, one in sorted(sheet.days().items()) if day.year == year]


def _cell(sheet: Sheet, named: Day | None, day: dt.date) -> Cell:
    weekend = day.weekday() >= 5
    if named is None:
        return Cell(day, "weekend" if weekend else "plain", "", "周末休息" if weekend else "上班")
    words = f"{named.name}{'休息' if named.off else '上班'}"
    if day in sheet.edits:
        return Cell(day, "edited-off" if named.off else "edited-work", "改休" if named.off else "改班", f"{words}（单独修改）")
    return Cell(day, "off" if named.off else "work", "休" if named.off else "班", words)
