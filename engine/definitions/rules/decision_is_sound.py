"""LD06: a decision file is read, understood and runs."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LD06"
SEVERITY = Severity.ERROR
OWN_RULES = ("LD02", "LD03", "LD04", "LD05")


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Files that cannot be read, unknown policies, cycles, expressions that do not parse."""
    for file, problems in library.decision_problems.items():
        for found in problems:
            if found.rule not in OWN_RULES:
                yield Problem(found.decision, file, f"{file}：{found.message}", "请在决策表编辑器中打开这个文件，按提示修改后保存。")
