"""What is wrong with the forms of a diagram, asked of the form language with the diagram's variables at hand."""

from collections.abc import Iterator
from functools import lru_cache

from engine.database import canonical
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
        for found in _problems(canonical(document), known):
            if found.severity == severity:
                yield key, found.message


@lru_cache(maxsize=128)
def _problems(document: str, known: frozenset[str]) -> tuple[FormProblem, ...]:
    """Two rules ask the same, and every check of a draft asks again for the forms that have not changed."""
    try:
        return tuple(check(load(document), known))
    except InvalidDefinition as refusal:
        return tuple(refusal.findings)
