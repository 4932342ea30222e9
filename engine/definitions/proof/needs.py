"""What a step cannot do without: variables whose absence stops the case there with an incident.

A comparison by size, a yes-no variable that stands alone, the value of a timer, the list or number of a countersign. A condition
that itself asks whether the variable is null knows what it does.
"""

from collections.abc import Iterator

from engine.definitions.expressions import parsed, too_long
from engine.definitions.iso import is_bare
from engine.definitions.proof.conditions import NOTHING, condition
from engine.definitions.proof.net import Net, Place
from engine.definitions.variables import ALWAYS, COUNTERS, TIMER

EQUAL = ("=", "!=")
NOT_VARIABLES = ALWAYS | COUNTERS | TIMER
CHOOSING = ("exclusiveGateway", "inclusiveGateway")


def needs(net: Net) -> dict[str, frozenset[str]]:
    """Place → the variables that must have a value when a token comes there. Only of the process itself, not of what it calls."""
    found = {place.id: frozenset(_of(net, place)) - NOT_VARIABLES for place in net.places.values() if place.id == place.node.id}
    return {place: names for place, names in found.items() if names}


def _of(net: Net, place: Place) -> Iterator[str]:
    node = place.node
    if node.kind in CHOOSING and len(place.ways) > 1:
        yield from _asked(place)
    if node.kind == "intermediateCatchEvent":
        yield from _timers(place)
    for event in place.edge:
        yield from _timers(net.places[event])
    if node.loop is not None and node.loop.multiple:
        for text in (node.loop.collection, node.loop.cardinality):
            yield from _names(text)


def _asked(place: Place) -> Iterator[str]:
    tests = [test for way in place.ways if not way.default for test in condition(way.condition or "true").tests]
    careful = {test.name for test in tests if test.constant == NOTHING}
    for test in tests:
        if test.name not in careful and (test.kind == "name" or test.operator not in EQUAL) and "." not in test.name:
            yield test.name


def _timers(place: Place) -> Iterator[str]:
    for event in place.node.events:
        for _, text in event.timer:
            yield from _names(text)


def _names(text: str) -> Iterator[str]:
    """The names of an expression that does not ask for null itself."""
    if text and not is_bare(text) and not too_long(text) and "null" not in text and "if " not in text:
        yield from parsed(text).names
