"""Clocks follow the tokens: one begins where a limit begins, goes on where its rule says so, and stops where the token leaves.

Part of a turn's reconciling; nobody starts or stops a clock by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, exists, literal_column, or_, select, type_coerce, union_all, update

from engine.database import UTCDateTime
from engine.deadlines.ledger import Entry, EntryKind
from engine.runtime import ledgers
from engine.runtime.case import CANCELLED, SUSPENDED, Case
from engine.runtime.host import CaseHost
from engine.runtime.ledgers import HALT, Ledger
from engine.runtime.limits import Limit
from engine.runtime.statements import one_of
from engine.runtime.tables import deadline_clock, timer, work_item
from engine.spiff import Element, Snapshot, Span, TimerWait, Tokens

HELD = union_all(
    select(literal_column("'clock'").label("what"), deadline_clock.c.element_id).where(
        deadline_clock.c.instance_id == bindparam("i"), deadline_clock.c.status == ledgers.SUSPENDED),
    select(literal_column("'timer'"), timer.c.element_id).where(timer.c.instance_id == bindparam("i"), timer.c.status == "suspended"),
)
"""What stands: clocks, and timers that perhaps no longer should."""
HOLD = (
    update(timer)
    .where(timer.c.instance_id == bindparam("i"), timer.c.key == bindparam("k"), timer.c.status == "due")
    .values(status="suspended",
            remaining_ms=type_coerce(timer.c.planned_at, BigInteger) - bindparam("now", type_=BigInteger))
)
RELEASE = (
    update(timer)
    .where(timer.c.instance_id == bindparam("i"), timer.c.key == bindparam("k"), timer.c.status == "suspended")
    .values(status="due", due_at=timer.c.planned_at, remaining_ms=None)
)
OWN = deadline_clock.alias()
SHOW = (
    update(work_item)
    .where(work_item.c.id == bindparam("of"), or_(bindparam("own"), ~exists().where(
        OWN.c.key == work_item.c.id, OWN.c.rule == "", one_of(OWN.c.status, ledgers.LIVE))))
    .values(due_at=bindparam("due", type_=UTCDateTime), warn_at=bindparam("warn", type_=UTCDateTime))
)
"""A work item shows the limit of the diagram's own, if there is one."""

Limits = Mapping[str, tuple[Limit, ...]]


def keep(case: Case, host: CaseHost, tokens: Tokens, snapshot: Snapshot, running: Mapping[str, str]) -> Limits:
    """Stop the clocks of what is no longer open, then begin those of what has just been opened; the limits of the latter by key.

    running: key and element of every clock that runs or stands.
    """
    here = {span.key for span in snapshot.spans}
    _stop(case, {key: element for key, element in running.items() if key not in here}, snapshot.passed)
    if case.status == CANCELLED:
        return {}
    fresh = [span for span in snapshot.spans if span.fresh]
    limits = {span.key: host.limits(span.element, tokens.names(span.key)) for span in fresh}
    begin(case, host, fresh, limits)
    return limits


def _stop(case: Case, gone: Mapping[str, str], passed: Sequence[Element]) -> None:
    done = {element.id for element in passed}
    rows = [{"i": case.id, "k": key, "at": case.at, "why": _why(case, element, done)} for key, element in sorted(gone.items())]
    if rows:
        case.c.execute(ledgers.STOP, rows if len(rows) > 1 else rows[0])


def is_returning(case: Case) -> bool:
    """Whether this turn sends a token back."""
    return bool(case.story.events) and case.story.events[0]["action"] in ledgers.RETURNED


def _why(case: Case, element: str, done: set[str]) -> str:
    """How the token left: done, sent-back, withdrawn, cancelled; or something ended it (a timer, a message, the end of the case)."""
    if is_returning(case) and element not in done:
        return str(case.story.events[0]["action"])
    if case.status == CANCELLED:
        return "cancelled"
    return "done" if element in done else "ended"


def begin(case: Case, host: CaseHost, fresh: Sequence[Span], limits: Limits) -> None:
    """Begin limits, or let a stopped clock go on where its rule says so."""
    new = [row_of(case, host, span, limit) for span in fresh for limit in limits[span.key] if limit.continues is None]
    if new:
        case.c.execute(ledgers.ADD, new if len(new) > 1 else new[0])
    going: set[int] = set()
    for span in fresh:
        for limit in limits[span.key]:
            if limit.continues in going:
                _go_along(case, host, span, limit)
            elif limit.continues is not None:
                going.add(limit.continues)
                _go_on(case, host, span, limit)
            if limit.rule.id:
                tell(case, "clock-continued" if limit.continues else "clock-started", span.element, limit)
    if case.row.status == SUSPENDED and new:
        halt(case, host)


def hold(case: Case, timers: Sequence[TimerWait]) -> None:
    """Timers that hang on a clock that stands, stand; those of clocks that run, run. For a turn that changed a ledger."""
    found = case.c.execute(HELD, {"i": case.id}).all()
    held = {row.element_id for row in found if row.what == "clock"}
    if not found:
        return
    stands = [{"i": case.id, "k": wait.key, "now": int(case.at.timestamp() * 1000)} for wait in timers if wait.limited_by in held]
    runs = [{"i": case.id, "k": wait.key} for wait in timers if wait.limited_by and wait.limited_by not in held]
    for statement, rows in ((HOLD, stands), (RELEASE, [] if case.status == SUSPENDED else runs)):
        if rows:
            case.c.execute(statement, rows if len(rows) > 1 else rows[0])


def tell(case: Case, kind: str, element: Element, limit: Limit) -> None:
    """Into the record: which rule, from when, until when."""
    rule, reading = limit.rule, limit.reading
    case.story.tell(kind, element.id, item=element.name, rule=rule.id, rule_name=rule.name, law=rule.law, article=rule.article,
                    rule_set=rule.rule_set, started=limit.started.isoformat(), due=reading.due.isoformat())


def row_of(case: Case, host: CaseHost, span: Span, limit: Limit) -> dict[str, Any]:
    """A limit that begins, as a row of `deadline_clock`."""
    element, rule, reading = span.element, limit.rule, limit.reading
    dated = ledgers.dated(reading, watched=is_watched(host, element))
    return {
        "instance_id": case.id, "key": span.key, "element_id": element.id, "name": rule.name if rule.id else element.name or element.id,
        "link": element.link, "rule": rule.id, "rule_set": rule.rule_set, "rule_day": limit.started, "length": float(rule.length),
        "unit": rule.unit.value, "warn_before": rule.warn_before, "conservative_from": limit.conservative_from,
        "started_at": limit.started, "opened_at": case.at, "status": ledgers.RUNNING, "due_at": dated["due"],
        "conservative_at": dated["conservative"], "earliest_at": dated["earliest"], "warn_at": dated["warn"], "watch_at": dated["watch"],
        "calendar_bound": reading.calendar_bound, "provisional": reading.provisional, "dated_by": host.dated_by, "entries": 1,
        "unit_id": case.row.unit_id, "unit_path": case.row.unit_path,
    }


def is_watched(host: CaseHost, element: Element) -> bool:
    """Supervision watches duties. An event that waits for a date is none, nor is anything in a process that is not supervised."""
    return host.deployed.supervised and not element.kind.endswith("Event")


def _go_on(case: Case, host: CaseHost, span: Span, limit: Limit) -> None:
    """The stopped clock goes on under a new key; that it had stopped stays in its ledger."""
    ledger = ledgers.one(case.c, limit.continues or 0)
    if ledger is None:
        raise LookupError(f"clock {limit.continues} of case {case.id} is gone")
    row, back = ledger.row, ledgers.reopening(ledger)
    stopped = Entry(row.entries + 1, EntryKind.STOPPED, row.stopped_at, from_at=row.stopped_at, reason=row.stop_reason)
    ledgers.write(case.c, [ledgers.values_of(one, row.id) for one in (stopped, back)])
    dated = ledgers.dated(limit.reading, watched=is_watched(host, span.element))
    case.c.execute(ledgers.DATE, {"clock": row.id, "to": limit.reading.status, "n": back.seq, "version": host.dated_by,
                                  "of": span.key, **dated})


def _go_along(case: Case, host: CaseHost, span: Span, limit: Limit) -> None:
    """A countersign that is sent back: what one signer's clock had run counts for each of the others too, ledger and all."""
    ledger = ledgers.one(case.c, limit.continues or 0)
    if ledger is None:
        raise LookupError(f"clock {limit.continues} of case {case.id} is gone")
    row = {**row_of(case, host, span, limit), "status": limit.reading.status, "entries": 1 + len(ledger.added)}
    clock_id = case.c.execute(ledgers.ADD.returning(deadline_clock.c.id), row).scalar_one()
    ledgers.write(case.c, [ledgers.values_of(ledgers.entry_of(one), clock_id) for one in ledger.added])


def halt(case: Case, host: CaseHost) -> None:
    """The case as a whole is suspended: limits that stand with it are stopped on their ledgers."""
    _enter_all(case, host, EntryKind.SUSPENDED)


def unhalt(case: Case, host: CaseHost) -> None:
    """It goes on, and so do they."""
    _enter_all(case, host, EntryKind.RESUMED)


def _enter_all(case: Case, host: CaseHost, kind: EntryKind) -> None:
    for ledger in ledgers.of_case(case.c, case.id):
        if ledger.is_open and ledger.rule.on_halt == "stop" and is_halted(ledger) == (kind is EntryKind.RESUMED):
            enter(case, host, ledger, Entry(ledger.row.entries + 1, kind, case.at, from_at=case.at, ground=HALT,
                                            by=case.by.id if case.by else ""))


def is_halted(ledger: Ledger) -> bool:
    """True while it stands because the case does."""
    own = [row.kind for row in ledger.added if row.ground == HALT]
    return bool(own) and own[-1] == EntryKind.SUSPENDED


def enter(case: Case, host: CaseHost, ledger: Ledger, entry: Entry) -> Limit:
    """Write an entry and date the clock anew from its whole ledger; the limit as it stands then. The caller has checked the entry."""
    ledgers.write(case.c, [ledgers.values_of(entry, ledger.row.id)])
    entered = ledgers.one(case.c, ledger.row.id)
    if entered is None:
        raise LookupError(f"clock {ledger.row.id} of case {case.id} is gone")
    return date(case, host, entered)


def date(case: Case, host: CaseHost, ledger: Ledger) -> Limit:
    """Compute a clock from its ledger and write what follows."""
    limit, row = ledgers.standing(ledger, host), ledger.row
    count = 1 + len(ledger.added)
    element = host.deployed.spec.elements.get(row.element_id)
    watched = is_watched(host, element) if element is not None else host.deployed.supervised
    case.c.execute(ledgers.DATE, {"clock": row.id, "to": limit.reading.status, "n": count, "version": host.dated_by, "of": row.key,
                                  **ledgers.dated(limit.reading, watched=watched, row=row)})
    warn = limit.deadline.warn
    case.c.execute(SHOW, {"of": row.key, "own": not row.rule, "due": limit.reading.due, "warn": warn})
    return limit
