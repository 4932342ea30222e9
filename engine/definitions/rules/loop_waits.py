"""LG14: a loop needs a step that waits, else it runs for ever in one go."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.iso import constant, is_duration, is_moment, seconds
from engine.definitions.library import Library
from engine.definitions.model import Model, Node

CODE = "LG14"
SEVERITY = Severity.ERROR
WAITING = ("task", "userTask", "manualTask", "receiveTask", "serviceTask", "callActivity", "intermediateCatchEvent", "eventBasedGateway")
SHORTEST = 60.0  # seconds; a timer shorter than this holds nothing up


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Loops made only of automatic steps."""
    waiting = {node.id for node in model.each(*WAITING) if not _over_at_once(node)}
    for scope in model.scopes.values():
        holders = {node.id for node in scope.nodes if node.id in model.scopes and _waits_inside(model, node.id, waiting)}
        automatic = frozenset(node.id for node in scope.nodes) - waiting - holders
        for loop in scope.graph.cycles(automatic):
            node = min((scope.by_id[one] for one in loop), key=lambda one: (one.kind == "exclusiveGateway", one.id))
            yield problem(node, f"“{node.label}”所在的循环没有人工或等待步骤，会无限执行",
                          "请在循环中加一个人工任务或定时器；要对名单逐个处理时，请用多实例。")


def _over_at_once(node: Node) -> bool:
    """A timer of no length, or of a moment that is past from the second round on."""
    texts = [constant(text) or "" for event in node.events if event.kind == "timer" for _, text in event.timer]
    return any(is_moment(text) or is_duration(text) and seconds(text) < SHORTEST for text in texts)


def _waits_inside(model: Model, scope: str, waiting: set[str]) -> bool:
    """True when some node in the sub-process, at any depth, waits."""
    return any(scope in (one.id for one in model.around(model.nodes[node].scope)) for node in waiting)
