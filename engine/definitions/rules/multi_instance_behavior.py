"""LA02: only the ordinary behaviour of multi-instance is run: all instances, one continuation."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA02"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Behaviours None, One and Complex."""
    for node in model.each():
        if node.loop is not None and node.loop.multiple and node.loop.behavior != "All":
            yield problem(node, f"多实例“{node.label}”的触发方式暂不支持", "请改回默认的触发方式；提前结束请写通过规则。")
