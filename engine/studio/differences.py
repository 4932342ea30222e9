"""What is different between two packages: elements, flows, conditions, limits, forms by field, decision tables by row, parameters.

Two diagrams are compared by the ids of their elements, whatever order or spelling the XML has; where something is drawn counts apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definitions import Package
from engine.studio import drawn_facts, kept_facts
from engine.studio.facts import Thing

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
NOTHING = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'
ELEMENT, FORM, DECISION, PARAMETER = "element", "form", "decision", "parameter"


@dataclass(frozen=True)
class Detail:
    """One thing that was and is otherwise; "" for what is not there. `what` is Chinese."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One element, field, row or parameter. `area`: element, form, decision or parameter; `place` is the form, decision or scope it is
    in, `word` what kind of thing it is in Chinese."""

    kind: str
    area: str
    id: str
    name: str
    word: str
    place: str = ""
    details: tuple[Detail, ...] = ()

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"“{self.name or self.id}”"


@dataclass(frozen=True)
class Differences:
    """Everything that differs, in the order diagram, forms, decisions, parameters."""

    changes: tuple[Change, ...]

    def of(self, kind: str, area: str = ELEMENT) -> tuple[Change, ...]:
        """Those of one kind (added, removed, changed, moved) in one area."""
        return tuple(one for one in self.changes if (one.kind, one.area) == (kind, area))

    @property
    def is_none(self) -> bool:
        """True when the two say the same and are drawn the same."""
        return not self.changes


def compare(before: Package | None, after: Package) -> Differences:
    """The differences from `before` (None: there was nothing) to `after`. Raises UnsafeInput for a diagram that cannot be read."""
    old = before or Package(after.key, after.name, NOTHING)
    called = {**drawn_facts.names(old.diagram), **drawn_facts.names(after.diagram)}
    pairs = (
        (ELEMENT, drawn_facts.things(old.diagram, called), drawn_facts.things(after.diagram, called)),
        (FORM, kept_facts.forms(old, after), kept_facts.forms(after, old)),
        (DECISION, kept_facts.decisions(old, after), kept_facts.decisions(after, old)),
        (PARAMETER, kept_facts.parameters(old), kept_facts.parameters(after)))
    return Differences(tuple(change for area, was, now in pairs for change in _compared(area, was, now)))


def _compared(area: str, before: Mapping[str, Thing], after: Mapping[str, Thing]) -> list[Change]:
    changes = [Change(ADDED, area, one.id, one.name, one.word, one.place, _details({}, one.facts))
               for key, one in after.items() if key not in before]
    changes += [Change(REMOVED, area, one.id, one.name, one.word, one.place, _details(one.facts, {}))
                for key, one in before.items() if key not in after]
    for key, now in after.items():
        was = before.get(key)
        if was is None or was == now:
            continue
        details = _details(was.facts, now.facts)
        if details:
            changes.append(Change(CHANGED, area, now.id, now.name, now.word, now.place, details))
        elif was.bounds != now.bounds:
            changes.append(Change(MOVED, area, now.id, now.name, now.word, now.place))
    return changes


def _details(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Detail, ...]:
    return tuple(Detail(what, before.get(what, ""), after.get(what, "")) for what in dict.fromkeys((*before, *after))
                 if before.get(what, "") != after.get(what, ""))
