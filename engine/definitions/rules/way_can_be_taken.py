"""LS04: a way out of a choice whose condition can never be true there is a mistake in the condition or a dead part."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import Proof, Shown, proof

CODE = "LS04"
SEVERITY = Severity.WARNING
VALUES = "请核对条件中的取值和表单选项、脚本、决策表写出的取值是否一致，以及前面的网关是不是已经排除了它。"


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Flows that what was written or decided before rules out, and comparisons that never hold; the way leads to the gateway."""
    found = proof(model, library)
    if found is not None:
        yield from (_dead(model, found, one) for one in found.untaken() if not _harmless(model, found, one))
        yield from (_part(model, one) for one in found.never_equal())


def _harmless(model: Model, found: Proof, one: Shown) -> bool:
    """A default that nobody needs, when what is behind it is reached all the same."""
    flow = model.flows[one.element]
    return flow.id == found.node(one.kind).default and flow.target in found.passed


def _dead(model: Model, found: Proof, one: Shown) -> Problem:
    flow, gate = model.flows[one.element], found.node(one.kind)
    label = flow.name or found.node(flow.target).label
    if flow.id == gate.default:
        return Problem(flow.id, flow.name, f"网关“{gate.label}”的默认出口“{label}”永远不会走：其他条件已经覆盖所有可能",
                       "默认出口后面的步骤谁也走不到。请检查条件是不是写多了，或者删掉这些步骤。", one.path)
    return Problem(flow.id, flow.name, f"网关“{gate.label}”通往“{label}”的条件永远不成立：{flow.condition}", VALUES, one.path)


def _part(model: Model, one: Shown) -> Problem:
    flow = model.flows[one.element]
    return Problem(flow.id, flow.name, f"连线“{flow.label}”的条件里，{one.kind} 永远不成立", VALUES, one.path)
