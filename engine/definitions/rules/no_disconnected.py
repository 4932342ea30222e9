"""LG03: no dead parts: everything can be reached and can get to the end."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG03"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Reachable from the start, and some end (or loose end, see LG02) reachable from there."""
    for scope in model.scopes.values():
        if not scope.starts or scope.kind == "adHocSubProcess":
            continue
        living = scope.graph.reach_back(node for node, after in scope.graph.after.items() if not after)
        for node in scope.nodes:
            if not node.event_sub_process and (node.id not in scope.graph.reachable or node.id not in living):
                yield problem(node, f"“{node.label}”无法到达，或无法走到结束",
                              "请检查连线：从开始事件要能走到这里，从这里要能走到结束事件。")
