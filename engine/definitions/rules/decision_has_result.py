"""LA15: a decision that gives one value or a list needs a variable for it."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library, outputs_of
from engine.definitions.model import Model

CODE = "LA15"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Business rule tasks without a result variable; several outputs become variables of their own names."""
    for node in model.each("businessRuleTask"):
        decision = library.decision_index.get(str(node.gl.get("decisionRef", "")))
        if decision is not None and not node.gl.get("resultVariable") and not outputs_of(decision):
            yield problem(node, f"“{node.label}”没有指定结果变量，决策结果无处存放", "请填写结果变量（gl:resultVariable）。")
