"""The short language in which tables of dates say what is entered in a ledger: "exclude testing 2026-09-16 2026-09-30", "extend 30"."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from engine.clock import SHANGHAI
from engine.deadlines import Entry, EntryKind, Rule, Unit, rulebook, step_rule

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
PAPER = {"document": "文书〔2026〕1号", "approver": "boss", "by": "officer"}
KINDS = {"exclude": EntryKind.EXCLUDED, "suspend": EntryKind.SUSPENDED, "resume": EntryKind.RESUMED, "extend": EntryKind.EXTENDED,
         "correct": EntryKind.CORRECTED, "revoke": EntryKind.REVOKED}


def at(text: str) -> dt.datetime:
    """A day or moment of the town."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def started(start: str, careful: str | None = None) -> Entry:
    """The first entry of every ledger."""
    return Entry(1, EntryKind.STARTED, at(start), from_at=at(start), conservative_from=at(careful) if careful else None)


def entry(seq: int, words: str) -> Entry:
    """One entry: kind, then its ground or the number it is about, then moments or a length."""
    kind, *rest = words.split()
    moments = [at(word) for word in rest if word.count("-") == 2]
    begin, end = (moments + [None, None])[:2]
    number = int(rest[0]) if kind in ("correct", "revoke") else None
    length = float(rest[0]) if kind == "extend" else None
    ground = rest[0] if kind in ("exclude", "suspend") else "testing" if kind == "correct" else ""
    return Entry(seq, KINDS[kind], NOW, begin, end, length, ground=ground, reason="登记", corrects=number, **PAPER)


def ledger(start: str, events: Sequence[str] = (), careful: str | None = None) -> list[Entry]:
    """A whole ledger."""
    return [started(start, careful), *(entry(seq, words) for seq, words in enumerate(events, 2))]


def rule_of(row: dict[str, Any]) -> Rule:
    """The rule that a row of a table means; one without an id has a limit of its own."""
    if not row["rule"]:
        number, unit = row["limit"].split()
        return step_rule("自定时限", int(number), Unit(unit), None)
    day = at(row["start"]).date()
    return rulebook.rule(row["rule"], day=day, rule_set=row.get("set", ""), parameters=row.get("parameters", {}))
