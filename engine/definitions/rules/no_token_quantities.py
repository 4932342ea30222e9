"""LA01: start and completion quantities are not run."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA01"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Quantities other than 1."""
    for node in model.each():
        if any(node.attributes.get(name, "1") != "1" for name in ("startQuantity", "completionQuantity")):
            yield problem(node, f"“{node.label}”设置了令牌数量，暂不支持", "请去掉令牌数量；要等几个都完成，请用并行网关或多实例。")
