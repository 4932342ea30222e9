"""LA10: a loop count is a whole number greater than zero."""

import re
from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA10"
SEVERITY = Severity.ERROR
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Maxima, and cardinalities written as a number."""
    for node in model.each():
        if node.loop is None:
            continue
        written = [node.loop.maximum] if node.loop.maximum else []
        written += [node.loop.cardinality] if NUMBER.fullmatch(node.loop.cardinality) else []
        if any(not one.isascii() or not one.isdigit() or int(one) == 0 or len(one) > 6 for one in written):
            yield problem(node, f"“{node.label}”的循环次数必须大于零", "请填 1 以上的整数。")
