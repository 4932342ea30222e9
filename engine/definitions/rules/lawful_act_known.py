"""LL03: a legal act has a name from the vocabulary; a misspelt one would be proved to be nothing."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.lawful.tagged import stray
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LL03"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Steps and processes with a gl:legalAct that no legal act is called."""
    for element, act in stray(model):
        yield problem(element, f"“{element.label}”的法律行为“{act}”不存在",
                      "请从法律行为列表中选择，例如 notice（事先告知）、decision（处罚决定）。")
