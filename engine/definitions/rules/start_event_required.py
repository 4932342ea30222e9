"""LG01: exactly one start event in every process and sub-process."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG01"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Every scope, event sub-processes included; ad-hoc ones are refused elsewhere."""
    for scope in model.scopes.values():
        if scope.kind != "adHocSubProcess" and len(scope.starts) != 1:
            yield problem(scope, f"“{scope.label}”必须有且只有一个开始事件（现有 {len(scope.starts)} 个）",
                          "请补画一个开始事件；有几种开始方式时，请拆成几个流程。")
