"""The legal acts and the properties as data: `acts.toml` and `properties.toml`, read once.

Source of both: the laws named in every entry; nothing about an act or a property is written in code.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PATTERNS = ("precedence", "response", "exclusion", "roles", "checks", "clock", "gate", "evidence", "serves", "papers", "links")
TRACES = ("precedence", "response", "exclusion")
"""Patterns about the order of acts; the others look at single steps."""


@dataclass(frozen=True)
class Act:
    """`operations` (gl:act) and `papers` (document templates) give away that a step is this act even when it does not say so.

    `enforcement`: only officers of the authority may do it.
    """

    id: str
    name: str
    law: str
    enforcement: bool = False
    operations: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guard:
    """The class of cases that needs the act: those where `variable` is `value` (as FEEL writes it)."""

    variable: str
    value: str


@dataclass(frozen=True)
class Property:
    """One legal requirement.

    precedence: nothing of `then` without something of `first` since the last `reset`; `held` says that it counts as done at the start.
    response: after something of `after`, something of `then` before the end; `held` says that it is owed from the start.
    exclusion: after `after` never `then`.
    roles, checks, clock, gate, evidence: every step that is one of `acts` has one of `roles`, all of `checks`, lies within one of
    `deadlines`, has all `gates`, takes evidence of one of `kinds`. serves: a call that is one of `acts` calls a process that does
    `first`. papers: a step of one of `roles` issues only papers that begin with one of `papers`, and is no act of enforcement.
    links: every step of people in a link has a limit, a timer and somebody who is told.
    `whole`: asked of processes that people start, with everything they call; else of the process in which the steps stand.
    `needs`: asked only where one of these acts is also found.
    """

    id: str
    title: str
    pattern: str
    law: str
    message: str
    hint: str
    first: frozenset[str] = frozenset()
    then: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    reset: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    held: bool = False
    whole: bool = False
    guards: tuple[Guard, ...] = ()
    roles: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()
    deadlines: frozenset[str] = frozenset()
    gates: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    papers: tuple[str, ...] = ()

    @property
    def is_order(self) -> bool:
        """Whether it is about the order of acts."""
        return self.pattern in TRACES

    @property
    def about(self) -> frozenset[str]:
        """The acts whose steps decide whether it is asked at all."""
        return {"precedence": self.then, "response": self.after, "exclusion": self.then}.get(self.pattern, self.acts)

    @property
    def named(self) -> frozenset[str]:
        """Every act it mentions."""
        return self.first | self.then | self.after | self.reset | self.acts


@cache
def acts() -> Mapping[str, Act]:
    """Every legal act by its id."""
    return {identity: Act(identity, sheet["name"], sheet["law"], bool(sheet.get("enforcement", False)),
                          tuple(sheet.get("operations", ())), tuple(sheet.get("papers", ())))
            for identity, sheet in _read("acts.toml").items()}


@cache
def properties() -> Mapping[str, Property]:
    """Every property by its id."""
    return {identity: _property(identity, sheet) for identity, sheet in _read("properties.toml").items()}


def _property(identity: str, sheet: Mapping[str, Any]) -> Property:
    guards = tuple(Guard(one["variable"], one["value"]) for one in sheet.get("guards", ()))
    plain: dict[str, Any] = {key: value if isinstance(value, str | bool) else tuple(value) if key == "papers" else frozenset(value)
             for key, value in sheet.items() if key != "guards"}
    return Property(id=identity, guards=guards, **plain)


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((HERE / file).read_text("utf-8"))
