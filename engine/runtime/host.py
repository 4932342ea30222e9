"""What tokens may ask of the world outside the diagram: names, expressions, decisions and deadlines of one case.

One host lives as long as the tokens it serves; `serve` tells it at the beginning of each turn whose turn it is.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine import clock, feel
from engine.deadlines import Calendar, Deadline, calendars, default_calendar
from engine.definitions.versions import Deployed
from engine.errors import InvalidDefinition
from engine.runtime import ledgers, limits, parameters
from engine.runtime.limits import Limit
from engine.spiff import Element

Names = Mapping[str, Any]


class CaseHost:
    """Serves the tokens of one case. Evaluates nothing but FEEL and reaches nothing outside the database."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self._brought = parameters.brought(deployed.parameters)
        self._case: Names = {}
        self._parameters: Names = {}
        self.calendar: Calendar = default_calendar()
        self.dated_by = 0
        self._keeper = _Keeper()

    def serve(self, c: Connection, case: Names, head: bytes | None) -> None:
        """Begin a turn: `case` is what expressions see under that name; parameters are those in force at `head`."""
        self._case = case
        self._parameters = {**self._brought, **parameters.for_unit(parameters.changed_at(c, head), str(case["unit_path"]))}
        self.calendar, self.dated_by = calendars.of_head(c, head)
        self._keeper = _Keeper(c, int(case["id"]))

    @property
    def parameters(self) -> Names:
        """The parameters in force in this turn."""
        return self._parameters

    def ledgers(self) -> list[ledgers.Ledger]:
        """The clocks of the case, read once a turn."""
        return self._keeper.all()

    def now(self) -> dt.datetime:
        """The turn's moment."""
        return clock.now()

    def names(self) -> dict[str, Any]:
        """Names that every expression of the diagram may use beside the case's variables."""
        known = {"param": self._parameters, "case": self._case, "now": clock.now(), "today": clock.today()}
        return {**known, "deadline": {"of": self._keeper.told(self)}} if self.deployed.asks_clocks else known

    def evaluate(self, jobs: Sequence[tuple[str, Names]]) -> list[Any]:
        """Several expressions at once. Raises ExpressionFailed."""
        return feel.evaluate_many(jobs)

    def decide(self, decision: str, names: Names) -> Any:
        """The result of a decision table of this version. Raises InvalidDefinition when it has none of that name."""
        for decisions in self.deployed.decisions.values():
            if decision in decisions.ids:
                return decisions.decide(decision, names)
        raise InvalidDefinition(message=f"流程中没有决策表“{decision}”，请联系流程设计人员。")

    # ---------------------------------------------------------------------------------------- limits

    def deadline(self, element: Element, names: Names) -> Deadline | None:
        """What timers on an element hang on: its own limit, else that of the law; None when it has none now."""
        found = self._keeper.standing(self, element) or self.limits(element, names)
        return found[-1].deadline if found else None

    def limits(self, element: Element, names: Names) -> tuple[Limit, ...]:
        """The limits of an element that begins now: by the law first, then its own. Raises ExpressionFailed, DeadlineRefused."""
        asked = {name: element.gl[name] for name in ("limit", "warnBefore", "deadlineStart") if element.gl.get(name) not in (None, "")}
        if element.gl.get("deadline"):
            asked["ruleSet"] = self.deployed.spec.processes[element.process_id].gl.get("ruleSet")
        values = self._values(asked, names)
        found = [self._by_law(element, values)] if element.gl.get("deadline") else []
        own = limits.own_rule(element, values.get("limit"), values.get("warnBefore"))
        started = clock.now() if found else limits.moment(element, values.get("deadlineStart"), clock.now())
        return (*found, *([limits.begun(own, started, self.calendar, clock.now())] if own else ()))

    def _by_law(self, element: Element, values: Names) -> Limit:
        started, careful = limits.start(element, values.get("deadlineStart"), clock.now())
        rule = limits.law_rule(element, values.get("ruleSet"), started, self._parameters)
        back = self._keeper.left(element, rule.id) if rule.on_return == "continue" else None
        return ledgers.gone_on(back, self) if back is not None else limits.begun(rule, started, self.calendar, clock.now(), careful)

    def _values(self, asked: Names, names: Names) -> dict[str, Any]:
        """The values of attributes; only what is no plain number costs an evaluation."""
        found = {name: text if name == "warnBefore" and is_share(text) else plain(text) for name, text in asked.items()}
        missing = [name for name, value in found.items() if value is UNKNOWN]
        if missing:
            scope = {**self.names(), **names}
            found.update(zip(missing, self.evaluate([(asked[name], scope) for name in missing]), strict=True))
        return found

    def clocks_moved(self, returning: bool = False) -> None:
        """Read clocks afresh from now on, and let timers hang on those that run. `returning`: this turn sends a token back."""
        self._keeper = _Keeper(self._keeper.c, self._keeper.case, moved=True, returning=returning or self._keeper.returning)

    @property
    def clocks_have_moved(self) -> bool:
        """Whether this turn changed a ledger."""
        return self._keeper.moved

    def expects_return(self) -> None:
        """This turn sends a token back: a clock whose rule continues is to be found again even where its step had been done."""
        self._keeper.returning = True


class _Keeper:
    """The clocks of the case, read when first asked for, once a turn."""

    def __init__(self, c: Connection | None = None, case: int = 0, *, moved: bool = False, returning: bool = False) -> None:
        self.c, self.case, self.moved, self.returning = c, case, moved, returning
        self._ledgers: list[ledgers.Ledger] | None = None

    def all(self) -> list[ledgers.Ledger]:
        """Oldest first."""
        if self._ledgers is None:
            self._ledgers = ledgers.of_case(self.c, self.case) if self.c is not None else []
        return self._ledgers

    def standing(self, host: CaseHost, element: Element) -> tuple[Limit, ...]:
        """The limits of an element as they stand now, once clocks have moved; those that began first where there are several."""
        if not self.moved:
            return ()
        running = [one for one in self.all() if one.row.element_id == element.id and one.is_open]
        first = [one for one in running if one.row.key == running[0].row.key]
        return tuple(ledgers.standing(one, host) for one in sorted(first, key=lambda one: not one.row.rule))

    def left(self, element: Element, rule: str) -> ledgers.Ledger | None:
        """The clock that a step left behind when it was sent back, or to which a send-back of this turn returns."""
        for one in reversed(self.all()):
            if one.row.element_id == element.id and one.row.rule == rule:
                if not one.is_open and (self.returning or one.row.stop_reason in ledgers.RETURNED):
                    return one
                return None
        return None

    def told(self, host: CaseHost) -> dict[str, Any]:
        """The newest clock of each rule, as expressions see it."""
        return {one.row.rule: ledgers.told(one, host) for one in self.all() if one.row.rule}


UNKNOWN: Any = object()
"""Stands for a value that only an evaluation can tell."""


def plain(text: Any) -> Any:
    """A number, or None, that needs no evaluation; else UNKNOWN."""
    if text is None or isinstance(text, int | float):
        return text
    try:
        number = float(text)
    except ValueError:
        return UNKNOWN
    return int(number) if number.is_integer() else number


def is_share(text: Any) -> bool:
    """A share of the time, such as "20%"."""
    return isinstance(text, str) and text.strip().endswith("%")
