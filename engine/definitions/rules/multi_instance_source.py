"""LA03: a countersign has a list or a number, exactly one of them."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA03"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Collections and cardinalities."""
    for node in model.each():
        if node.loop is not None and node.loop.multiple and bool(node.loop.collection) == bool(node.loop.cardinality):
            yield problem(node, f"会签“{node.label}”必须且只能指定名单或次数之一",
                          "按名单会签请填名单（例如变量 members），按次数请填次数。")
