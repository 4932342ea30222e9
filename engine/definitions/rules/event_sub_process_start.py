"""LE02: an event sub-process needs an event that can happen."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE02"
SEVERITY = Severity.ERROR
STARTS = ("message", "signal", "timer", "error", "escalation")


def check(model: Model, library: Library) -> Iterator[Problem]:
    """The starts of event sub-processes."""
    for node in model.each("startEvent"):
        holder = model.nodes.get(node.scope)
        if holder is not None and holder.event_sub_process and node.event not in STARTS:
            yield problem(holder, f"事件子流程“{holder.label}”的开始事件必须是消息、信号、定时、错误或升级",
                          "请给它的开始事件选一种触发方式。")
