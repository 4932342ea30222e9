"""LG04: only gateways branch."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import GATEWAYS, Model

CODE = "LG04"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Activities and events with several ways out, or with a condition on the way out."""
    for node in model.each():
        if node.kind not in GATEWAYS and (len(node.outgoing) > 1 or any(flow.condition is not None for flow in node.outgoing)):
            yield problem(node, f"“{node.label}”后面直接分叉或带条件，请插入网关",
                          "同时进行用并行网关，按条件选择用排他网关；导入外来文件时系统会自动补上。")
