"""LD03: inputs that no row covers give nothing."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LD03"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """What the check of decision tables says under this code."""
    for file, problems in library.decision_problems.items():
        for found in problems:
            if found.rule == CODE:
                yield Problem(found.decision, file, found.message, "请补一行，或在最后加一行全部写 - 的“其余情况”。")
