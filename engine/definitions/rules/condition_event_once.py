"""LE09: a conditional event that does not interrupt fires only once."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE09"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Boundary events; event sub-processes of that kind are refused by LE02."""
    for node in model.each("boundaryEvent"):
        if node.event == "conditional" and not node.interrupting:
            yield problem(node, f"条件事件“{node.label}”只会触发一次", "需要多次提醒时，请改用重复的定时器。")
