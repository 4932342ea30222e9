"""LI01: what the importer changed is told."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LI01"
SEVERITY = Severity.INFO


def check(model: Model, library: Library) -> Iterator[Problem]:
    """The notes of the import."""
    yield from library.notes
