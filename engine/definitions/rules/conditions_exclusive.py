"""LG07: when two conditions may both be true, only the order decides."""

from collections.abc import Iterator
from itertools import combinations

from engine.definitions.comparisons import exclude_each_other
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG07"
SEVERITY = Severity.WARNING
MOST = 30  # conditions of one gateway that are compared with each other; nobody can keep more apart anyway


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Exclusive gateways whose order the designer has not written down (gl:order on every conditional flow settles it)."""
    for node in model.each("exclusiveGateway"):
        conditional = [flow for flow in node.outgoing if flow.condition and flow.id != node.default]
        if len(conditional) < 2 or all("order" in flow.gl for flow in conditional):
            continue
        texts = [str(flow.condition) for flow in conditional]
        if len(texts) > MOST or any(not exclude_each_other(one, other) for one, other in combinations(texts, 2)):
            yield problem(node, f"网关“{node.label}”的条件可能同时成立，将按所列顺序取第一个，请确认顺序",
                          "请把条件改成互不重叠，或给每条带条件的连线写上判断顺序（gl:order）。")
