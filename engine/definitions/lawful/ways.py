"""Every way through a process against the automata of the properties: the state space and an automaton are walked together.

A called process is one step that does its acts surely or perhaps (both ways are walked), or is entered where that would be too coarse.
Only the order of what is asked about is kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from engine.definitions.lawful.monitors import Event, monitor
from engine.definitions.lawful.tagged import Tagged, acts_of
from engine.definitions.lawful.vocabulary import Guard, Property
from engine.definitions.lawful.walking import Indexed, indexed, walk
from engine.definitions.proof.conditions import FALSE, TRUE, condition, truths
from engine.definitions.proof.net import Net, Place, compile_net
from engine.definitions.proof.space import Space, explore

TOGETHER = 60_000
"""Situations of all walks of one process; when they are used up, what is not proved yet stays so."""
BOUND = 20_000
"""Situations of one walk; beyond that a property is not proved."""
PARTLY = "partly"
"""The verdict when there are too many situations."""


@dataclass(frozen=True)
class Shown:
    """A way that breaks a property: `wrong` is violated, unproved or partly; `element` the step it is told about."""

    wrong: str
    element: str
    path: tuple[str, ...]


@dataclass
class Ways:
    """The walks of one process; those with the same called processes and the same acts are made once."""

    tagged: Tagged
    bound: int = BOUND
    spaces: dict[tuple[frozenset[str], frozenset[str]], Space] = field(default_factory=dict)
    left: int = TOGETHER
    numbered: dict[int, Indexed] = field(default_factory=dict)
    sure: dict[tuple[str, frozenset[str], tuple[Guard, ...]], bool] = field(default_factory=dict)

    def prepare(self, asked: Iterable[Property]) -> dict[str, Space]:
        """The space in which each property is asked: shared by all that enter the same called processes, if that is small enough."""
        found = {}
        for inner, members in self._groups(asked):
            shared = self._space(inner, frozenset(members))
            for one in members:
                alone = not shared.complete and self.left > 0
                found[one.id] = self._space(inner, frozenset({one})) if alone else shared
        return found

    def _groups(self, asked: Iterable[Property]) -> list[tuple[frozenset[str], list[Property]]]:
        """Properties that enter the same called processes and are about the same matter: their acts hang together."""
        groups: list[tuple[frozenset[str], frozenset[str], list[Property]]] = []
        for one in asked:
            inner, matter, members = several(self.tagged, one), one.named & self.tagged.everywhere, [one]
            for other in [group for group in groups if group[0] == inner and group[1] & matter]:
                groups.remove(other)
                matter, members = matter | other[1], [*other[2], *members]
            groups.append((inner, matter, members))
        return [(inner, members) for inner, _, members in groups]

    def _indexed(self, space: Space) -> Indexed:
        if id(space) not in self.numbered:
            self.numbered[id(space)] = indexed(space)
        return self.numbered[id(space)]

    def show(self, asked: Property, space: Space) -> Shown | None:
        """The shortest way that breaks the property; None when it is proved."""
        if space.net is None:
            return None
        events = dict(self._events(space.net, asked))
        found = walk(self._indexed(space), events, monitor(asked))
        if found is not None:
            wrong, labels = found
            return Shown(wrong, _told_about(labels, events, asked, self.tagged.root), space.drawn(labels))
        return None if space.complete else Shown(PARTLY, self.tagged.root, ())

    def _space(self, inner: frozenset[str], asked: frozenset[Property]) -> Space:
        library = replace(self.tagged.library, called={
            key: called for key, called in (self.tagged.library.called or {}).items() if key in inner})
        net = compile_net(self.tagged.model, library, inside=True)
        watch = frozenset() if net is None else frozenset(
            label for one in asked for label, event in self._events(net, one) if not event.unknown)
        key = (inner, watch)
        if key not in self.spaces:
            self.spaces[key] = explore(self.tagged.model, library, inside=True, watch=watch, bound=self.bound)
            self.left -= len(self.spaces[key].states)
        return self.spaces[key]

    def _events(self, net: Net, asked: Property) -> Iterator[tuple[str, Event]]:
        """What the property notices: steps that are its acts, calls, ways that only other classes of cases take."""
        for place in net.places.values():
            event = self._call(place, asked) if place.node.kind == "callActivity" and place.inner is None else None
            found = acts_of(place.node) & asked.named
            if event is not None:
                yield place.id, event._replace(acts=event.acts | found, optional=event.optional and not found)
                yield from ((edge, event._replace(optional=True)) for edge in place.edge if net.places[edge].node.interrupting)
            elif found:
                yield place.id, Event(found)
            for guard in asked.guards:
                yield from ((way, Event(excused=True)) for way in excused(place, guard))

    def _call(self, place: Place, asked: Property) -> Event | None:
        """A called process that is not entered, as one step; None when it does nothing the property looks at."""
        key = str(place.node.attributes.get("calledElement", ""))
        if not self.tagged.is_known(key):
            return Event(unknown=True)
        does = self.tagged.does(key) & asked.named
        return Event(does, optional=not self._surely(key, does, asked.guards)) if does else None

    def _surely(self, key: str, does: frozenset[str], guards: tuple[Guard, ...]) -> bool:
        """Whether a called process does one of these acts on every way to its end."""
        asked = (key, does, guards)
        if asked not in self.sure:
            self.sure[asked] = False  # a process that calls itself
            called = self.tagged.called(key)
            if called is not None:
                inner = Ways(Tagged(called, self.tagged.library), self.bound, sure=self.sure)
                promise = Property(key, "", "response", "", "", "", then=does, held=True, guards=guards)
                self.sure[asked] = inner.show(promise, inner.prepare([promise])[key]) is None
        return self.sure[asked]


def several(tagged: Tagged, asked: Property) -> frozenset[str]:
    """The called processes to enter: those whose acts play several parts in the property, so that what happens beside the call may come
    between them. Every other call is one step (see `summary`): its acts can all be moved to its end."""
    parts = (asked.first, asked.then, asked.after, asked.reset)
    return frozenset(key for key in tagged.entered(asked.named) if sum(bool(tagged.does(key) & part) for part in parts) > 1)


def excused(place: Place, guard: Guard) -> tuple[str, ...]:
    """The ways out of a choice that a case of the guarded class cannot take. A choice that does not ask about the class has none."""
    if place.node.kind != "exclusiveGateway" or len(place.ways) < 2:
        return ()
    asks = {way.id: _truths(way.condition or "true", guard) for way in place.ways if not way.default}
    if not any(guard.variable == test.name for way in place.ways for test in condition(way.condition or "true").tests):
        return ()
    certain = any(found == {TRUE} for found in asks.values())
    return tuple(way.id for way in place.ways if (certain if way.default else asks[way.id] == {FALSE}))


@lru_cache(maxsize=4096)
def _truths(text: str, guard: Guard) -> frozenset[str]:
    return truths(condition(text), {guard.variable: guard.value})


def _told_about(labels: tuple[str, ...], events: Mapping[str, Event], asked: Property, root: str) -> str:
    """The step of this diagram: the one that came too early, or after which something is missing. Inside a call, the call."""
    wanted = asked.after if asked.pattern == "response" else asked.then
    for label in reversed(labels):
        event = events.get(label)
        if event is not None and event.acts & wanted:
            return label.partition("/")[0]
    return root
