"""LE05: two timers behind one event gateway would share one due time."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE05"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """What follows every event gateway."""
    for node in model.each("eventBasedGateway"):
        targets = [model.nodes[flow.target] for flow in node.outgoing if flow.target in model.nodes]
        if sum(target.event == "timer" for target in targets) > 1:
            yield problem(node, f"事件网关“{node.label}”后只能有一个定时器", "请只保留最早的那个定时器；后面的时限接在它后面再画。")
