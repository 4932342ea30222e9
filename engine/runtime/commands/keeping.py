"""Entering in the ledger of a clock: suspend, resume, exclude a period, extend, correct, revoke (中止、恢复、扣除、延长、更正、撤销).

The end of the limit is never typed; it follows from the whole ledger. Its timers and the work item move in the same turn. Every refusal
names the rule and leaves the ledger as it was.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.deadlines.ledger import Entry, EntryKind
from engine.deadlines.ledger_check import check
from engine.errors import DeadlineRefused, InvalidState, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.runtime import access, ledgers, timekeeping
from engine.runtime.case import RUNNING, STATUS_WORDS, SUSPENDED, Case
from engine.runtime.ledgers import Ledger
from engine.runtime.turn import turn

TOLD = {
    EntryKind.SUSPENDED: "clock-suspended", EntryKind.RESUMED: "clock-resumed", EntryKind.EXCLUDED: "clock-excluded",
    EntryKind.EXTENDED: "clock-extended", EntryKind.CORRECTED: "clock-corrected", EntryKind.REVOKED: "clock-revoked",
}


@dataclass(frozen=True)
class Paper:
    """On what an entry rests: the id of a lawful ground of the rule, the document (number and name), the id of the person who approved it,
    and the reason in words."""

    document: str = ""
    approver: str = ""
    ground: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Stretch:
    """What an entry is about: moments (aware), or a length in the rule's own unit."""

    from_at: dt.datetime | None = None
    to_at: dt.datetime | None = None
    length: float | None = None


def suspend_clock(c: Connection, clock_id: int, at: dt.datetime | None, paper: Paper, *, by: Participant,
                  revision: int | None = None) -> dict[str, Any]:
    """Stop a clock from `at` (None: now) until it is resumed.

    Raises NotFound, NotAllowed, InvalidState, Conflict; DeadlineRefused without the ground, document or approver that the rule asks for.
    """
    return _enter(c, clock_id, EntryKind.SUSPENDED, Stretch(at), _By(by, paper, revision))


def resume_clock(c: Connection, clock_id: int, at: dt.datetime | None, paper: Paper, *, by: Participant,
                 revision: int | None = None) -> dict[str, Any]:
    """Let a suspended clock go on from `at` (None: now). Raises as `suspend_clock` does."""
    return _enter(c, clock_id, EntryKind.RESUMED, Stretch(at), _By(by, paper, revision))


def exclude_period(c: Connection, clock_id: int, stretch: Stretch, paper: Paper, *, by: Participant,
                   revision: int | None = None) -> dict[str, Any]:
    """Exclude the time between two moments. Raises as `suspend_clock` does."""
    return _enter(c, clock_id, EntryKind.EXCLUDED, stretch, _By(by, paper, revision))


def extend_clock(c: Connection, clock_id: int, length: float, paper: Paper, *, by: Participant,
                 revision: int | None = None) -> dict[str, Any]:
    """Prolong a limit by `length` of the rule's own unit, up to its cap. Raises as `suspend_clock` does."""
    return _enter(c, clock_id, EntryKind.EXTENDED, Stretch(length=length), _By(by, paper, revision))


def correct_entry(c: Connection, clock_id: int, seq: int, stretch: Stretch, paper: Paper, *, by: Participant,
                  revision: int | None = None) -> dict[str, Any]:
    """Say what entry number `seq` should have said; the wrong one stays readable. Raises as `suspend_clock` does."""
    return _enter(c, clock_id, EntryKind.CORRECTED, stretch, _By(by, paper, revision, seq))


def revoke_entry(c: Connection, clock_id: int, seq: int, paper: Paper, *, by: Participant, revision: int | None = None) -> dict[str, Any]:
    """Take entry number `seq` out of the reckoning; it stays readable. Raises as `suspend_clock` does."""
    return _enter(c, clock_id, EntryKind.REVOKED, Stretch(), _By(by, paper, revision, seq))


@dataclass(frozen=True)
class _By:
    """Who enters, on what ground, on which state of the case, and about which earlier entry."""

    person: Participant
    paper: Paper
    revision: int | None = None
    corrects: int | None = None


def _enter(c: Connection, clock_id: int, kind: EntryKind, about: Stretch, said: _By) -> dict[str, Any]:
    case, ledger = _held(c, clock_id, said)
    with turn(case) as tokens:
        entry = _entry(case, ledger, kind, about, said)
        check(ledger.rule, ledger.entries, entry, case.host.calendar, now=case.at, decided=not ledger.is_open)
        limit = timekeeping.enter(case, case.host, ledger, entry)
        case.story.tell(TOLD[kind], ledger.row.element_id, **_told(c, ledger, entry), due=limit.reading.due.isoformat())
        case.host.clocks_moved()
        tokens.date_again()
    return case.answer(clock=clock_id, entry=entry.seq, due=limit.reading.due.isoformat())


def _held(c: Connection, clock_id: int, said: _By) -> tuple[Case, Ledger]:
    """The case, locked, and its clock as it is now. Refuses who may not see the case, may not keep clocks, or may not approve."""
    found = ledgers.one(c, clock_id)
    if found is None:
        raise NotFound(clock=clock_id)
    case = access.seen_case(c, found.row.instance_id, said.person, said.revision)
    if not said.person.may("keep_clocks", case.row.unit_path):
        raise NotAllowed("登记期限的中止、扣除和延长，要由承办人、队长或法制员办理。", clock=clock_id, person=said.person.id)
    if case.status not in (RUNNING, SUSPENDED):
        raise InvalidState(f"该事项{STATUS_WORDS[case.status]}，期限不能再变动。", instance=case.id)
    ledger = ledgers.one(c, clock_id)
    if ledger is None:
        raise NotFound(clock=clock_id)
    if said.paper.approver:
        _must_approve(c, case, ledger, said.paper.approver)
    return case, ledger


def _must_approve(c: Connection, case: Case, ledger: Ledger, person_id: str) -> None:
    rule = ledger.rule
    try:
        approver = directory.participant(c, person_id)
    except NotFound as error:
        raise DeadlineRefused(f"{rule.title}：没有“{person_id[:40]}”这个批准人，请从名单中选择。", rule=rule.id) from error
    if not approver.may("approve_clocks", case.row.unit_path):
        raise DeadlineRefused(f"{rule.title}：{approver.name}无权批准，应由分管领导或机关负责人批准。", rule=rule.id)


def _entry(case: Case, ledger: Ledger, kind: EntryKind, about: Stretch, said: _By) -> Entry:
    moment = about.from_at or (case.at if kind in (EntryKind.SUSPENDED, EntryKind.RESUMED) else None)
    paper = said.paper
    return Entry(len(ledger.added) + 2, kind, case.at, moment, about.to_at, about.length, paper.ground.strip(), paper.document.strip(),
                 paper.approver.strip(), said.person.id, paper.reason.strip(), said.corrects)


def _told(c: Connection, ledger: Ledger, entry: Entry) -> dict[str, Any]:
    names = directory.names(c, [entry.approver]) if entry.approver else {}
    moments = {name: value.isoformat() for name, value in (("from", entry.from_at), ("to", entry.to_at)) if value is not None}
    return {"item": ledger.row.name, "rule": ledger.row.rule, "rule_name": ledger.rule.name, "entry": entry.seq, "length": entry.length,
            "ground": entry.ground, "document": entry.document, "approver": entry.approver, "reason": entry.reason,
            "approver_name": names.get(entry.approver), "corrects": entry.corrects, **moments}
