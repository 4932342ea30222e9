"""LS05: a loop whose waiting steps lie in a sub-process with a way past them can run for ever in one go. LG14 sees only plain loops."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import proof

CODE = "LS05"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Sub-processes and called processes in a loop that can be over at once."""
    found = proof(model, library)
    for one in found.busy_loops() if found else ():
        if found is not None:
            node = found.node(one.element)
            yield problem(node, f"“{node.label}”所在的循环可能一步也不停：里面的人工和等待步骤可以全部绕过",
                          "请在循环上、子流程外面放一个人工任务或定时器，或者去掉子流程里绕过等待步骤的路。", one.path)
