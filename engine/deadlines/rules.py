"""Rules of time limits as data: which law and article, how long, from which event, and what follows when time runs out.

A rule is a row of the rule book (`law/*.toml`), never code. Whether days are working or calendar days is derived from the law and the
number it names, not typed by anybody.
"""

import datetime as dt
import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.deadlines.counting import Unit, text


class Kind(StrEnum):
    """What the end of a limit does."""

    STOP = "stop"  # the work itself must end (解除查封、自动解除)
    GATE = "gate"  # the next step is blocked before or after it
    SUPERVISE = "supervise"  # the step may still be done, with a reason, and supervision looks
    MOVE = "move"  # the case goes on by itself (视为放弃、视为受理)


class Gate(StrEnum):
    """When a step that names the rule in `gl:gate` is lawful."""

    AFTER = "after"  # only after the whole limit has passed (RULE-9)
    WITHIN = "within"  # only until the limit ends
    BARRED = "barred"  # not at the times the rule bars


class Roll(StrEnum):
    """Whether a last day off moves to the next working day (RULE-2)."""

    PARTY = "party"  # a right or payment of the party: it moves
    AUTHORITY = "authority"  # a cap on the authority: it does not, and the conservative day is the working day before
    COURT = "court"  # a limit of the authority under the procedure of courts: it moves, but the conservative day is as above
    NONE = "none"  # neither: hours, and periods that only have to pass


@dataclass(frozen=True)
class Extension:
    """One lawful prolongation: at most `length` (endless: as decided) in the rule's own unit, approved by a person with one of the
    `approvers` roles (none: a body outside the town approves), by `document`."""

    length: float
    approvers: tuple[str, ...]
    document: str


@dataclass(frozen=True)
class Ground:
    """A lawful reason to stop the clock, and the document without which it may not be stopped. `inclusive`: the day on which the reason
    begins does not count either (加处罚款自申请复议之日起不计算)."""

    id: str
    name: str
    document: str
    inclusive: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule in one version of its law, for one rule set. `length` is in `unit`; `cap` is the most that all extensions may add.

    `on_return`: what sending a case back does to the clock ("continue" or "restart"). `on_halt`: what suspending the case as a whole does
    ("run": a statutory clock goes on; "stop": a limit of our own stands). `leads`: lengths of time before the end at which to warn.
    `parameter` names the local parameter that the length comes from, with the evidence `tag` of its value. `basis` is the text that makes
    days working or calendar days. A `length` of nought ends on the day of the event itself; one that is no number waits for its parameter.
    """

    id: str
    name: str
    length: float
    unit: Unit
    law: str = ""
    article: str = ""
    valid_from: dt.date = dt.date.min
    valid_to: dt.date | None = None
    rule_set: str = ""
    trigger: str = ""
    matter: str = ""
    basis: str = ""
    who: str = ""
    consequence: str = ""
    kind: Kind = Kind.SUPERVISE
    gate: Gate | None = None
    roll: Roll = Roll.NONE
    tag: str = ""
    parameter: str = ""
    extensions: tuple[Extension, ...] = ()
    cap: float | None = None
    grounds: tuple[Ground, ...] = ()
    on_return: str = "continue"
    on_halt: str = "run"
    leads: tuple[float, ...] = ()
    warn_before: float | str | None = None
    extra: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def title(self) -> str:
        """The rule as a person reads its name: “DL-B3 查封、扣押处理”."""
        return f"{self.id} {self.name}".strip()

    @property
    def is_set(self) -> bool:
        """Whether its length is known; a local parameter without a value leaves it open."""
        return not math.isnan(self.length)

    @property
    def limit_text(self) -> str:
        """Its length in words."""
        if not self.is_set:
            return f"未设定（参数 {self.parameter}）"
        if self.gate is Gate.BARRED:
            return f"每日 {self.extra.get('night', '')} 和法定节假日"
        return text(self.length, self.unit) if self.length else "当日"

    def ground(self, ground_id: str) -> Ground | None:
        """Its lawful reason of that id."""
        return next((one for one in self.grounds if one.id == ground_id), None)


def step_rule(name: str, length: float, unit: Unit, warn_before: float | str | None) -> Rule:
    """The rule behind `gl:limit`: a limit of our own, without a law. A case that is halted halts it, a step done again begins it anew."""
    return Rule("", name, length, unit, on_return="restart", on_halt="stop", warn_before=warn_before)
