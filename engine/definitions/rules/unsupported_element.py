"""LE01: constructs that the engine does not run. It says "not supported", never "wrong"."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node

CODE = "LE01"
SEVERITY = Severity.ERROR
START = ("", "message", "timer", "signal")
CATCH = ("timer", "message", "signal", "conditional")
ALLOWED = {
    "intermediateCatchEvent": CATCH, "boundaryEvent": (*CATCH, "error", "escalation", "cancel"),
    "intermediateThrowEvent": ("", "message", "signal", "escalation"),
    "endEvent": ("", "message", "signal", "error", "escalation", "terminate", "cancel"),
}
HINTS = {
    "complexGateway": "请改用包容网关或排他网关。", "adHocSubProcess": "请画成普通子流程，用网关表示可选的步骤。",
    "compensate": "请画成普通的撤销步骤。", "link": "请改成一条连线。", "multiple": "请拆成几个事件。",
}


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Elements nobody knows, gateways, sub-processes and events outside of what is run."""
    for fault in model.found("stranger"):
        yield Problem(fault.element_id, fault.element_name, f"暂不支持“{fault.label}”（{fault.about}）", "请删除，或改画成支持的元素。")
    for node in model.each():
        what = _unsupported(model, node)
        if what:
            yield problem(node, f"暂不支持“{node.label}”（{what}）", HINTS.get(what, "请改用其他画法，见本规则的说明页。"))


def _unsupported(model: Model, node: Node) -> str:
    """The construct by its BPMN name, "" when it runs."""
    if node.kind in ("complexGateway", "adHocSubProcess"):
        return node.kind
    if node.attributes.get("isForCompensation") == "true":
        return "compensate"
    if len(node.events) > 1:
        return "multiple"
    if node.event == "cancel" and not _in_transaction(model, node):
        return "cancel"
    if node.kind == "startEvent":
        return "" if _in_event_sub_process(model, node) or node.event in _starts(model, node) else node.event
    return "" if node.kind not in ALLOWED or node.event in ALLOWED[node.kind] else node.event or "none"


def _starts(model: Model, node: Node) -> tuple[str, ...]:
    """A process may start by message, timer or signal; a sub-process only by being reached."""
    return START if model.scopes[node.scope].parent is None else ("",)


def _in_event_sub_process(model: Model, node: Node) -> bool:
    return node.scope in model.nodes and model.nodes[node.scope].event_sub_process


def _in_transaction(model: Model, node: Node) -> bool:
    """An end event inside a transaction, or a boundary event on one."""
    place = model.nodes.get(str(node.host)) if node.kind == "boundaryEvent" else model.nodes.get(node.scope)
    return place is not None and place.kind == "transaction"
