"""LG16: flows, boundary events and defaults point to something in their own scope."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG16"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Ends that do not exist, or that stand inside another sub-process."""
    for fault in model.found("dangling"):
        yield Problem(fault.element_id, fault.element_name, f"“{fault.label}”指向的“{fault.about}”不在同一流程或子流程中，或不能这样连",
                      "请删除这条连线（或边界事件、默认出口）后重新画。连线不能穿过子流程的边框。")
