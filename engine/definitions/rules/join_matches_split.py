"""LG10: every join closes exactly one parallel or inclusive split."""

from collections.abc import Iterator

from engine.definitions.blocks import ONE_WAY, nearest_split, partial_joins
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG10"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Joins without a split, and joins that close only part of one."""
    for scope in model.scopes.values():
        partial = partial_joins(scope)
        for node in scope.nodes:
            if not node.is_join or node.id not in scope.graph.reachable or node.is_split:
                continue
            above = nearest_split(scope, node)
            if node.id in partial:
                yield problem(node, f"汇合网关“{node.label}”找不到对应的分叉网关",
                              "它只汇合了部分分支。请让同一个分叉的所有分支在一个网关汇合，或把这几条分支单独包成一组分叉和汇合。")
            elif node.id not in scope.blocks and not (above and above.kind in ONE_WAY and node.kind == "parallelGateway"):
                yield problem(node, f"汇合网关“{node.label}”找不到对应的分叉网关", "只有一条路会走到这里时，请改用排他网关。")
