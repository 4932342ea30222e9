"""LX03: a text compared with a number or a date is never true, and nobody is told."""

from collections.abc import Iterator

from engine.definitions.comparisons import comparisons
from engine.definitions.expressions import sites
from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.variables import types

CODE = "LX03"
SEVERITY = Severity.ERROR
DATES = {"date", "dateTime"}


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Plain comparisons whose two types are known."""
    known = types(model, library)
    for site in sites(model):
        for one in comparisons(site.text, known):
            left, right = one.left.type, one.right.type
            if left and right and left != right and {left, right} != DATES:
                yield Problem(
                    site.id, site.name,
                    f"“{site.label}”中“{one.left.name or one.left.value}”与“{one.right.name or one.right.value}”类型不同，比较永远不成立",
                    "文字写在英文双引号里，数字不加引号，日期写成 date(\"2026-03-01\")。")
            elif {left, right} == DATES:
                yield Problem(site.id, site.name, f"“{site.label}”中“{one.left.name}”与“{one.right.name}”类型不同，比较永远不成立",
                              "一边是日期，一边是日期时间；请用 date(…) 把日期时间变成日期。")
