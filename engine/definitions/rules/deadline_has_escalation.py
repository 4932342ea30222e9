"""LA13: a limit that nobody watches is a wish: escalation is drawn."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import ACTIVITIES, Model

CODE = "LA13"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Activities with a limit and no timer on their border."""
    for node in model.each(*ACTIVITIES):
        if node.gl.get("limit") and not any(border.event == "timer" for border in model.boundaries(node)):
            yield problem(node, f"“{node.label}”有办理时限，但超时后没有安排",
                          "请在它的边界上画定时器（表达式 deadline.due），接上督办、转办或视为同意的步骤。")
