"""LA13: a limit that nobody watches is a wish: escalation is drawn."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import ACTIVITIES, Model, Node

CODE = "LA13"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Activities with a limit and no timer on their border, nor on that of a sub-process around them."""
    for node in model.each(*ACTIVITIES):
        if node.gl.get("limit") and not _watched(model, node):
            yield problem(node, f"“{node.label}”有办理时限，但超时后没有安排",
                          "请在它的边界上画定时器（表达式 deadline.due），接上督办、转办或视为同意的步骤。")


def _watched(model: Model, node: Node) -> bool:
    around = (model.nodes[scope.id] for scope in model.around(node.scope) if scope.id in model.nodes)
    return any(border.event == "timer" for holder in (node, *around) for border in model.boundaries(holder))
