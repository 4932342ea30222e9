"""Whose time was it: for one case and everybody who had to do with it, from the record, the diagram and the ledgers of its limits.

Waiting for a party is nobody's delay: a diagram says so of a step or an event with gl:waitsFor="party", the law says so of a period that
belongs to the party. Reads only.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, or_, select

from engine import clock, definitions
from engine.deadlines import EntryKind, Roll, calendars
from engine.deadlines.ledger_reading import read_ledger
from engine.definitions import Deployed
from engine.errors import NotFound
from engine.people import Participant, directory
from engine.runtime import access, history, ledgers
from engine.runtime import case as cases
from engine.runtime.ledgers import Ledger
from engine.runtime.offers import CLAIMED
from engine.runtime.tables import involvement, job, process_instance, record, timer, work_item
from engine.supervision.stays import Arrival, Span, Stay, Told, told
from engine.supervision.time_parts import Account, Awaited, CaseTime, Law, Part, divide

WAITING = ("intermediateCatchEvent", "receiveTask", "serviceTask", "sendTask", "callActivity")
PAGE = 20

TIMERS = (
    select(timer.c.element_id, timer.c.name)
    .where(timer.c.instance_id == bindparam("i"), timer.c.attached_to.is_(None),
           or_(timer.c.status.in_(("due", "suspended", "incident")), timer.c.planned_at >= bindparam("at", type_=timer.c.planned_at.type)))
    .order_by(timer.c.planned_at, timer.c.id)
)
JOBS = (
    select(job.c.element_id, job.c.name)
    .where(job.c.instance_id == bindparam("i"), job.c.wait_key.is_not(None), job.c.status.in_(("due", "leased", "incident", "cancelled")))
    .order_by(job.c.id.desc())
)


@dataclass(frozen=True)
class Measured:
    """One case with the time that it took. `names` are people by id."""

    instance_id: int
    unit_path: str
    number: str
    title: str
    status: str
    time: CaseTime
    names: Mapping[str, str]


def of_case(c: Connection, instance_id: int, by: Participant) -> Measured:
    """The time of one case. Raises NotFound when it does not exist or this person may not see it."""
    row = cases.peeked(c, instance_id).row
    if not access.may_see(c, by, row):
        raise NotFound(instance=instance_id, person=by.id)
    return measured(c, row)


def may_see_others(by: Participant, unit_path: str) -> bool:
    """Whose account but their own a person may read: that of everybody below the units they supervise."""
    return by.may("supervise", unit_path)


def measured(c: Connection, row: Row[Any]) -> Measured:
    """The time of one case by its row, whoever asks; up to now when it is open."""
    deployed = definitions.load(c, row.definition_id)
    until = row.ended_at or _whole_milliseconds(clock.now())
    heard = told(history.of(c, row.id), row.started_at, until)
    heard = replace(heard, arrivals=tuple(one for one in heard.arrivals if _is_awaited(deployed, one.element_id)))
    time = divide(heard, _law(c, row, deployed, heard), calendars.of(c))
    names = {**heard.people, **directory.names(c, [account.person for account in time.accounts])}
    return Measured(row.id, row.unit_path, row.business_key, row.title, row.status, time, names)


def _whole_milliseconds(moment: dt.datetime) -> dt.datetime:
    """As the database keeps moments."""
    return moment - dt.timedelta(microseconds=moment.microsecond % 1000)


def _is_awaited(deployed: Deployed, element_id: str | None) -> bool:
    """True for what a token itself waits at; not for limits that hang on a step, nor for what starts a side process."""
    element = deployed.spec.elements.get(element_id or "")
    return element is not None and element.kind in WAITING


# ------------------------------------------------------------------------------------------------ what the law adds


def _law(c: Connection, row: Row[Any], deployed: Deployed, heard: Told) -> Law:
    clocks = ledgers.of_case(c, row.id)
    halts: list[Span] = []
    stands: dict[str, list[Span]] = {}
    for ledger in clocks:
        spans = _stretches(ledger, heard.end)
        for key in _about(ledger, deployed, heard.stays) if spans else ():
            (halts if key is None else stands.setdefault(key, [])).extend(spans)
    parties = {ledger.row.element_id for ledger in clocks if ledger.row.rule and ledger.rule.roll is Roll.PARTY}
    return Law(halts, stands, _party(deployed, heard.stays, clocks, parties), _Awaiting(c, row, deployed, parties))


def _stretches(ledger: Ledger, end: dt.datetime) -> list[Span]:
    """When a statutory limit stood or did not count. A step's own limit stands only with the whole case, which the record tells."""
    if not ledger.row.rule or not ledger.added:
        return []
    found = read_ledger(ledger.rule, ledger.entries).stretches
    return [Span(one.from_at, min(one.to_at or end, end)) for one in found if one.from_at < min(one.to_at or end, end)]


def _about(ledger: Ledger, deployed: Deployed, stays: Sequence[Stay]) -> list[str | None]:
    """What stands while this limit does: steps by their key, an event by its element, or (None) the whole case.

    A limit that went on after the case had come back belongs to every time its step was open.
    """
    element = deployed.spec.elements.get(ledger.row.element_id)
    if element is None or element.kind not in ("userTask", *WAITING):
        return [None]
    if element.kind != "userTask":
        return [element.id]
    if any(entry.kind == EntryKind.REOPENED for entry in ledger.added):
        return [stay.key for stay in stays if stay.element_id == element.id]
    return [ledger.row.key]


def _party(
    deployed: Deployed, stays: Sequence[Stay], clocks: Sequence[Ledger], parties: set[str]
) -> dict[str, dt.datetime | None]:
    """Steps that wait for a party, with the end of the period that is theirs."""
    due = {ledger.row.element_id: ledger.row.due_at for ledger in clocks} | {ledger.row.key: ledger.row.due_at for ledger in clocks}
    return {stay.key: due.get(stay.key) or due.get(stay.element_id) for stay in stays
            if stay.element_id in parties or is_party(deployed, stay.element_id)}


def is_party(deployed: Deployed, element_id: str) -> bool:
    """Whether the diagram says that this step or event waits for a party."""
    element = deployed.spec.elements.get(element_id)
    return element is not None and element.gl.get("waitsFor") == "party"


@dataclass(frozen=True)
class _Awaiting:
    """What a case without an open step waits for; asked for what has not come, it looks at what is stored."""

    c: Connection
    row: Row[Any]
    deployed: Deployed
    parties: set[str]

    def __call__(self, arrival: Arrival | None) -> Awaited:
        if arrival is not None:
            return self._at(arrival.element_id or "", Part.DATE if arrival.kind == "timer-fired" else Part.PROGRAM)
        asked = {"i": self.row.id, "at": self.row.ended_at or clock.now()}
        found = [self._at(one.element_id, Part.DATE, one.name) for one in self.c.execute(TIMERS, asked)
                 if _is_awaited(self.deployed, one.element_id)]
        works = [self._at(one.element_id, Part.PROGRAM, one.name) for one in self.c.execute(JOBS, asked)]
        waits = [one for one in found if one.part is Part.PARTY] + works + found
        return waits[0] if waits else Awaited(Part.PROGRAM)

    def _at(self, element_id: str, part: Part, name: str | None = None) -> Awaited:
        element = self.deployed.spec.elements.get(element_id)
        party = element_id in self.parties or is_party(self.deployed, element_id)
        return Awaited(Part.PARTY if party else part, element_id, (element.name if element else "") or name or "")


# ------------------------------------------------------------------------------------------------ one person's cases


@dataclass(frozen=True)
class Mine:
    """One case from one person's side; `account` is None when they never had a step of it."""

    case: Measured
    account: Account | None


@dataclass(frozen=True)
class Sheet:
    """One page of the cases that a person had to do with, the newest first."""

    person: str
    name: str
    lines: tuple[Mine, ...]
    total: int
    page: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


def of_person(c: Connection, person: str, by: Participant, *, page: int = 1, period: Span | None = None) -> Sheet:
    """The cases that a person acted in (within a period, if one is given), a page of them with their time.

    Everybody reads their own; whoever supervises reads those below their units. Raises NotFound for a person or cases beyond that.
    """
    name = directory.names(c, [person]).get(person)
    paths = by.seen_paths("supervise")
    if name is None or (person != by.id and not paths):
        raise NotFound("没有这个人员，或者不在您的监督范围内。", person=person)
    conditions = [_touched(person, period)]
    if person != by.id:
        conditions.append(or_(*(access.under(process_instance.c.unit_path, path) for path in paths)))
    total = c.execute(select(func.count()).select_from(process_instance).where(*conditions)).scalar_one()
    number = min(max(1, page), max(1, -(-total // PAGE)))
    query = select(process_instance).where(*conditions).order_by(process_instance.c.id.desc()).limit(PAGE).offset((number - 1) * PAGE)
    found = [measured(c, row) for row in c.execute(query).all()]
    return Sheet(person, name, tuple(Mine(one, _account(one.time, person)) for one in found), total, number)


def _touched(person: str, period: Span | None) -> ColumnElement[bool]:
    """Cases in which a person did something in a period; without one, those they have or ever had to do with."""
    case = process_instance.c.id
    if period is None:
        held = select(work_item.c.instance_id).where(work_item.c.assignee == person, work_item.c.state.in_((CLAIMED, "suspended")))
        return or_(case.in_(select(involvement.c.instance_id).where(involvement.c.person_id == person)), case.in_(held))
    inside = (record.c.at >= period.start, record.c.at < period.end, record.c.instance_id.is_not(None))
    return case.in_(select(record.c.instance_id).where(record.c.actor == person, *inside))


def _account(time: CaseTime, person: str) -> Account | None:
    return next((account for account in time.accounts if account.person == person), None)
