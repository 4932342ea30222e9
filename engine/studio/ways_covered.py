"""Which ways out of gateways the examples took, told from what each passed and where it stood at last.

The record names elements, not connections. After an exclusive gateway comes one of what it leads to, and the next of them that was passed
is the one; an inclusive gateway may have led to several before it is come to again.
"""

from collections.abc import Iterable, Mapping, Sequence

from engine.definitions import Model
from engine.definitions.model import Node

ONE, SOME = "exclusiveGateway", "inclusiveGateway"


def ways(model: Model) -> dict[str, str]:
    """Every way out of a gateway that has more than one: id of the connection → in words, such as 是否同意？→ 同意."""
    return {flow.id: f"{node.label} → {flow.name or ('其他情况' if flow.id == node.default else flow.condition or flow.target)}"
            for node in _splits(model).values() for flow in node.outgoing}


def taken(model: Model, trails: Iterable[Sequence[str]]) -> frozenset[str]:
    """The connections that the trails took."""
    splits = _splits(model)
    return frozenset(flow for trail in trails for number, element in enumerate(trail) if element in splits
                     for flow in _after(splits[element], trail[number + 1:]))


def _splits(model: Model) -> Mapping[str, Node]:
    return {node.id: node for node in model.each(ONE, SOME) if len(node.outgoing) > 1}


def _after(node: Node, rest: Sequence[str]) -> list[str]:
    leads = {flow.target: flow.id for flow in node.outgoing}
    found: list[str] = []
    for element in rest:
        if element == node.id:
            break
        if element in leads and leads[element] not in found:
            found.append(leads[element])
            if node.kind == ONE:
                break
    return found
