"""LG12: branches that run at the same time must meet in a join."""

from collections.abc import Iterator

from engine.definitions.blocks import unjoined
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG12"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Splits, and activities with a boundary event that does not interrupt, whose branches meet without being joined."""
    for scope in model.scopes.values():
        for split, meeting in unjoined(scope):
            yield problem(meeting, f"“{split.label}”的多条分支在“{meeting.label}”未汇合，后续步骤会重复执行",
                          "请在这里放一个与分叉同类型的汇合网关；提醒、督办一类的支线请画到自己的结束事件。")
