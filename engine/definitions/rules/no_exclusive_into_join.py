"""LG11: a choice closed by a parallel join waits for ever."""

from collections.abc import Iterator

from engine.definitions.blocks import ONE_WAY, nearest_split
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG11"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Parallel joins whose nearest split takes only one branch."""
    for scope in model.scopes.values():
        for node in scope.nodes:
            above = nearest_split(scope, node) if node.is_join and node.kind == "parallelGateway" else None
            if above is not None and above.kind in ONE_WAY:
                yield problem(node, f"“{above.label}”只走一条分支，但“{node.label}”等待所有分支，流程会卡死",
                              f"请把“{node.label}”改成排他网关。")
