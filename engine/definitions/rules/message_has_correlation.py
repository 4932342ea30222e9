"""LE04: without a key a message could wake the wrong case."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import CATCHING, Model

CODE = "LE04"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Everything that waits for a message inside a running case; a message that starts a case needs no key."""
    for node in model.each(*CATCHING, "receiveTask"):
        starts_case = node.kind == "startEvent" and node.scope not in model.nodes
        if node.event == "message" and not starts_case and not any(node.each("correlation")):
            yield problem(node, f"消息“{node.events[0].name or node.label}”没有关联键，可能唤醒错误的流程",
                          "请加一个关联键，例如名称 number、表达式 case.number。")
