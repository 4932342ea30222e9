"""What is said about the steps of a version, so that two versions can be held against each other step by step; and which step of a new
version may stand for one that is gone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from engine.definitions import Deployed
from engine.spiff import Element
from engine.studio import drawn_facts

STEPS = ("userTask", "manualTask", "serviceTask", "receiveTask", "scriptTask", "businessRuleTask", "subProcess", "callActivity",
         "intermediateCatchEvent")


class Steps:
    """The steps of one version with everything about each: what is drawn, its form, and the events on its edge.

    Raises UnsafeInput for a diagram that cannot be read."""

    def __init__(self, deployed: Deployed, diagram: bytes) -> None:
        self._deployed = deployed
        self._facts = {name: one.facts for name, one in drawn_facts.things(diagram, {}).items()}
        self._edges: defaultdict[str, list[Any]] = defaultdict(list)
        for name, facts in sorted(self._facts.items()):
            if "所在步骤" in facts:
                self._edges[facts["所在步骤"]].append((name, facts))

    def says(self, element_id: str) -> Any:
        """Everything about a step, to be compared with what another version says; None when it has no such step."""
        element = self._deployed.spec.elements.get(element_id)
        if element is None:
            return None
        form = self._deployed.forms.get(str(element.gl.get("formRef") or ""))
        return element, form, self._facts.get(element_id), self._edges[element_id]

    def all(self) -> tuple[Element, ...]:
        """Where a case can wait or be moved to, in the order of the diagram."""
        return tuple(one for one in self._deployed.spec.elements.values() if one.kind in STEPS)


def suggestions(old: Deployed, new: Deployed, gone: Iterable[str]) -> dict[str, str]:
    """Steps that are gone → a step of the same kind in the new version: of the same name, else the same form, else, if it is new, the same
    post. Only where exactly one fits; the designer decides."""
    found = {}
    for name in gone:
        element = old.spec.elements[name]
        alike = [one for one in new.spec.elements.values() if one.kind == element.kind]
        fresh = [one for one in alike if one.id not in old.spec.elements]
        fits = (_only(alike, element, lambda one: one.name), _only(alike, element, lambda one: one.gl.get("formRef")),
                _only(fresh, element, lambda one: one.gl.get("role")))
        chosen = next((one for one in fits if one), "")
        if chosen:
            found[name] = chosen
    return found


def _only(among: Iterable[Element], element: Element, what: Callable[[Element], object]) -> str:
    wanted = what(element)
    found = [one.id for one in among if wanted and what(one) == wanted]
    return found[0] if len(found) == 1 else ""
