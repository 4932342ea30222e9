"""The clocks of cases: which limit runs until when, what is entered in its ledger, and why the date is the date; and dating one again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from engine import clock, deadlines
from engine.deadlines import Unit, calendars
from engine.deadlines.explain import Explanation, explain
from engine.deadlines.ledger import Entry
from engine.deadlines.reading import Reading
from engine.deadlines.rules import Rule
from engine.errors import NotFound
from engine.runtime import case as cases
from engine.runtime import ledgers, timekeeping
from engine.runtime.case import RUNNING, SUSPENDED, Case
from engine.runtime.ledgers import Ledger
from engine.runtime.tables import deadline_clock, process_instance
from engine.runtime.turn import turn

_SHOWN = select(deadline_clock, process_instance.c.business_key.label("case_number"), process_instance.c.title).join(
    process_instance, process_instance.c.id == deadline_clock.c.instance_id)
OF_CASE = _SHOWN.where(deadline_clock.c.instance_id == bindparam("i")).order_by(deadline_clock.c.id)
ONE = _SHOWN.where(deadline_clock.c.id == bindparam("i"))
SEEN = (update(deadline_clock).where(deadline_clock.c.id == bindparam("clock"))
        .values(dated_by=bindparam("version"), provisional=bindparam("unsure")))


@dataclass(frozen=True)
class Clock:
    """One clock as people read it. Moments are aware UTC; `limit_text` is the limit in words (90日)."""

    id: int
    instance_id: int
    case_number: str
    title: str
    key: str
    element_id: str
    name: str
    link: str | None
    rule: str
    rule_set: str
    limit_text: str
    started_at: dt.datetime
    opened_at: dt.datetime
    status: str
    due_at: dt.datetime
    conservative_at: dt.datetime | None
    earliest_at: dt.datetime | None
    warn_at: dt.datetime | None
    watch_at: dt.datetime | None
    provisional: bool
    dated_by: int
    stopped_at: dt.datetime | None
    stop_reason: str | None
    entries: int
    unit_id: str
    unit_path: str

    @property
    def is_open(self) -> bool:
        """Running or suspended."""
        return self.status in ledgers.LIVE


@dataclass(frozen=True)
class Moved:
    """A clock whose end a change of the calendar moved."""

    clock_id: int
    old_due: dt.datetime
    new_due: dt.datetime


def of_case(c: Connection, instance_id: int) -> tuple[Clock, ...]:
    """All clocks of a case, oldest first. The caller has asked whether the case may be seen."""
    return tuple(map(_clock, c.execute(OF_CASE, {"i": instance_id})))


def one(c: Connection, clock_id: int) -> Clock:
    """One clock. Raises NotFound. The caller asks whether its case may be seen."""
    row = c.execute(ONE, {"i": clock_id}).first()
    if row is None:
        raise NotFound(clock=clock_id)
    return _clock(row)


def _clock(row: Row[Any]) -> Clock:
    known = {name: getattr(row, name) for name in Clock.__dataclass_fields__ if name != "limit_text"}
    return Clock(**known, limit_text=deadlines.text(row.length, Unit(row.unit)))


def rule(c: Connection, one: Clock) -> Rule:
    """The rule it runs by, in the version it started with."""
    return _ledger(c, one).rule


def ledger(c: Connection, one: Clock) -> list[Entry]:
    """Everything that was ever entered, the start and the stop included."""
    return _ledger(c, one).entries


def reading(c: Connection, one: Clock) -> Reading:
    """When it ends, computed from its ledger and the calendar in force now."""
    return _ledger(c, one).reading(calendars.of(c), clock.now())


def explanation(c: Connection, one: Clock) -> Explanation:
    """Why it ends then, day by day."""
    found, calendar = _ledger(c, one), calendars.of(c)
    return explain(found.rule, found.reading(calendar, clock.now()), found.entries, calendar)


def _ledger(c: Connection, one: Clock) -> Ledger:
    found = ledgers.one(c, one.id)
    if found is None:
        raise NotFound(clock=one.id)
    return found


def redate(c: Connection, clock_id: int) -> Moved | None:
    """Compute an open clock again under the calendar in force, inside its case's lock; None when its end stays. Raises NotFound.

    A move is written into the record of the case, and its timers move in the same turn.
    """
    case = cases.locked_with_clock(c, clock_id)
    found = ledgers.settled(c, clock_id)
    if found is None or not found.is_open or case.status not in (RUNNING, SUSPENDED):
        return None
    calendar, version = calendars.of_head(c, case.row.parameters)
    fresh = found.reading(calendar, found.dated_at())
    if fresh.due == found.row.due_at:
        c.execute(SEEN, {"clock": clock_id, "version": version, "unsure": fresh.provisional})
        return None
    _redated(case, found)
    return Moved(clock_id, found.row.due_at, fresh.due)


def _redated(case: Case, found: Ledger) -> None:
    row, rule = found.row, found.rule
    with turn(case) as tokens:
        limit = timekeeping.date(case, case.host, found)
        case.story.tell("clock-redated", row.element_id, item=row.name, rule=row.rule, rule_name=rule.name, old=row.due_at.isoformat(),
                        due=limit.reading.due.isoformat())
        case.host.clocks_moved()
        tokens.date_again()


def open_of(c: Connection, instance_ids: Sequence[int]) -> dict[int, list[Clock]]:
    """Open clocks of several cases, soonest first."""
    query = _SHOWN.where(deadline_clock.c.instance_id.in_(instance_ids), deadline_clock.c.status.in_(ledgers.LIVE)).order_by(
        deadline_clock.c.due_at)
    found: dict[int, list[Clock]] = {}
    for row in c.execute(query) if instance_ids else ():
        found.setdefault(row.instance_id, []).append(_clock(row))
    return found
