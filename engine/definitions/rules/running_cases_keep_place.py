"""LM01: running cases wait at steps that this version no longer has."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LM01"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Elements where cases of the version before stand."""
    for element, count in sorted(library.running.items()):
        if element not in model.nodes:
            yield Problem(element, "", f"有 {count} 件在办事项停在“{element}”，新版本没有这一步",
                          "不移动就按原版本办完；要移到新版本，先在“对在办事项的影响”里为这一步指定对应的步骤，再试移、申请移动。")
