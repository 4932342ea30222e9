"""LG09: a way back must not lead straight into a split."""

from collections.abc import Iterator

from engine.definitions.blocks import loops_into
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import SPLITTING, Model

CODE = "LG09"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Parallel and inclusive splits with a back edge among their ways in."""
    for node in model.each(*SPLITTING):
        if node.is_split and loops_into(model, node):
            yield problem(node, f"退回线不能直接连到分叉网关“{node.label}”，请在其前面加一个汇合网关",
                          "在分叉网关前加一个排他网关，把退回线和原来的连线都接到它上面。")
