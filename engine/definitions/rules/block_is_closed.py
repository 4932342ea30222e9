"""LG13: no flow enters or leaves the middle of a parallel block."""

from collections.abc import Iterator

from engine.definitions.blocks import open_blocks
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG13"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Every split with its join."""
    for scope in model.scopes.values():
        for split, culprit in open_blocks(scope):
            yield problem(culprit, f"连线从并行区“{split.label}”的中间进入或跳出，不允许",
                          "并行区的每条分支都要走到同一个汇合网关。要退回的，请先汇合，再用排他网关退回到分叉之前。")
