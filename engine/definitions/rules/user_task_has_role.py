"""LA09: somebody must be able to get the work item; a unit alone is nobody."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import HUMAN, Model

CODE = "LA09"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Every step that waits for a person."""
    for node in model.each(*HUMAN):
        if not any(node.gl.get(name) for name in ("role", "roleFrom", "assignee")):
            yield problem(node, f"“{node.label}”没有办理人规则",
                          "请填写办理岗位（gl:role），或用表达式指定岗位（gl:roleFrom）或办理人（gl:assignee）。")
        elif node.gl.get("unitFrom") and not any(node.gl.get(name) for name in ("role", "roleFrom")):
            yield problem(node, f"“{node.label}”指定了办理单位（gl:unitFrom），却没有写由该单位的哪个岗位办理",
                          "请填写办理岗位（gl:role），或者用表达式指定岗位（gl:roleFrom）。")
