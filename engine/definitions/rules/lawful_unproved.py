"""LL05: a legal property that cannot be proved here is said to be unproved, not taken for kept."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.lawful.checking import told_unproved
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LL05"
SEVERITY = Severity.INFO


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Properties that hang on a called process that is not here, or for which there are too many situations."""
    yield from told_unproved(model, library)
