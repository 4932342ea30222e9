"""Why a date is the date: every day of a limit, counted or skipped, and the rules that say so, as data and as plain sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.deadlines.calendar import Calendar
from engine.deadlines.ledger import Entry
from engine.deadlines.reading import Reading
from engine.deadlines.rules import Rule


@dataclass(frozen=True)
class Explanation:
    """The sentences, and the lines they were made from."""

    lines: tuple[dict[str, Any], ...]
    sentences: tuple[str, ...]

    def text(self) -> str:
        """All sentences, one a line."""
        return "\n".join(self.sentences)

    def plain(self) -> dict[str, Any]:
        """The same as data."""
        return {"lines": list(self.lines), "sentences": list(self.sentences)}


def explain(rule: Rule, reading: Reading, entries: Iterable[Entry], calendar: Calendar) -> Explanation:
    """The explanation of a reading."""
    return Explanation((), (f"{rule.title}：{rule.limit_text}",))
