"""A called process that is entered is walked like a sub-process with the same drawing in its place."""

import copy
from typing import Any

from lxml import etree

from engine.definitions import Library, read
from engine.definitions.library import Called
from engine.definitions.proof import Space, explore
from engine.definitions.proof.space import without_end
from tests.properties.diagrams import Dice, documents
from tests.properties.test_proof import BPMN

DIAGRAMS = 150
LINKS = ("id", "sourceRef", "targetRef", "default", "attachedToRef")


class Calling(Dice):
    deep = ("call", "call", "call", "seq", "par", "xor", "edge", "scoped", "loop", "user")


def inlined(root: Any, called: dict[str, bytes]) -> Any:
    """Every call replaced by what it calls, ids with the call's in front."""
    for call in list(root.iter(BPMN + "callActivity")):
        process = etree.fromstring(called[call.get("calledElement")]).find(BPMN + "process")
        inlined(process, called)
        call.tag = BPMN + "subProcess"
        del call.attrib["calledElement"]
        for part in process:
            inner = copy.deepcopy(part)
            for one in inner.iter():
                for name in LINKS:
                    if one.get(name):
                        one.set(name, f"{call.get('id')}.{one.get(name)}")
            call.append(inner)
    return root


def shape(space: Space) -> tuple[int, int, bool, frozenset[str]]:
    labels = frozenset(step.label.replace("/", ".") for step in space.edges)
    return len(space.states), len(space.edges), bool(without_end(space)), labels


def test_a_called_process_is_walked_where_it_is_called() -> None:
    entered = 0
    for seed in range(DIAGRAMS):
        document, called = documents(Calling(seed, 2))
        known = {key: Called(read(text), frozenset()) for key, text in called.items()}
        whole = read(etree.tostring(inlined(etree.fromstring(document), called)))
        nothing = frozenset[str]()
        inside = explore(read(document), Library(called=known), inside=True, watch=nothing, values=False)
        assert shape(inside) == shape(explore(whole, Library(), watch=nothing, values=False)), f"seed {seed}"
        entered += any("/" in step.label for step in inside.edges)
    assert entered > DIAGRAMS // 3
