"""LS03: every step is reached by some case. Flows may lead there on the drawing and yet nothing ever takes them."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import proof

CODE = "LS03"
SEVERITY = Severity.WARNING
HINTS = {
    "event": "这里等的错误、升级或取消，里面没有任何步骤会发出。请改成会发生的事件，或者删掉它和它后面的步骤。",
    "step": "请检查前面的条件和事件：没有哪种情况会走到这里。用不到的步骤请删掉。",
}


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Nodes that no case gets to; what lies only behind them is not repeated."""
    found = proof(model, library)
    for one in found.unreached() if found else ():
        if found is not None:
            node = found.node(one.element)
            yield problem(node, f"“{node.label}”永远不会走到", HINTS[one.kind], one.path)
