"""LS08: a step must not need a variable that nobody has written on some way to it. LX02 knows only variables nobody writes at all."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import proof

CODE = "LS08"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Comparisons by size, yes-no variables, timers and lists of participants that some case asks for too early."""
    found = proof(model, library)
    for one in found.unset() if found else ():
        if found is not None:
            node = found.node(one.element)
            yield problem(node, f"走到“{node.label}”时，变量“{one.kind}”可能还没有人写过，案件会停成异常",
                          "请让每条通向这里的路上都有步骤写它；没有值也该能走的，在条件里先判断它是不是 null。", one.path)
