"""LL02: a step that is a legal act is done by whom, checked as, and within the time that the law wants."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.lawful.checking import told_steps
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LL02"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Each step with the property it breaks."""
    yield from told_steps(model, library)
