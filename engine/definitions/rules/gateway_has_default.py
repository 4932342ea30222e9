"""LG05: a choice needs a way for the case that no condition is true."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG05"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Exclusive and inclusive gateways that choose."""
    for node in model.each("exclusiveGateway", "inclusiveGateway"):
        chooses = node.is_split or any(flow.condition is not None for flow in node.outgoing)
        if chooses and node.default is None:
            yield problem(node, f"网关“{node.label}”没有默认出口，条件都不满足时流程会卡住",
                          "请选一条连线设为默认（选中连线，改类型为“默认流”）。")
