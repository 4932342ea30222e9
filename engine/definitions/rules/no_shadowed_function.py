"""LX07: a variable named like a function hides it."""

import re
from collections.abc import Iterator

from engine.definitions.expressions import parsed
from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.variables import ALWAYS, COUNTERS, TIMER, variables

CODE = "LX07"
SEVERITY = Severity.ERROR
NAME = re.compile(r"[^\W\d]\w*")


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Every name that the process writes."""
    for one in variables(model, library).values():
        if one.name in ALWAYS | COUNTERS | TIMER or NAME.fullmatch(one.name) and not parsed(f"{one.name}()").unknown:
            where = next((node for node in model.each() if node.label == one.source), None)
            yield Problem(where.id if where else "", where.name if where else "", f"变量名“{one.name}”与系统函数同名",
                          "请给这个变量（或表单字段）换一个名称。")
