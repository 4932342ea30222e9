"""LS06: no step is begun a second time while it is still open."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import proof

CODE = "LS06"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Elements that two branches reach at the same time."""
    found = proof(model, library)
    for one in found.twice() if found else ():
        if found is not None:
            node = found.node(one.element)
            yield problem(node, f"“{node.label}”可能同时被走到两次，后面的步骤会重复办理",
                          "请让同时进行的分支先在汇合网关会合，再走到这里。", one.path)
