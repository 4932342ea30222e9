"""What tokens may ask of the world outside the diagram: names, expressions, decisions and deadlines of one case.

One host lives as long as the tokens it serves; `serve` tells it at the beginning of each turn whose turn it is.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine import clock, feel
from engine.deadlines import Deadline, Unit, deadline, default_calendar
from engine.definitions.versions import Deployed
from engine.errors import ExpressionFailed, InvalidDefinition
from engine.runtime import parameters
from engine.spiff import Element

Names = Mapping[str, Any]


class CaseHost:
    """Serves the tokens of one case. Evaluates nothing but FEEL and reaches nothing outside the database."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self._brought = parameters.brought(deployed.parameters)
        self._case: Names = {}
        self._parameters: Names = {}

    def serve(self, c: Connection, case: Names, head: bytes | None) -> None:
        """Begin a turn: `case` is what expressions see under that name; parameters are those in force at `head`."""
        self._case = case
        self._parameters = {**self._brought, **parameters.changed_at(c, head)}

    def now(self) -> dt.datetime:
        """The turn's moment."""
        return clock.now()

    def names(self) -> dict[str, Any]:
        """Names that every expression of the diagram may use beside the case's variables."""
        return {"param": self._parameters, "case": self._case, "now": clock.now(), "today": clock.today()}

    def evaluate(self, jobs: Sequence[tuple[str, Names]]) -> list[Any]:
        """Several expressions at once. Raises ExpressionFailed."""
        return feel.evaluate_many(jobs)

    def decide(self, decision: str, names: Names) -> Any:
        """The result of a decision table of this version. Raises InvalidDefinition when it has none of that name."""
        for decisions in self.deployed.decisions.values():
            if decision in decisions.ids:
                return decisions.decide(decision, names)
        raise InvalidDefinition(message=f"流程中没有决策表“{decision}”，请联系流程设计人员。")

    def deadline(self, element: Element, names: Names) -> Deadline | None:
        """The deadline of a step that begins now, from its gl:limit; None when it has no limit or the limit is null."""
        limit = element.gl.get("limit")
        if limit is None or limit == "":
            return None
        length, before = self._numbers(limit, element.gl.get("warnBefore"), names)
        if length is None:
            return None
        if isinstance(length, bool) or not isinstance(length, int | float):
            raise ExpressionFailed(f"“{element.name}”的办理时限不是数字，请联系流程设计人员。", element=element.id)
        unit = Unit(element.gl.get("limitUnit") or Unit.WORKING_DAYS)
        return deadline(clock.now(), length, unit, default_calendar(), before)

    def _numbers(self, limit: Any, before: Any, names: Names) -> tuple[Any, Any]:
        """The length and the warning as values; only what is no plain number costs an evaluation."""
        found = {"limit": plain(limit), "before": before if is_share(before) else plain(before)}
        asked = [(name, text) for name, text in (("limit", limit), ("before", before)) if found[name] is UNKNOWN]
        if asked:
            scope = {**self.names(), **names}
            found.update(zip([name for name, _ in asked], self.evaluate([(text, scope) for _, text in asked]), strict=True))
        return found["limit"], found["before"]


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
