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
            yield Problem(element, "", f"有 {count} 个在办流程停在“{element}”，迁移前需要指定对应步骤",
                          "在办的仍按原版本办完；要改按新版本办理，请先指定对应的步骤。")
