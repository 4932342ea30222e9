"""What is known about the values that conditions ask about. `Knowledge` knows nothing: every way of a gateway is possible."""

from collections.abc import Iterator
from itertools import combinations

from engine.definitions.proof.net import Place, Way

Facts = tuple[tuple[str, frozenset[str]], ...]
"""Variable → the kinds of values it may have now, by name; a variable that is missing may have any."""

MOST = 6
"""Conditional ways of an inclusive gateway that are combined with each other; beyond that one at a time and all together."""


class Knowledge:
    """Data-abstract: whatever is drawn can happen."""

    def initial(self) -> Facts:
        """What is known when the process starts."""
        return ()

    def concerns(self, place: Place) -> bool:
        """Whether passing the place reads or changes what is known."""
        return False

    def tells(self, place: Place, event: str) -> bool:
        """Whether it makes a difference to what is behind the event that the place has been passed before."""
        return False

    def after(self, place: Place, facts: Facts) -> Facts:
        """What is known when the place is done."""
        return facts

    def settled(self, tokens: set[str], facts: Facts) -> Facts:
        """Without what nobody will ask about again."""
        return facts

    def outcomes(self, place: Place, facts: Facts) -> Iterator[tuple[tuple[Way, ...], Facts]]:
        """The ways a choice can take, with what is known then."""
        if place.node.kind == "exclusiveGateway":
            yield from (((way,), facts) for way in place.ways)
            return
        yield from ((ways, facts) for ways in subsets(place))


def subsets(place: Place) -> Iterator[tuple[Way, ...]]:
    """The ways an inclusive gateway can take at once: any of those with a condition, or the default alone."""
    asked = [way for way in place.ways if not way.default]
    sizes = range(1, len(asked) + 1) if len(asked) <= MOST else (1, len(asked))
    for size in sizes:
        yield from combinations(asked, size)
    yield from ((way,) for way in place.ways if way.default)
