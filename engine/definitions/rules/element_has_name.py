"""LN03: work lists and the history can only show what has a name."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import ACTIVITIES, EVENTS, Model

CODE = "LN03"
SEVERITY = Severity.WARNING
SHOWN = (*ACTIVITIES, *EVENTS)


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Activities, events, and gateways that decide."""
    for node in model.each():
        if not node.name and (node.kind in SHOWN or node.kind == "exclusiveGateway" and node.is_split):
            yield problem(node, f"“{node.id}”没有名称，待办和历史中将无法辨认", "请写上中文名称，说清这一步做什么。")
