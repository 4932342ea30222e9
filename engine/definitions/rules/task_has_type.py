"""LA05: a task without a type waits for a person."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA05"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Plain tasks."""
    for node in model.each("task"):
        yield problem(node, f"“{node.label}”没有指定任务类型，将按人工任务处理", "请把它改成人工任务、脚本任务或系统任务。")
