"""Which ways cases took through a network, and how long they waited on it, read from the elements that they passed."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from engine.rehearsal.load_network import SOME, WAIT, Network, Place

Passing = tuple[dt.datetime, str]


def taken(network: Network, cases: Sequence[Sequence[Passing]]) -> Mapping[tuple[str, str], int]:
    """How often each way of a place that forks was taken, by (element, way)."""
    ways: Counter[tuple[str, str]] = Counter()
    rounds: Counter[str] = Counter()
    for passings in cases:
        elements = [element for _, element in passings]
        rounds.update(elements)
        for number, element in enumerate(elements):
            place = network.places.get(element)
            if place is not None and place.forks:
                ways.update((element, way) for way in _after(place, elements[number + 1:]))
    for place in network.places.values():
        ways.update({(place.id, way.id): rounds[way.id] for way in place.ways if way.aside and rounds[way.id]})
    return ways


def _after(place: Place, rest: Sequence[str]) -> list[str]:
    """The ways taken from a place, by what was passed next of all it leads to; one unless the place takes some at once."""
    leads = {way.target: way.id for way in place.ways if not way.aside}
    if any(way.aside for way in place.ways):
        return list(leads.values())
    found: list[str] = []
    for element in rest:
        if element in (place.id, place.join):
            break
        if element in leads and leads[element] not in found:
            found.append(leads[element])
            if place.kind != SOME:
                break
    return found


def waits(network: Network, cases: Sequence[Sequence[Passing]], most: int) -> Mapping[str, Sequence[float]]:
    """Ordinary hours from the last passing of what stands before a waiting place to its own."""
    before: dict[str, set[str]] = defaultdict(set)
    for place in network.places.values():
        for way in place.ways:
            before[way.target].add(place.id)
    found: dict[str, list[float]] = defaultdict(list)
    for passings in cases:
        seen: dict[str, dt.datetime] = {}
        for at, element in passings:
            came = max((seen[one] for one in before[element] if one in seen), default=None)
            if came is not None and element in network.places and network.places[element].kind == WAIT and len(found[element]) < most:
                found[element].append((at - came) / dt.timedelta(hours=1))
            seen[element] = at
    return found
