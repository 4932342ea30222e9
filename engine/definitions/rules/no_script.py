"""LA06: a script task is one FEEL expression with a result variable; there is no other code in a diagram."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA06"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Language, text and result of every script task."""
    for node in model.each("scriptTask"):
        feel = node.attributes.get("scriptFormat", "").strip().lower() == "feel"
        if not feel or not node.script or not node.gl.get("resultVariable"):
            yield problem(node, f"脚本任务“{node.label}”只能写一个 FEEL 表达式并指定结果变量",
                          "脚本格式填 feel，脚本写一个表达式，结果变量填变量名；要调用外部系统请用系统任务。")
