"""LA16: a standard loop says when it ends: by a condition, or by a number."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA16"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Loops with neither."""
    for node in model.each():
        if node.loop is not None and not node.loop.multiple and not node.loop.condition and not node.loop.maximum:
            yield problem(node, f"循环“{node.label}”没有循环条件，也没有最多次数，会一直重复", "请填写继续循环的条件，或最多循环几次。")
