"""LE08: an event refers to a message, signal, error or escalation of the same file."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE08"
SEVERITY = Severity.ERROR
KINDS = {"message": "消息", "signal": "信号", "error": "错误", "escalation": "升级"}


def check(model: Model, library: Library) -> Iterator[Problem]:
    """References of events, send and receive tasks; without a reference the event's own name counts."""
    for node in model.each():
        for event in node.events:
            if not event.found:
                yield problem(node, f"“{node.label}”引用的{KINDS.get(event.kind, event.kind)}不存在",
                              "请在属性面板中重新选择，或新建一个。")
