"""A question about a date without a case: which rule, from when, and what happened in between; read from what was typed, and answered.

The command line and the page ask the same way. What a date is, and what may be entered, is decided by `engine.deadlines` alone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine import clock, deadlines
from engine.clock import SHANGHAI
from engine.deadlines import Calendar, Entry, EntryKind, Reading, Rule, rulebook
from engine.deadlines.explain import Explanation, explain
from engine.deadlines.ledger_check import check
from engine.errors import DeadlineRefused, InvalidValues
from web import moments
from web.moments import NoMoment

KINDS = {"suspend": "中止", "exclude": "扣除", "extend": "延长"}
NOT_ASKED = "（未写）"
"""Stands for whoever approves a suspension: a question about a date need not say who."""

MOST_EVENTS, LONGEST_WORD, LONGEST_LENGTH = 40, 200, 3660
FAULTY = "有需要更正的内容，没有核算。"


@dataclass(frozen=True)
class TypedEvent:
    """One suspension, exclusion or extension, as typed."""

    kind: str = ""
    begins: str = ""
    ends: str = ""
    ground: str = ""
    document: str = ""
    length: str = ""
    approver: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing but perhaps its kind was chosen."""
        return not any(one.strip() for one in (self.begins, self.ends, self.ground, self.document, self.length, self.approver))


@dataclass(frozen=True)
class Typed:
    """A whole question, as typed. `on`: the day to look from, today when empty. `parameters` are values of local parameters by id."""

    rule: str
    start: str
    rule_set: str = ""
    on: str = ""
    events: Sequence[TypedEvent] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The date and its reasons. `asked` is the moment from which the clock was looked at."""

    rule: Rule
    entries: tuple[Entry, ...]
    reading: Reading
    explanation: Explanation
    calendar: Calendar
    asked: dt.datetime

    @property
    def days_left(self) -> int:
        """Working days until the end, the day itself not counted; negative when it has passed."""
        return working_days_left(self.reading.due, self.calendar, self.asked)

    def plain(self) -> dict[str, Any]:
        """The answer as data."""
        reading = self.reading
        return {
            "rule": self.rule.id, "name": self.rule.name, "law": self.rule.law, "article": self.rule.article, "ruleSet": self.rule.rule_set,
            "tag": self.rule.tag, "length": self.rule.limit_text, "status": reading.status, "due": _iso(reading.due),
            "conservative": _iso(reading.conservative), "earliest": _iso(reading.earliest), "provisional": reading.provisional,
            "asked": _iso(self.asked), "explanation": self.explanation.plain()}


def working_days_left(due: dt.datetime, calendar: Calendar, now: dt.datetime) -> int:
    """Working days from a moment until the day of `due`, negative when that day has passed."""
    today, last = (moment.astimezone(SHANGHAI).date() for moment in (now, due))
    return calendar.working_days(today, last) if last >= today else -calendar.working_days(last, today)


def answer(typed: Typed, calendar: Calendar) -> Answer:
    """Compute the date. Raises InvalidValues: paths are rule, start, on, and events.<n>.<field>."""
    errors: dict[str, str] = {}
    start, asked = _moment(typed.start, "start", errors), _moment(typed.on, "on", errors) if typed.on.strip() else clock.now()
    if not typed.rule.strip():
        errors["rule"] = "请选择期限规则，例如 DL-C6。"
    events = _entries(typed.events, asked or clock.now(), errors)
    if errors or start is None or asked is None:
        raise InvalidValues(errors, FAULTY)
    rule = _rule(typed, start)
    entries = [Entry(1, EntryKind.STARTED, asked, from_at=start)]
    for number, entry in events:
        _add(rule, entries, (number, entry), calendar, asked)
    return _read(rule, entries, calendar, asked)


def _read(rule: Rule, entries: list[Entry], calendar: Calendar, asked: dt.datetime) -> Answer:
    try:
        reading = deadlines.read(rule, entries, calendar, asked)
        explanation = explain(rule, reading, entries, calendar)
    except DeadlineRefused as refusal:
        raise InvalidValues({"rule": refusal.message}, FAULTY) from refusal
    return Answer(rule, tuple(entries), reading, explanation, calendar, asked)


def rule_id(text: str) -> str:
    """The id that was meant: typed in either case, with or without the rule's name behind it; what nobody knows is given back."""
    wanted = (text.split() or [""])[0]
    known = {one.id.casefold(): one.id for one in rulebook.rules()}
    return known.get(wanted.casefold(), wanted)


def _rule(typed: Typed, start: dt.datetime) -> Rule:
    """The version in force on the day of the start; what is wrong is said where it can be mended."""
    wanted, day, chosen = rule_id(typed.rule), start.astimezone(SHANGHAI).date(), typed.rule_set.strip()
    try:
        return rulebook.rule(wanted, day=day, rule_set=chosen, parameters=typed.parameters)
    except DeadlineRefused as refusal:
        raise InvalidValues({_place(wanted, day, chosen, typed.parameters): refusal.message}, FAULTY) from refusal


def _place(wanted: str, day: dt.date, chosen: str, parameters: Mapping[str, Any]) -> str:
    """Which field a refused rule is about: the rule set, the day if only it does not fit, the value that is tried, else the rule."""
    if chosen and chosen not in rulebook.rule_sets():
        return "set"
    there = next((one for one in rulebook.rules(day, rule_set=chosen) if one.id == wanted), None)
    if there is None:
        return "start" if any(one.id == wanted for one in rulebook.rules(rule_set=chosen)) else "rule"
    return "value" if there.parameter in parameters else "rule"


def _add(rule: Rule, entries: list[Entry], event: tuple[int, Entry], calendar: Calendar, asked: dt.datetime) -> None:
    number, entry = event
    try:
        check(rule, entries, entry, calendar, now=asked)
    except DeadlineRefused as refusal:
        raise InvalidValues({f"events.{number}": refusal.message}, FAULTY) from refusal
    entries.append(entry)


def _entries(events: Sequence[TypedEvent], asked: dt.datetime, errors: dict[str, str]) -> list[tuple[int, Entry]]:
    """Entries of the ledger by the number of their row."""
    filled = [(number, one) for number, one in enumerate(events) if not one.is_empty]
    if len(filled) > MOST_EVENTS:
        errors["events"] = f"一次最多核算 {MOST_EVENTS} 条中止、扣除和延长，收到 {len(filled)} 条。"
        return []
    found = []
    for seq, (number, one) in enumerate(filled, start=2):
        entry = _entry(one, f"events.{number}", errors)
        found += [(number, replace(entry, seq=seq, recorded_at=asked))] if entry is not None else []
    return found


def _entry(typed: TypedEvent, at: str, errors: dict[str, str]) -> Entry | None:
    before = len(errors)
    if typed.kind not in KINDS:
        errors[f"{at}.kind"] = f"请选择{'、'.join(KINDS.values())}之一。"
    for name in ("document", "approver", "ground"):
        if len(getattr(typed, name)) > LONGEST_WORD:
            errors[f"{at}.{name}"] = f"最多 {LONGEST_WORD} 个字。"
    begins = ends = length = None
    if typed.kind == "extend":
        length = _length(typed.length, f"{at}.length", errors)
    else:
        begins = _moment(typed.begins, f"{at}.begins", errors)
        ends = _moment(typed.ends, f"{at}.ends", errors) if typed.ends.strip() or typed.kind == "exclude" else None
    if len(errors) > before:
        return None
    kind = {"suspend": EntryKind.SUSPENDED, "exclude": EntryKind.EXCLUDED, "extend": EntryKind.EXTENDED}[typed.kind]
    approver = typed.approver.strip() or (NOT_ASKED if typed.kind != "extend" else "")
    return Entry(0, kind, clock.now(), begins, ends, length, typed.ground.strip(), typed.document.strip(), approver)


def _length(text: str, at: str, errors: dict[str, str]) -> float | None:
    shown = text.strip()
    if not shown.isascii() or not shown.isdigit() or not 0 < len(shown) <= 4 or not 0 < int(shown) <= LONGEST_LENGTH:
        errors[at] = f"延长的长度应为 1 至 {LONGEST_LENGTH} 的整数，单位与规则相同。"
        return None
    return float(shown)


def _moment(text: str, at: str, errors: dict[str, str]) -> dt.datetime | None:
    if not text.strip():
        errors[at] = "请填写日期，例如 2026-02-10。"
        return None
    try:
        return moments.read(text)
    except NoMoment as problem:
        errors[at] = str(problem)
        return None


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else clock.local(moment).isoformat(timespec="seconds")
