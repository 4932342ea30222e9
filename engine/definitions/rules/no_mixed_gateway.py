"""LG08: a parallel or inclusive gateway either splits or joins."""

from collections.abc import Iterator

from engine.definitions.blocks import loops_into
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import SPLITTING, Model

CODE = "LG08"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Mixed gateways; those with a loop leading straight in are named by LG09."""
    for node in model.each(*SPLITTING):
        if node.is_join and node.is_split and not loops_into(model, node):
            yield problem(node, f"网关“{node.label}”同时用于汇合和分叉，请拆成两个", "先画一个汇合网关，再接一个分叉网关。")
