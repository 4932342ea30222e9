"""LE06: a timer gives a duration, a moment with its zone, or a repetition."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.iso import FOREIGN, constant, is_duration, is_moment, is_repetition
from engine.definitions.library import Library
from engine.definitions.model import EventDefinition, Model, Node

CODE = "LE06"
SEVERITY = Severity.ERROR
CHECKS = {"timeDuration": is_duration, "timeDate": is_moment, "timeCycle": is_repetition}
HINT = "例如 duration(\"P3D\")（三天）、date and time(\"2026-03-01T09:00:00+08:00\")、\"R3/PT1H\"（每小时一次共三次），或 deadline.due。"


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Constant texts and obvious foreign notations; what is calculated is judged when it runs."""
    for node in model.each():
        for event in node.events:
            if event.kind == "timer" and not _fits(model, node, event):
                yield problem(node, f"定时器“{node.label}”的表达式结果必须是时长、日期时间或重复周期", HINT)


def _fits(model: Model, node: Node, event: EventDefinition) -> bool:
    """Empty is right only where a limit gives the due time."""
    written = [(kind, text) for kind, text in event.timer if text]
    if not written:
        host = model.nodes.get(str(node.host))
        return "limit" in node.gl or host is not None and "limit" in host.gl
    if len(written) > 1 or FOREIGN.search(written[0][1]):
        return False
    kind, value = written[0][0], constant(written[0][1])
    return value is None or CHECKS.get(kind, is_moment)(value)
