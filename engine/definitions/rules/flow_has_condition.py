"""LG06: every way out of a choice except the default has a condition."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG06"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Flows out of exclusive and inclusive splits."""
    for node in model.each("exclusiveGateway", "inclusiveGateway"):
        for flow in node.outgoing if node.is_split else ():
            if not flow.condition and flow.id != node.default:
                target = model.nodes.get(flow.target)
                yield problem(flow, f"网关“{node.label}”到“{target.label if target else flow.target}”的连线缺少条件",
                              "请写上条件，例如 result = \"属实\"；其余情况都走的那条设为默认流。")
