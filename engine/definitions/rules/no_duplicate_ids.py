"""LN04: every element has an id of its own."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LN04"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Ids used twice and elements without one."""
    for fault in model.found("duplicate"):
        yield Problem(fault.element_id, fault.element_name, f"编号“{fault.about}”被多个元素使用", "请给其中一个元素换一个编号。")
    for fault in model.found("nameless"):
        yield Problem("", fault.element_name, f"有一个元素（{fault.label}）没有编号", "请在设计器中打开并保存一次，系统会补上编号。")
