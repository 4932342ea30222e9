"""LD02: UNIQUE: two rows must not match at the same time."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LD02"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """What the check of decision tables says under this code."""
    for file, problems in library.decision_problems.items():
        for found in problems:
            if found.rule == CODE:
                yield Problem(found.decision, file, found.message, "请改条件使两行互不重叠，或把命中策略改为 FIRST（取第一行）。")
