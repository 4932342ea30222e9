"""LL01: what the law wants before or after an act is on every way through the process, called processes included."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.lawful.checking import told_order
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LL01"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Each broken property once, with the shortest way that breaks it."""
    yield from told_order(model, library)
