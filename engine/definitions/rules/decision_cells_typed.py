"""LD05: a cell fits the type of its column."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LD05"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """What the check of decision tables says under this code."""
    for file, problems in library.decision_problems.items():
        for found in problems:
            if found.rule == CODE:
                yield Problem(found.decision, file, found.message, "文字写在英文双引号里，数字不加引号，日期写成 date(…)。")
