"""Clocks of a case as they are stored, with everything entered in their ledgers. The end is always computed from the ledger."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, case, insert, select, update

from engine import clock
from engine.clock import SHANGHAI
from engine.database import UTCDateTime
from engine.deadlines import Calendar, Unit, rulebook
from engine.deadlines.ledger import Entry, EntryKind
from engine.deadlines.reading import Reading, read
from engine.deadlines.rules import Rule, step_rule
from engine.runtime.limits import Limit
from engine.runtime.statements import one_of
from engine.runtime.tables import clock_entry, deadline_clock

RUNNING, SUSPENDED, STOPPED = "running", "suspended", "stopped"
LIVE = (RUNNING, SUSPENDED)
RETURNED = ("sent-back", "withdrawn")
HALT = "halt"
"""The ground of an entry that suspending the case as a whole made; it is no ground of the law."""

OF_CASE = select(deadline_clock).where(deadline_clock.c.instance_id == bindparam("i")).order_by(deadline_clock.c.id)
ONE = select(deadline_clock).where(deadline_clock.c.id == bindparam("i"))
ENTRIES = (select(clock_entry).where(clock_entry.c.clock_id.in_(bindparam("ids", expanding=True)))
           .order_by(clock_entry.c.clock_id, clock_entry.c.seq))
ADD = insert(deadline_clock)
ADD_ENTRY = insert(clock_entry)
DATE = (
    update(deadline_clock).where(deadline_clock.c.id == bindparam("clock"))
    .values(status=bindparam("to"), due_at=bindparam("due", type_=UTCDateTime), entries=bindparam("n"),
            conservative_at=bindparam("conservative", type_=UTCDateTime), earliest_at=bindparam("earliest", type_=UTCDateTime),
            warn_at=bindparam("warn", type_=UTCDateTime), watch_at=bindparam("watch", type_=UTCDateTime),
            provisional=bindparam("unsure"), dated_by=bindparam("version"), key=bindparam("of"),
            stopped_at=None, stop_reason=None)
)
STOP = (
    update(deadline_clock)
    .where(deadline_clock.c.instance_id == bindparam("i"), deadline_clock.c.key == bindparam("k"), one_of(deadline_clock.c.status, LIVE))
    .values(status=STOPPED, stopped_at=bindparam("at", type_=UTCDateTime), stop_reason=bindparam("why"),
            watch_at=case((deadline_clock.c.watch_at < bindparam("at", type_=UTCDateTime), deadline_clock.c.watch_at), else_=None))
)
"""What supervision should have looked at before, it still looks at."""
STOP_ONE = (
    update(deadline_clock)
    .where(deadline_clock.c.id == bindparam("clock"))
    .values(status=STOPPED, stopped_at=bindparam("at", type_=UTCDateTime), stop_reason="ended", key=bindparam("to"), watch_at=None)
)
"""Another clock takes the place of this one on the same step."""


class Dating(Protocol):
    """What computing an end needs to know besides the ledger."""

    calendar: Calendar
    dated_by: int


@dataclass(frozen=True)
class Ledger:
    """One clock: its row and the entries made after it had started."""

    row: Row[Any]
    added: tuple[Row[Any], ...]

    @property
    def is_open(self) -> bool:
        """Neither stopped nor left behind."""
        return self.row.status in LIVE

    @property
    def rule(self) -> Rule:
        """The rule in the version and with the length it started with."""
        row = self.row
        if not row.rule:
            return step_rule(row.name, row.length, Unit(row.unit), row.warn_before)
        day = row.rule_day.astimezone(SHANGHAI).date()
        known = rulebook.rule(row.rule, day=day, rule_set=row.rule_set, length=row.length)
        return replace(known, length=row.length, unit=Unit(row.unit))

    @property
    def entries(self) -> list[Entry]:
        """From the start to the stop, in the order they were entered."""
        row = self.row
        first = Entry(1, EntryKind.STARTED, row.opened_at, from_at=row.started_at, conservative_from=row.conservative_from)
        last = [] if row.stopped_at is None else [Entry(row.entries + 1, EntryKind.STOPPED, row.stopped_at, from_at=row.stopped_at)]
        return [first, *map(entry_of, self.added), *last]

    def reading(self, calendar: Calendar, now: dt.datetime) -> Reading:
        """When it ends."""
        return read(self.rule, self.entries, calendar, now)

    def dated_at(self) -> dt.datetime:
        """The moment for which its end is kept: a clock that stands keeps the end it had when the last entry was made."""
        return self.added[-1].recorded_at if self.row.status == SUSPENDED and self.added else clock.now()


def entry_of(row: Row[Any]) -> Entry:
    """A stored entry."""
    return Entry(row.seq, EntryKind(row.kind), row.recorded_at, row.from_at, row.to_at, row.length, row.ground, row.document, row.approver,
                 row.recorded_by, row.reason, row.corrects)


def of_case(c: Connection | None, instance_id: int) -> list[Ledger]:
    """All clocks of a case, oldest first."""
    return [] if c is None else with_entries(c, c.execute(OF_CASE, {"i": instance_id}).all())


def one(c: Connection, clock_id: int) -> Ledger | None:
    """One clock with every entry, also those of this transaction; None when there is none."""
    row = c.execute(ONE, {"i": clock_id}).first()
    return None if row is None else Ledger(row, tuple(c.execute(ENTRIES, {"ids": [clock_id]}).all()))


def settled(c: Connection, clock_id: int) -> Ledger | None:
    """One clock in a transaction that has written none of its entries; None when there is none."""
    found = with_entries(c, c.execute(ONE, {"i": clock_id}).all())
    return found[0] if found else None


def with_entries(c: Connection, rows: Sequence[Row[Any]]) -> list[Ledger]:
    """Rows of clocks with their entries: one statement more, and none when no ledger has any."""
    added: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    for entry in c.execute(ENTRIES, {"ids": list(added)}) if any(row.entries > 1 for row in rows) else ():
        added[entry.clock_id].append(entry)
    return [Ledger(row, tuple(added[row.id])) for row in rows]


def standing(ledger: Ledger, dating: Dating) -> Limit:
    """An open clock as a limit."""
    reading = ledger.reading(dating.calendar, ledger.dated_at())
    return Limit(ledger.rule, ledger.row.started_at, reading, ledger.row.id)


def gone_on(ledger: Ledger, dating: Dating) -> Limit:
    """A stopped clock as it stands once it goes on now."""
    back = reopening(ledger)
    reading = read(ledger.rule, [*ledger.entries, back], dating.calendar, clock.now())
    return Limit(ledger.rule, ledger.row.started_at, reading, ledger.row.id)


def reopening(ledger: Ledger) -> Entry:
    """The entry that says that a stopped clock goes on now. The stop before it is kept as an entry too."""
    return Entry(ledger.row.entries + 2, EntryKind.REOPENED, clock.now(), from_at=clock.now())


def told(ledger: Ledger, dating: Dating) -> dict[str, Any]:
    """A clock as expressions see it: due, unrolled (before it moved off a day off), conservative, earliest, started, status, daysLeft
    (working days, negative when past)."""
    reading, now = ledger.reading(dating.calendar, clock.now()), clock.now()
    today, last = (moment.astimezone(SHANGHAI).date() for moment in (now, reading.due))
    left = dating.calendar.working_days(today, last) if last >= today else -dating.calendar.working_days(last, today)
    return {"due": reading.due, "unrolled": reading.unrolled, "conservative": reading.conservative, "earliest": reading.earliest,
            "started": ledger.row.started_at, "status": ledger.row.status, "daysLeft": left}


def values_of(entry: Entry, clock_id: int) -> dict[str, Any]:
    """An entry as a row."""
    return {"clock_id": clock_id, "seq": entry.seq, "kind": entry.kind.value, "from_at": entry.from_at, "to_at": entry.to_at,
            "length": entry.length, "ground": entry.ground, "document": entry.document, "approver": entry.approver,
            "reason": entry.reason, "corrects": entry.corrects, "recorded_at": entry.recorded_at, "recorded_by": entry.by}


def dated(reading: Reading, *, watched: bool, row: Row[Any] | None = None) -> dict[str, Any]:
    """The columns that follow from a reading. What supervision has begun to watch it does not begin again."""
    warn = reading.warnings[0] if reading.warnings else None
    begun = row is not None and row.watch_at is None
    return {"due": reading.due, "conservative": reading.conservative, "earliest": reading.earliest, "warn": warn,
            "watch": None if begun or not watched else warn or reading.due, "unsure": reading.provisional}


def write(c: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Entries of ledgers."""
    many = list(rows)
    if many:
        c.execute(ADD_ENTRY, many if len(many) > 1 else many[0])
