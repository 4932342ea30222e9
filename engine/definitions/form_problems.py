"""What is wrong with the forms of a diagram, asked of the form language with the diagram's variables at hand."""

from collections.abc import Iterator

from engine.definitions.findings import Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.variables import items, variables
from engine.errors import InvalidDefinition
from engine.forms import FormProblem, check, load


def form_problems(model: Model, library: Library, severity: Severity) -> Iterator[tuple[str, str]]:
    """(form, message) of every problem of this severity. A form may use any variable, and the item of a countersign."""
    known = frozenset(variables(model, library)).union(*(items(model, node) for node in model.each()))
    for key, document in library.forms.items():
        for found in _problems(document, known):
            if found.severity == severity:
                yield key, found.message


def _problems(document: object, known: frozenset[str]) -> list[FormProblem]:
    try:
        return check(load(document), known)  # type: ignore[arg-type]  # whatever came as JSON; load refuses what is no form
    except InvalidDefinition as refusal:
        return list(refusal.findings)
