"""Dividing the time of a case, and of everybody who had to do with it, into parts that add up to the whole exactly.

The case's own parts are a partition: at every moment the first that holds of
 1. halted: the case is suspended, or a statutory limit of the whole case stands on a legal ground;
 2. in somebody's hands: the step that was opened first counts when several are;
 3. with a post, to be claimed;
 4. every open step stands on a legal ground;
 5. waiting for a party: a step or period that the diagram or the law gives to the party, up to the end of that period;
 6. waiting for a date, for a program or for a message.
A person's own account divides the same time into: in my hands; waiting for others; lawfully suspended. So each account of a case has
the length of the case. Everything is counted twice: on the wall, and in the working time of the calendar.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from engine.deadlines import Calendar
from engine.supervision.stays import Arrival, Span, Stay, Told

ZERO = dt.timedelta(0)


class Part(StrEnum):
    """Where the time of a case lay. MINE is used in the account of a person only, HANDS there means the hands of somebody else."""

    MINE = "mine"
    HANDS = "hands"
    QUEUE = "queue"
    PARTY = "party"
    DATE = "date"
    PROGRAM = "program"
    SUSPENDED = "suspended"


WORDS: Mapping[str, str] = {
    Part.MINE: "在我手里", Part.HANDS: "有人在办", Part.QUEUE: "待领取", Part.PARTY: "等当事人", Part.DATE: "等日期",
    Part.PROGRAM: "等系统或外部消息", Part.SUSPENDED: "依法停止",
}
CASE_PARTS = (Part.HANDS, Part.QUEUE, Part.PARTY, Part.DATE, Part.PROGRAM, Part.SUSPENDED)
WAITS = (Part.HANDS, Part.QUEUE, Part.PARTY, Part.DATE, Part.PROGRAM)


@dataclass(frozen=True)
class Length:
    """A length of time on the wall, and how much of it was working time."""

    wall: dt.timedelta = ZERO
    work: dt.timedelta = ZERO

    def __add__(self, other: "Length") -> "Length":
        return Length(self.wall + other.wall, self.work + other.work)


@dataclass(frozen=True)
class Piece:
    """A stretch of the case's own time with one answer. `person` or `role` is whose it was, `name` the step or event."""

    start: dt.datetime
    end: dt.datetime
    part: Part
    person: str | None
    role: str | None
    key: str | None
    name: str
    length: Length


@dataclass(frozen=True)
class Account:
    """The time of one case from one person's side. `waits` says what the waiting for others was."""

    person: str
    mine: Length
    suspended: Length
    waits: Mapping[Part, Length]

    @property
    def others(self) -> Length:
        """Waiting for others, whoever or whatever they were."""
        return sum(self.waits.values(), Length())

    @property
    def whole(self) -> Length:
        """All of it: the case's own length."""
        return self.mine + self.others + self.suspended


@dataclass(frozen=True)
class CaseTime:
    """One case divided. `steps` gives for each work item (by key) how long it lay with its post, in hands, with the party, suspended."""

    told: Told
    whole: Length
    pieces: tuple[Piece, ...]
    accounts: tuple[Account, ...]
    steps: Mapping[str, Mapping[Part, Length]]

    @property
    def parts(self) -> Mapping[Part, Length]:
        """The case's own account."""
        return {part: sum((piece.length for piece in self.pieces if piece.part is part), Length()) for part in CASE_PARTS}


@dataclass(frozen=True)
class Awaited:
    """What a case without an open step waits for: PARTY, DATE or PROGRAM, at which element, called what."""

    part: Part
    element_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Law:
    """What the diagram and the ledgers add to the record. `halts`: the whole case stands; `stands`: one step does, by its key, or what
    a case without an open step waits for, by the id of the element.

    `party`: steps that wait for a party, by key, with the end of that waiting (None: until they end). `awaited` says what a case
    without an open step was waiting for, by what came in the end (None: it still waits).
    """

    halts: Sequence[Span] = ()
    stands: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    party: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    awaited: Callable[[Arrival | None], Awaited] = lambda arrival: Awaited(Part.PROGRAM)


def divide(told: Told, law: Law, calendar: Calendar) -> CaseTime:
    """Divide the whole time of a case."""
    whole = Length(told.end - told.start, calendar.business_time(told.start, told.end))
    holders = {hold.person for stay in told.stays for hold in stay.holds if hold.person}
    people = sorted(holders | {stay.ended_by for stay in told.stays if stay.ended_by})
    ledger = _Ledger(people)
    pieces = [_moment(told, law, calendar, span, ledger) for span in _stretches(told, law)]
    accounts = tuple(ledger.account(person) for person in people)
    return CaseTime(told, whole, tuple(_joined(pieces)), accounts, ledger.steps)


def _stretches(told: Told, law: Law) -> Iterator[Span]:
    """The shortest stretches in which nothing changes."""
    spans = [*told.halts, *law.halts, *(span for spans in law.stands.values() for span in spans)]
    cuts = {told.start, told.end, *(cut for span in spans for cut in (span.start, span.end))}
    cuts |= {cut for stay in told.stays for hold in stay.holds for cut in (hold.start, hold.end)}
    cuts |= {until for until in law.party.values() if until is not None} | {arrival.at for arrival in told.arrivals}
    inside = sorted(cut for cut in cuts if told.start <= cut <= told.end)
    return (Span(a, b) for a, b in pairwise(inside))


@dataclass
class _Ledger:
    people: Sequence[str]
    sums: dict[tuple[str, Part], Length] = field(default_factory=dict)
    steps: dict[str, dict[Part, Length]] = field(default_factory=dict)

    def person(self, person: str, part: Part, length: Length) -> None:
        self.sums[person, part] = self.sums.get((person, part), Length()) + length

    def step(self, key: str, part: Part, length: Length) -> None:
        parts = self.steps.setdefault(key, {})
        parts[part] = parts.get(part, Length()) + length

    def account(self, person: str) -> Account:
        of = {part: self.sums.get((person, part), Length()) for part in Part}
        return Account(person, of[Part.MINE], of[Part.SUSPENDED], {part: of[part] for part in WAITS})


def _moment(told: Told, law: Law, calendar: Calendar, span: Span, ledger: _Ledger) -> Piece:
    """What held from one cut to the next, for the case, for each step and for everybody."""
    length = Length(span.end - span.start, calendar.business_time(span.start, span.end))
    live = [stay for stay in told.stays if stay.opened <= span.start < stay.ended]
    halted = _covers((*told.halts, *law.halts), span)
    lies = {stay.key: Part.SUSPENDED if halted else _lies(stay, law, span) for stay in live}
    for stay in live:
        ledger.step(stay.key, lies[stay.key], length)
    part, whose, name = _whose(told, law, span, lies, halted)
    active = {stay.holder(span.start) for stay in live if lies[stay.key] is Part.HANDS}
    standing = {stay.holder(span.start) for stay in live if lies[stay.key] is Part.SUSPENDED}
    for one in ledger.people:
        stopped = part is Part.SUSPENDED or one in standing
        ledger.person(one, Part.MINE if one in active else Part.SUSPENDED if stopped else part, length)
    person = whose.holder(span.start) if whose and part is Part.HANDS else None
    return Piece(span.start, span.end, part, person, whose.role if whose else None, whose.key if whose else None, name, length)


def _lies(stay: Stay, law: Law, span: Span) -> Part:
    if _covers(law.stands.get(stay.key, ()), span):
        return Part.SUSPENDED
    if stay.key in law.party:
        until = law.party[stay.key]
        if until is None or span.start < until:
            return Part.PARTY
    return Part.HANDS if stay.holder(span.start) else Part.QUEUE


def _whose(told: Told, law: Law, span: Span, lies: Mapping[str, Part], halted: bool) -> tuple[Part, Stay | None, str]:
    """The case's own part, with the step it is about, by the order that the module states."""
    if halted:
        return Part.SUSPENDED, None, "事项挂起"
    for part in (Part.HANDS, Part.QUEUE, Part.SUSPENDED, Part.PARTY):
        first = next((stay for stay in told.stays if lies.get(stay.key) is part), None)
        if first is not None:
            return part, first, first.name
    coming = next((arrival for arrival in told.arrivals if arrival.at >= span.end), None)
    awaited = law.awaited(coming)
    stands = _covers(law.stands.get(awaited.element_id, ()), span)
    return Part.SUSPENDED if stands else awaited.part, None, awaited.name


def _covers(spans: Sequence[Span], span: Span) -> bool:
    return any(one.start <= span.start and span.end <= one.end for one in spans)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours with the same answer are one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and _answer(last) == _answer(piece):
            last = Piece(last.start, piece.end, *_answer(last), last.length + piece.length)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _answer(piece: Piece) -> tuple[Part, str | None, str | None, str | None, str]:
    return piece.part, piece.person, piece.role, piece.key, piece.name
