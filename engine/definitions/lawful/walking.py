"""A state space and an automaton walked together: the shortest way on which something is wrong."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from engine.definitions.lawful.monitors import VIOLATED, Event, Monitor
from engine.definitions.proof.space import Space

Pair = tuple[int, str]
"""A situation by its number and the state of the automaton."""


class Indexed(NamedTuple):
    """A space with numbers for situations; the first is the start. `after`: the labels out of each with where they lead."""

    after: list[list[tuple[str, int]]]
    ended: list[bool]


class Walked(NamedTuple):
    """From where each pair was met first, and what is still to be looked at."""

    came: dict[Pair, tuple[Pair, str] | None]
    queue: deque[Pair]


def indexed(space: Space) -> Indexed:
    """The space by numbers."""
    number = {state: place for place, state in enumerate(space.states)}
    after = [[(step.label, number[step.target]) for step in space.following.get(state, ())] for state in space.states]
    return Indexed(after, [state.ended for state in space.states])


def walk(space: Indexed, events: Mapping[str, Event], watching: Monitor) -> tuple[str, tuple[str, ...]] | None:
    """Breadth first over pairs of situation and automaton state. What is only not proved is told when nothing is violated."""
    start = (0, watching.start)
    walked, weaker = Walked({start: None}, deque([start])), None
    while walked.queue:
        pair = walked.queue.popleft()
        for wrong, last in _wrongs(space, pair, events, watching, walked):
            if wrong == VIOLATED:
                return wrong, (*_labels(walked.came, pair), *last)
            weaker = weaker or (wrong, (*_labels(walked.came, pair), *last))
    return weaker


def _wrongs(space: Indexed, pair: Pair, events: Mapping[str, Event], watching: Monitor,
            walked: Walked) -> list[tuple[str, tuple[str, ...]]]:
    """What is wrong in a pair or with the labels out of it; pairs that are met for the first time are queued."""
    at, now = pair
    found: list[tuple[str, tuple[str, ...]]] = [(wrong, ())] if space.ended[at] and (wrong := watching.last(now)) else []
    for label, target in space.after[at]:
        for after, wrong in _happen(watching, now, label, events):
            if wrong:
                found.append((wrong, (label,)))
            if (target, after) not in walked.came:
                walked.came[(target, after)] = (pair, label)
                walked.queue.append((target, after))
    return found


def _happen(watching: Monitor, now: str, label: str, events: Mapping[str, Event]) -> list[tuple[str, str]]:
    """The states after a label, each with what is wrong. A label may be several flows taken at once."""
    found = [(now, "")]
    for part in label.split("+") if "+" in label else (label,):
        event = events.get(part)
        if event is not None:
            stayed = found if event.optional else []
            found = stayed + [(after, wrong or before) for state, before in found for after, wrong in [watching.step(state, event)]]
    return found


def _labels(came: Mapping[Pair, tuple[Pair, str] | None], pair: Pair) -> tuple[str, ...]:
    found: list[str] = []
    while (step := came[pair]) is not None:
        pair, label = step
        found.append(label)
    return tuple(found[::-1])
