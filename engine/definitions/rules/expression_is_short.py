"""LX06: what nobody can read, nobody can check."""

from collections.abc import Iterator

from engine.definitions.expressions import DEEPEST, sites, too_long
from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.tokens import LONGEST

CODE = "LX06"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Length and depth of brackets."""
    for site in sites(model):
        if too_long(site.text):
            yield Problem(site.id, site.name, f"“{site.label}”的表达式过长，请改用决策表", f"最多 {LONGEST} 个字符、{DEEPEST} 层括号。")
