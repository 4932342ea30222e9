"""LE10: a transaction that is cancelled ends, but nothing is undone by itself."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE10"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Every transaction."""
    for node in model.each("transaction"):
        yield problem(node, f"事务子流程“{node.label}”取消时不会自动撤销已办的步骤",
                      "请在取消边界事件后面画出撤销的步骤；不需要取消时，请改成普通子流程。")
