"""LS02: an end that stops everything must not take away work that people have not finished."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import proof

CODE = "LS02"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Terminate ends outside of event sub-processes, whose purpose it is to stop the rest."""
    found = proof(model, library)
    for one in found.cut_off() if found else ():
        if found is not None:
            node, work = found.node(one.element), found.node(one.kind)
            yield problem(node, f"到“{node.label}”就全部结束时，“{work.label}”可能还没有办完，会被直接收回",
                          "请先把各条路汇合再结束；确实要全部停下的，请画成事件子流程，或者改用普通结束事件。", one.path)
