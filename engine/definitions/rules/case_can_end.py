"""LS01: from every situation a case can get into, an end can still be reached."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import proof

CODE = "LS01"
SEVERITY = Severity.ERROR
SAID = {
    "join": ("汇合网关“{0}”会永远等不齐，案件走不到结束", "请让分出去的每条路都能走到这个汇合网关，或者不在这里汇合。"),
    "gateway": ("走到网关“{0}”时可能没有一条路的条件成立，案件会停住", "请补上默认出口，或者让条件覆盖前面能写出的所有取值。"),
    "loop": ("案件到了“{0}”以后只能来回重复，走不到结束", "请检查走出这个循环的条件：前面的步骤要能写出使它成立的取值。"),
}


def check(model: Model, library: Library) -> Iterator[Problem]:
    """The first situation of each kind, with the way that leads there."""
    found = proof(model, library)
    for one in found.dead_ends() if found else ():
        said, hint = SAID[one.kind]
        node = found.node(one.element) if found else None
        if node is not None:
            yield problem(node, said.format(node.label), hint, one.path)
