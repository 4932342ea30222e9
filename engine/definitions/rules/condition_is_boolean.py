"""LX04: a condition is true or false, anything else is an incident at run time."""

from collections.abc import Iterator

from engine.definitions.comparisons import certainly_not_boolean
from engine.definitions.expressions import sites
from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.variables import types

CODE = "LX04"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Conditions that certainly give something else."""
    known = types(model, library)
    for site in sites(model):
        if site.use in ("condition", "completion") and certainly_not_boolean(site.text, known):
            yield Problem(site.id, site.name, f"“{site.label}”的条件结果不是“是/否”",
                          "请写成比较，例如 score > 60，或者 result = \"属实\"。")
