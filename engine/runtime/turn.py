"""One turn of a case, whoever causes it: load its tokens, move one, run to rest, make the rows equal to what the tokens wait for.

The case is locked already (`case.locked`), so the five steps are: lock, load, move, settle, reconcile. Nothing else writes tokens.
Rows follow from comparing keys, never from being told; doing it twice changes nothing. The number of statements does not depend
on how much a turn opens or closes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from engine import definitions
from engine.database import canonical
from engine.definitions.versions import Deployed
from engine.errors import Conflict, StepBudgetExceeded
from engine.people import directory
from engine.runtime import case as cases
from engine.runtime import history, lineage, live, mailbox, offers, rows, timekeeping
from engine.runtime.case import COMPLETED, RUNNING, SUSPENDED, Case
from engine.runtime.host import CaseHost
from engine.spiff import Element, JobWait, MessageWait, Snapshot, Thrown, TimerWait, Tokens, UserTaskWait

MOST_BUFFERED = 100


@contextmanager
def turn(case: Case) -> Iterator[Tokens]:
    """Give the tokens of a locked case to move one of them; the rest of the turn happens when the block ends.

    The caller tells `case.story` what it does. Any exception leaves the database to be rolled back and the cache empty.
    """
    entry = live.take(case.id, case.row.state, case.row.variables)
    if entry is not None and entry.host.deployed.id != case.row.definition_id:
        entry = None  # moved to another version by another process
    host = entry.host if entry else CaseHost(definitions.load(case.c, case.row.definition_id))
    case.deployed, case.host = host.deployed, host
    _serve(case, host)
    tokens = entry.tokens if entry else _decoded(case, host)
    before = dict(tokens.variables)
    yield tokens
    fresh = entry is not None and entry.head == case.row.record_hash
    known = entry.known.without(case.closed) if entry and fresh else rows.Known.of(case.c, case.id)
    _finish(case, _Turn(host, tokens, before, known))


def begin(case: Case, deployed: Deployed, values: Mapping[str, Any]) -> None:
    """The first turn of a case whose row has just been made."""
    host = CaseHost(deployed)
    _serve(case, host)
    _finish(case, _Turn(host, Tokens.start(deployed.spec, host, dict(values)), {}, rows.Known()))


def stored(case: Case) -> tuple[CaseHost, Tokens]:
    """What is stored of a locked case, decoded afresh for a command that puts it on another version; the cache forgets it."""
    live.take(case.id, case.row.state, case.row.variables)
    host = CaseHost(definitions.load(case.c, case.row.definition_id))
    _serve(case, host)
    return host, _decoded(case, host)


def served(case: Case, deployed: Deployed) -> CaseHost:
    """What the tokens of a case ask once it is on another version."""
    case.host = host = CaseHost(deployed)
    case.deployed = deployed
    _serve(case, host)
    return host


def finish(case: Case, host: CaseHost, tokens: Tokens, known: rows.Known) -> None:
    """The rest of a turn that put tokens on another version."""
    _finish(case, _Turn(host, tokens, dict(tokens.variables), known))


def look(c: Connection, instance_id: int) -> Tokens:
    """The tokens of a case as they are stored, to look at and not to move; takes no lock. Raises NotFound."""
    return looked(c, instance_id)[1]


def looked(c: Connection, instance_id: int) -> tuple[CaseHost, Tokens]:
    """The same with what they ask."""
    case = cases.peeked(c, instance_id)
    host = CaseHost(definitions.load(c, case.row.definition_id))
    _serve(case, host)
    return host, _decoded(case, host)


def _serve(case: Case, host: CaseHost) -> None:
    host.serve(case.c, cases.names(case.row, lineage.of(case.c, case.row.unit_path)), case.row.parameters)


def _decoded(case: Case, host: CaseHost) -> Tokens:
    return Tokens.load(host.deployed.spec, host, case.row.state, rows.variables(case.row.variables))


@dataclass(frozen=True)
class _Turn:
    """What a turn begins with: variables `before` it, and rows alive (`known`) but for those its command closed."""

    host: CaseHost
    tokens: Tokens
    before: Mapping[str, Any]
    known: rows.Known


@dataclass
class _Rest:
    """A case at rest: the last snapshot, and what happened on the way to it."""

    snapshot: Snapshot
    passed: list[Element] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)


def _finish(case: Case, this: _Turn) -> None:
    if timekeeping.is_returning(case):
        this.host.expects_return()
    rest = _settled(case, this.tokens, this.known)
    case.opened, closed = _reconcile(case, this, rest)
    if case.status in (RUNNING, SUSPENDED) and rest.snapshot.completed and not rest.snapshot.waits:
        case.status = COMPLETED
    case.story.follow(
        revision=case.revision + 1,
        passed=[element.id for element in rest.passed],
        opened=case.opened,
        closed=closed,
        changed=_changes(this.before, rest.snapshot.variables),
        ended=None if case.status in (RUNNING, SUSPENDED) else case.status,
    )
    _save(case, this, rest.snapshot)


def _settled(case: Case, tokens: Tokens, known: rows.Known) -> _Rest:
    """Run to rest. A subscription that is new looks first into the messages that came before anybody waited for them."""
    rest = _Rest(tokens.settle())
    _note(rest)
    for _ in range(MOST_BUFFERED):
        if not _deliver_buffered(case, tokens, rest.snapshot, known):
            return rest
        rest.snapshot = tokens.settle()
        _note(rest)
    raise StepBudgetExceeded(instance=case.id)


def _note(rest: _Rest) -> None:
    rest.passed += rest.snapshot.passed
    rest.thrown += rest.snapshot.thrown


def _deliver_buffered(case: Case, tokens: Tokens, snapshot: Snapshot, known: rows.Known) -> bool:
    for wait in snapshot.waits:
        if isinstance(wait, MessageWait) and wait.kind == "message" and wait.key not in known.subscriptions:
            payload = mailbox.take(case.c, wait.name, mailbox.correlation_hash(wait.correlation), case.id, case.at)
            if payload is not None:
                case.story.tell("message-buffered", wait.element.id, message=wait.name, item=wait.element.name)
                tokens.deliver(wait.key, payload)
                return True
    return False


def _reconcile(case: Case, this: _Turn, rest: _Rest) -> tuple[list[Any], list[Any]]:
    """Insert what is waited for and has no row, close what has a row and is not waited for. Answers (opened, closed) items."""
    waits, known = rest.snapshot.waits, this.known
    new_items = [w for w in waits if isinstance(w, UserTaskWait) and w.key not in known.items]
    limits = timekeeping.keep(case, this.host, this.tokens, replace(rest.snapshot, passed=tuple(rest.passed)), known.clocks)
    items = offers.rows(case, this.host, this.tokens, new_items, limits)
    timers = [w for w in waits if isinstance(w, TimerWait)]
    writer = rows.Writer(case)
    writer.items(items, known.items - {w.key for w in waits})
    writer.timers(timers, known)
    if this.host.clocks_have_moved:
        timekeeping.hold(case, timers)
    writer.subscriptions([w for w in waits if isinstance(w, MessageWait)], known.subscriptions)
    writer.jobs([w for w in waits if isinstance(w, JobWait)], rest.thrown, known.jobs)
    writer.incidents(rest.snapshot, known.incidents)
    cases.involve(case, _people(case, items))
    gone = sorted(known.items - {wait.key for wait in waits})
    return _opened(case, items), [{"key": key, "name": known.names[key]} for key in gone]


_OPENED = {"key": "id", "element": "element_id", "name": "name", "role": "candidate_role", "assignee": "assignee"}


def _opened(case: Case, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assigned = [row["assignee"] for row in items if row["assignee"]]
    people = directory.names(case.c, assigned) if assigned else {}
    return [{k: row[s] for k, s in _OPENED.items()} | {"assignee_name": people.get(row["assignee"])} for row in items]


def _people(case: Case, items: list[dict[str, Any]]) -> list[str]:
    return [row["assignee"] for row in items if row["assignee"]] + ([case.by.id] if case.by else [])


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Changed variables as [old, new]."""
    return {name: [before.get(name), after.get(name)] for name in {**before, **after} if before.get(name) != after.get(name)}


def _save(case: Case, this: _Turn, snapshot: Snapshot) -> None:
    ended = case.status not in (RUNNING, SUSPENDED)
    state, variables = "" if ended else this.tokens.dump(), canonical(snapshot.variables)
    history.append(case.c, case.story)
    saved = case.c.execute(
        rows.SAVE,
        {"i": case.id, "before": case.revision, "to": case.status, "new_state": state, "new_variables": variables,
         "seq": case.story.seq, "head": case.story.head, "ended": case.at if ended else None},
    )
    if saved.rowcount != 1:
        raise Conflict(instance=case.id)
    case.revision += 1
    if not ended and not this.host.clocks_have_moved:
        known = this.known.after(snapshot, case.status == SUSPENDED)
        live.keep(case.id, live.Entry(state, variables, this.tokens, this.host, known, case.story.head))
