"""LG02: every path ends in an end event."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG02"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Nodes where the drawing simply stops."""
    for node in model.each():
        stops = node.kind != "endEvent" and not node.outgoing and not node.event_sub_process
        if stops and model.scopes[node.scope].kind != "adHocSubProcess":
            yield problem(node, f"从“{node.label}”出发的路径没有结束事件", "请从这里连到下一步，或者连到一个结束事件。")
