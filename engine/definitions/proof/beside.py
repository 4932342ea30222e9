"""Which places can be busy at the same time: branches of one split, a side path and all that goes on beside it."""

from collections.abc import Iterator

from engine.definitions.model import SPLITTING
from engine.definitions.proof.net import Net, Place

Pair = tuple[frozenset[str], frozenset[str]]


def pairs(net: Net) -> Iterator[Pair]:
    """Pairs of sets of places; each place of one may be busy together with each place of the other."""
    everything = frozenset(net.places)
    for place in net.places.values():
        if place.node.kind in SPLITTING and len(place.ways) > 1:
            yield from _branches(net, place)
    for side in net.beside.values():
        inner = deep(net, side)
        yield inner, everything - inner
    for level in net.levels.values():
        for start, holder in level.triggers:
            inner = deep(net, {holder})
            if not net.places[start].node.interrupting:
                yield inner, everything - inner


def reopened(net: Net) -> Iterator[frozenset[str]]:
    """The places between a split and itself, where a branch leads back to the split past the join: the others may still be busy."""
    for place in net.places.values():
        if place.node.kind in SPLITTING and len(place.ways) > 1:
            joins = {join.id for join in net.places.values() if join.split == place.id}
            areas = [_area(net, way.target, joins) for way in place.ways]
            if any(place.id in area for area in areas):
                yield deep(net, {one for area in areas for one in area})


def _branches(net: Net, split: Place) -> Iterator[Pair]:
    joins = {join.id for join in net.places.values() if join.split == split.id}
    areas = [deep(net, _area(net, way.target, joins | {split.id})) for way in split.ways]
    for number, area in enumerate(areas):
        others = frozenset(one for other in areas[number + 1:] for one in other)
        if area and others:
            yield area, others


def _area(net: Net, start: str, stop: set[str]) -> set[str]:
    found: set[str] = set()
    stack = [start]
    while stack:
        one = stack.pop()
        if one not in found and one not in stop:
            found.add(one)
            stack += [way.target for way in net.places[one].ways]
            stack += net.places[one].edge
    return found


def deep(net: Net, places: set[str] | frozenset[str]) -> frozenset[str]:
    """The places and everything inside them."""
    found = set(places)
    for one in places:
        inner = net.places[one].inner
        if inner is not None:
            found |= {token for token in net.inside[inner] if token in net.places}
    return frozenset(found)
