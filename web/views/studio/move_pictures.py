"""What a move does, drawn: on each old version how many cases stay, can move or cannot, and on the new one how many arrive at a step."""

from collections import Counter, defaultdict
from typing import Any

from engine.studio.impact import Impact, Place

State = dict[str, Any]


def states(found: Impact) -> tuple[dict[int, State], State]:
    """The state of the picture of each old version by its id, and that of the new version's, as the viewer reads it."""
    olds: defaultdict[int, list[State]] = defaultdict(list)
    arriving: Counter[str] = Counter()
    for one in found.places:
        olds[one.definition_id].append({"id": one.element_id, "text": _words(one), "level": _level(one)})
        target = found.mapping.get(one.element_id, one.element_id)
        if target is not None and one.stays + one.can_move:
            arriving[target] += one.stays + one.can_move
    new = [{"id": name, "text": f"移来 {number}", "level": "fine"} for name, number in arriving.items()]
    return {version: _state(now) for version, now in olds.items()}, _state(new)


def _state(now: list[State]) -> State:
    return {"done": [], "flows": [], "now": now}


def _words(place: Place) -> str:
    cannot = sum(number for _, number in place.blocked)
    said = (("照旧", place.stays), ("可移", place.can_move), ("不能移", cannot))
    return " ".join(f"{word} {number}" for word, number in said if number)


def _level(place: Place) -> str:
    return "late" if place.blocked else "soon" if place.can_move else "fine"
