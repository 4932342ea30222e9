"""LE07: reminders without end are a flood."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.iso import REPETITION, constant
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE07"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Constant repetitions."""
    for node in model.each():
        for event in node.events:
            for _, text in event.timer:
                found = REPETITION.fullmatch(constant(text) or "")
                if found is not None and not found["count"].isdigit():
                    yield problem(node, f"定时器“{node.label}”会无限重复", "请写明次数，例如 \"R3/P1D\"（每天一次共三次）。")
