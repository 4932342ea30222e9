"""LG05: a choice needs a way for the case that no condition is true."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node
from engine.definitions.proof import explore
from engine.definitions.proof.conditions import ELSE, FALSE, NOTHING, TRUE
from engine.definitions.proof.values import uncovered

CODE = "LG05"
SEVERITY = Severity.ERROR
FEW = 2000  # situations looked at for an example


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Exclusive and inclusive gateways that choose, with values for which no way is left and the way that leads there."""
    for node in model.each("exclusiveGateway", "inclusiveGateway"):
        chooses = node.is_split or any(flow.condition is not None for flow in node.outgoing)
        if chooses and node.default is None:
            yield problem(node, f"网关“{node.label}”没有默认出口，条件都不满足时流程会卡住",
                          f"请选一条连线设为默认（选中连线，改类型为“默认流”）。{_example(node)}", _way(model, library, node))


def _example(node: Node) -> str:
    """Values that let no condition be true, in words; nothing when the conditions ask for what cannot be told from here."""
    missing = uncovered(str(flow.condition) for flow in node.outgoing if flow.condition)
    said = [f"{name} {_said(next(iter(kinds)))}" for name, kinds in (missing or {}).items()]
    return f"例如 {'、'.join(said)}，就没有一条路可走。" if said else ""


def _said(kind: str) -> str:
    return {NOTHING: "没有填", ELSE: "是别的值", TRUE: "为“是”", FALSE: "为“否”"}.get(kind) or f"为 {kind}"


def _way(model: Model, library: Library, node: Node) -> tuple[str, ...]:
    space = explore(model, library, bound=FEW, watch=frozenset())
    arrived = next((state for state in space.states if node.id in state.tokens), None)
    return () if arrived is None else space.path_to(arrived)
