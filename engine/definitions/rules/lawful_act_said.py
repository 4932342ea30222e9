"""LL04: a step that does what only one legal act does says so; otherwise the proof would pass it by."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.lawful.tagged import acts_of, given_away
from engine.definitions.lawful.vocabulary import acts
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LL04"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Steps whose operation or document gives an act away that they do not name."""
    for node in model.each():
        for act in sorted(given_away(node) - acts_of(node)):
            yield problem(node, f"“{node.label}”办理的是“{acts()[act].name}”，却没有写明，合法性检查会漏掉它",
                          f"请在“法律行为”里写 {act}（{acts()[act].law}）。")
