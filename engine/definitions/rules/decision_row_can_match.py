"""LD04: a row that can never match is a mistake or a leftover."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LD04"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """What the check of decision tables says under this code."""
    for file, problems in library.decision_problems.items():
        for found in problems:
            if found.rule == CODE:
                yield Problem(found.decision, file, found.message, "请删除这一行，或改它的条件。")
