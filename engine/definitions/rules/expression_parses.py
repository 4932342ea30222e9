"""LX01: every expression is FEEL."""

from collections.abc import Iterator

from engine.definitions.expressions import parsed, sites, too_long
from engine.definitions.findings import Problem, Severity
from engine.definitions.iso import is_bare
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LX01"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """All expressions; a bare duration of a timer is read as one, texts that are too long belong to LX06."""
    for site in sites(model):
        error = None if site.use == "timer" and is_bare(site.text) or too_long(site.text) else parsed(site.text).error
        if error is not None:
            position, reason = error
            yield Problem(site.id, site.name, f"“{site.label}”的表达式有语法错误（第 {position + 1} 个字符）：{site.where}",
                          f"{reason}。")
