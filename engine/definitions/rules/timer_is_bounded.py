"""LE07: reminders without end, or every few seconds, are a flood."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.iso import REPETITION, constant, seconds
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE07"
SEVERITY = Severity.WARNING
SHORTEST = 60.0  # seconds


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Constant repetitions."""
    for node in model.each():
        for event in node.events:
            for _, text in event.timer:
                found = REPETITION.fullmatch(constant(text) or "")
                if found is not None and (not found["count"].isdigit() or seconds(found["step"]) < SHORTEST):
                    yield problem(node, f"定时器“{node.label}”会无限重复或过于频繁",
                                  "请写明次数，间隔不少于一分钟，例如 \"R3/P1D\"（每天一次共三次）。")
