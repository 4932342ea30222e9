"""LE03: an error that nobody catches stops the case with an incident."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Scope

CODE = "LE03"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Error end events against boundary events and event sub-processes of the scopes around them."""
    for node in model.each("endEvent"):
        if node.event == "error" and not any(_catches(model, scope, node) for scope in model.around(node.scope)):
            label = node.events[0].name or node.label
            yield problem(node, f"错误“{label}”没有任何地方处理，发生时流程将转为异常",
                          "请在外层子流程的边界上画错误边界事件；由调用方处理的可以不管。")


def _catches(model: Model, scope: Scope, thrown: Node) -> bool:
    """An event sub-process of the scope, or a boundary event of the activity that holds it."""
    code = thrown.events[0].code
    starts = [start for node in scope.nodes if node.event_sub_process for start in model.scopes[node.id].starts]
    borders = [node for node in model.each("boundaryEvent") if node.host == scope.id]
    return any(one.event == "error" and (not one.events[0].ref or one.events[0].code == code) for one in (*starts, *borders))
