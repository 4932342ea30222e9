"""Whoever watches some steps sees every order they can have: walking branches one after the other hides none of it."""

import random
from collections.abc import Iterable

import pytest

from engine.definitions.proof import Space, State, explore
from engine.definitions.proof.soundness import in_order
from engine.definitions.proof.space import ended
from tests.properties.test_proof import LIBRARY, Vandal

DIAGRAMS = 1200
BLOCKS = 6
STEPS = ("userTask", "serviceTask", "scriptTask", "callActivity")


def without(space: Space, label: str, starts: Iterable[State]) -> tuple[set[State], set[str]]:
    """What can be reached, and what can happen, as long as this does not."""
    seen, happened = set(starts), set[str]()
    stack = list(seen)
    while stack:
        for step in space.following.get(stack.pop(), ()):
            parts = step.label.split("+")
            if label not in parts:
                happened.update(parts)
                if step.target not in seen:
                    seen.add(step.target)
                    stack.append(step.target)
    return seen, happened


def orders(space: Space, watched: frozenset[str]) -> dict[tuple[str, str], tuple[bool, bool]]:
    """For each two: can the second come without the first before it; can the case end after the first without the second."""
    found = {}
    for first in watched:
        happened = without(space, first, [space.start])[1]
        behind = [step.target for step in space.edges if first in step.label.split("+")]
        for second in watched - {first}:
            ends = any(ended(state) for state in without(space, second, behind)[0])
            found[first, second] = second in happened, ends
    return found


def compared(seed: int) -> bool:
    model = Vandal(seed).model()
    if not in_order(model, LIBRARY):
        return False
    whole = explore(model, LIBRARY, watch=None, bound=6000)
    if not whole.complete or whole.twice:
        return False
    chance, steps = random.Random(seed), [node.id for node in model.each(*STEPS)]
    watched = frozenset(chance.sample(steps, min(3, len(steps))))
    assert orders(explore(model, LIBRARY, watch=watched), watched) == orders(whole, watched), f"seed {seed}"
    return True


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_order_of_watched_steps_is_kept(block: int) -> None:
    part = DIAGRAMS // BLOCKS
    found = [compared(seed) for seed in range(block * part, (block + 1) * part)]

    assert sum(found) > part // 4
