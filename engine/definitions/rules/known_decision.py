"""LD01: a business rule task uses a decision that comes with the diagram."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LD01"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Decision references."""
    for node in model.each("businessRuleTask"):
        ref = str(node.gl.get("decisionRef", ""))
        if ref not in library.decision_index:
            yield problem(node, f"“{node.label}”引用的决策表“{ref}”不存在或未发布",
                          "请把 .dmn 文件放在流程图旁边，并从列表中选择其中的决策。")
