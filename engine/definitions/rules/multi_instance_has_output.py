"""LA14: without an output the answers of a countersign are lost."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import HUMAN, Model
from engine.definitions.variables import fields_of

CODE = "LA14"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Multi-instance steps of people whose form writes something."""
    for node in model.each(*HUMAN):
        if node.loop is not None and node.loop.multiple and not node.loop.output and any(fields_of(node, library)):
            yield problem(node, f"会签“{node.label}”没有指定结果变量，各人的意见将不会保留",
                          "请填写“输出集合”，例如 opinions，每人的结果会按名单顺序放进去。")
