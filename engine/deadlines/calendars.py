"""The working calendar in force: the shipped notices, with what administrators changed put over them, year by year and day by day.

Every change has a number; the calendar's version rises with it, and with every notice that a new release ships. Reading is cached: a
turn that knows the head of the configuration's record pays no statement, others pay one.
"""

import datetime as dt
import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, insert, select

from engine import clock
from engine.database import canonical
from engine.deadlines import notices
from engine.deadlines.calendar import BUSINESS_HOURS, Calendar, Session
from engine.deadlines.notices import Day, Notice
from engine.deadlines.tables import calendar_change

NOTICE, DAY, HOURS = "notice", "day", "hours"
STEP = 100_000
"""Changes that one release's notices leave room for; a release with one more year begins above them all."""

LAST = select(calendar_change.c.number, calendar_change.c.digest).order_by(calendar_change.c.number.desc()).limit(1)
ALL = select(calendar_change).order_by(calendar_change.c.number)
ADD = insert(calendar_change)


@dataclass(frozen=True)
class Change:
    """One change before it is written. `new` None: what was changed before is taken back."""

    kind: str
    subject: str
    new: Any
    reason: str


@dataclass(frozen=True)
class Sheet:
    """Everything known of the calendar at one version. `loaded` names the years whose notice an administrator loaded; `edits` are days
    that were set one by one, and stand before any notice."""

    version: int
    notices: Mapping[int, Notice]
    loaded: frozenset[int] = frozenset()
    edits: Mapping[dt.date, Day] = field(default_factory=dict)
    sessions: tuple[Session, ...] = BUSINESS_HOURS

    def days(self) -> dict[dt.date, Day]:
        """Every day that is named, as it counts: a later year's notice before an earlier one's, an edit before both."""
        named = {day.date: day for year in sorted(self.notices) for day in self.notices[year].days}
        return {**named, **self.edits}

    def calendar(self) -> Calendar:
        """The calendar by which is counted."""
        days = self.days()
        return Calendar(
            days_off=frozenset(day for day, one in days.items() if one.off),
            days_worked=frozenset(day for day, one in days.items() if not one.off),
            years=frozenset(self.notices), sessions=self.sessions, names={day: one.name for day, one in days.items()})

    def after(self, change: Change) -> "Sheet":
        """What this sheet would be after one more change."""
        return _apply(replace(self, version=self.version + 1), change.kind, change.subject, change.new)

    def value(self, kind: str, subject: str) -> Any:
        """What is in force about one subject, as it is stored; None when nobody changed it."""
        if kind == NOTICE:
            return self.notices[int(subject)].plain() if int(subject) in self.loaded else None
        if kind == DAY:
            edit = self.edits.get(dt.date.fromisoformat(subject))
            return None if edit is None else {"name": edit.name, "isOffDay": edit.off}
        return None if self.sessions == BUSINESS_HOURS else plain_sessions(self.sessions)


UNREAD = object()
"""Stands for a head that nobody has asked with yet; a record without any event has the head None."""


@dataclass(frozen=True)
class Kept:
    """What was read last, and by which mark it is known again."""

    mark: tuple[int, str]
    sheet: Sheet
    calendar: Calendar
    head: object = UNREAD


_kept: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()
_lock = threading.Lock()


def of(c: Connection) -> Calendar:
    """The calendar in force; one statement unless it has changed."""
    return _current(c).calendar


def version(c: Connection) -> int:
    """The number of the calendar in force; it rises with every change and never falls."""
    return _current(c).sheet.version


def sheet(c: Connection) -> Sheet:
    """Everything known of the calendar in force, for showing and changing it."""
    return _current(c).sheet


def of_head(c: Connection, head: bytes | None) -> tuple[Calendar, int]:
    """Calendar and version, read only when `head`, the end of the configuration's record, is not the one it was read at last."""
    with _lock:
        kept = _kept.get(c.engine)
    if kept is None or kept.head != head:
        kept = replace(_current(c), head=head)
        with _lock:
            _kept[c.engine] = kept
    return kept.calendar, kept.sheet.version


def changes(c: Connection) -> Sequence[Any]:
    """Every change as it was recorded, the newest first."""
    return c.execute(ALL.order_by(None).order_by(calendar_change.c.number.desc())).all()


def write(c: Connection, change: Change, *, clocks: int, by: str | None) -> str:
    """Put a change in force and answer its digest. The caller holds the configuration's record and adds an event to it after this.

    clocks: how many open clocks have to be dated again.
    """
    last = c.execute(LAST).first()
    number, before = (last.number, last.digest) if last else (0, "")
    row = {"number": number + 1, "kind": change.kind, "subject": change.subject, "old": sheet(c).value(change.kind, change.subject),
           "new": change.new, "reason": change.reason, "clocks": clocks, "changed_by": by, "changed_at": clock.now()}
    said = [before, row["number"], change.kind, change.subject, change.new, by, row["changed_at"].isoformat()]
    digest = hashlib.sha256(canonical(said).encode()).hexdigest()
    c.execute(ADD, {**row, "digest": digest})
    return digest


def version_of(number: int) -> int:
    """The calendar's version after the change of that number."""
    return STEP * len(notices.shipped()) + number


def plain_sessions(sessions: Sequence[Session]) -> list[list[str]]:
    """Business hours as they are stored."""
    return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in sessions]


def _current(c: Connection) -> Kept:
    last = c.execute(LAST).first()
    mark = (last.number, last.digest) if last else (0, "")
    with _lock:
        kept = _kept.get(c.engine)
    if kept is None or kept.mark != mark:
        kept = _read(c)
        with _lock:
            _kept[c.engine] = kept
    return kept


def _read(c: Connection) -> Kept:
    found = _shipped()
    mark = (0, "")
    for row in c.execute(ALL):
        found, mark = _apply(found, row.kind, row.subject, row.new), (row.number, row.digest)
    found = replace(found, version=version_of(mark[0]))
    return Kept(mark, found, found.calendar())


def _shipped() -> Sheet:
    return Sheet(version_of(0), MappingProxyType({one.year: one for one in notices.shipped()}))


def _apply(before: Sheet, kind: str, subject: str, new: Any) -> Sheet:
    if kind == NOTICE:
        return _with_notice(before, int(subject), new)
    if kind == DAY:
        return _with_day(before, dt.date.fromisoformat(subject), new)
    sessions = BUSINESS_HOURS if new is None else tuple((dt.time.fromisoformat(a), dt.time.fromisoformat(b)) for a, b in new)
    return replace(before, sessions=sessions)


def _with_notice(before: Sheet, year: int, new: Any) -> Sheet:
    known = {other: one for other, one in before.notices.items() if other != year}
    if new is None:
        known |= {one.year: one for one in notices.shipped() if one.year == year}
        return replace(before, notices=MappingProxyType(known), loaded=before.loaded - {year})
    return replace(before, notices=MappingProxyType({**known, year: Notice.of_plain(new)}), loaded=before.loaded | {year})


def _with_day(before: Sheet, day: dt.date, new: Any) -> Sheet:
    edits = {other: one for other, one in before.edits.items() if other != day}
    if new is not None:
        edits[day] = Day(day, new["name"], new["isOffDay"])
    return replace(before, edits=MappingProxyType(edits))
