"""A diagram prepared for walking: its places with the ways between them, its levels one inside the other, what each join waits for.

A level is a process or sub-process that can be open; a called process is a level of its own whose ids begin with "call activity/".
The rules are those of the runtime (engine.spiff): structured joins, events from the inside out, interruption level by level.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Scope

AUTOMATIC = frozenset({
    "exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "startEvent", "endEvent", "intermediateThrowEvent",
    "scriptTask", "businessRuleTask", "sendTask", "boundaryEvent"})
"""What the runtime does at once, before anybody can do anything. A service task waits for the answer of its function."""
PEOPLE = frozenset({"task", "userTask", "manualTask"})
OUTSIDE = frozenset({"timer", "message", "signal", "conditional"})
"""Events that may come at any time. Errors, escalations and cancellations come from somewhere inside the diagram."""
AGAIN = frozenset({"message", "signal", "escalation"})
ARRIVED, SPENT, FAILED = ">", "~", "!"
"""Marks of tokens that stand on no node: arrived at a join by a flow, an event that happens only once, an error nobody caught."""


@dataclass(frozen=True)
class Way:
    """A sequence flow with the ids of the space."""

    id: str
    target: str
    condition: str | None
    default: bool


@dataclass(frozen=True)
class Place:
    """A flow node. `inner` is the level inside it, `edge` its boundary events, `feeders` the nodes a join waits for."""

    id: str
    node: Node
    level: str
    ways: tuple[Way, ...]
    edge: tuple[str, ...] = ()
    inner: str | None = None
    arrivals: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    feeders: frozenset[str] = frozenset()
    split: str = ""
    """The split a join closes."""

    @property
    def automatic(self) -> bool:
        """Whether the runtime passes it at once."""
        return self.node.kind in AUTOMATIC or self.node.kind == "intermediateCatchEvent" and not self.node.event

    @property
    def repeats(self) -> bool:
        """A countersign or loop: its inside runs any number of times."""
        return self.node.loop is not None


@dataclass(frozen=True)
class Level:
    """`holder` is the place it lies in, None for the process. `triggers` are (start event, event sub-process)."""

    id: str
    holder: str | None
    parent: str | None
    entries: tuple[str, ...]
    places: tuple[str, ...]
    triggers: tuple[tuple[str, str], ...]


@dataclass
class Net:
    """All places and levels. `model` and `library` are what it was made from."""

    root: str
    places: dict[str, Place] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    """Flow → the place it leaves."""
    beside: dict[str, frozenset[str]] = field(default_factory=dict)
    """Event that does not interrupt → every token of the side path behind it."""

    @cached_property
    def target(self) -> Mapping[str, str]:
        """Flow → the place it leads to."""
        return {way.id: way.target for place in self.places.values() for way in place.ways}

    @cached_property
    def host(self) -> Mapping[str, str]:
        """Boundary event → the activity it hangs on."""
        return {event: place.id for place in self.places.values() for event in place.edge}

    @cached_property
    def inside(self) -> Mapping[str, frozenset[str]]:
        """Level → every token that can lie in it or deeper."""
        found: dict[str, set[str]] = {level: set() for level in self.levels}
        for level in self.levels.values():
            own = set(level.places)
            own |= {FAILED + one for one in level.places} | {SPENT + start for start, _ in level.triggers}
            for place in level.places:
                own |= {ARRIVED + flow for flow in self.places[place].arrivals} | {SPENT + one for one in self.places[place].edge}
            for around in self.around(level.id):
                found[around.id] |= own
        return {level: frozenset(tokens) for level, tokens in found.items()}

    @cached_property
    def tokens_of(self) -> Mapping[str, frozenset[str]]:
        """Place → every token that goes with it: its own, what lies inside it, what its boundary events remember."""
        return {one.id: frozenset({one.id}) | {SPENT + event for event in one.edge} | (self.inside[one.inner] if one.inner else frozenset())
                for one in self.places.values()}

    def around(self, level: str) -> Iterator[Level]:
        """The level itself, then the one around it, up to the process."""
        current: str | None = level
        while current is not None:
            yield self.levels[current]
            current = self.levels[current].parent


def compile_net(model: Model, library: Library, inside: bool = False) -> Net | None:
    """The net of the executable process; None when there is none or more than one. `inside`: called processes are entered."""
    if model.executable is None:
        return None
    net = Net(model.executable.id)
    making = _Making(net, library, inside)
    making.level(model, model.scopes[model.executable.id], "", None, (model.executable.id,))
    return net


@dataclass
class _Making:
    net: Net
    library: Library
    enter: bool

    def level(self, model: Model, scope: Scope, prefix: str, holder: str | None, calls: tuple[str, ...]) -> str:
        """Add a scope and everything in it. `calls` are the processes around it: one that calls itself is not entered again."""
        identity = prefix + scope.id
        parent = None if holder is None else self.net.places[holder].level
        triggers = [(start.id, node.id) for node in scope.nodes if node.event_sub_process and node.id in model.scopes
                    for start in model.scopes[node.id].starts[:1] if start.event]
        self.net.levels[identity] = Level(
            identity, holder, parent, tuple(prefix + one for one in _entries(scope)), tuple(prefix + node.id for node in scope.nodes),
            tuple((prefix + start, prefix + node) for start, node in triggers))
        for node in scope.nodes:
            self.place(scope, node, prefix, identity)
        for node in scope.nodes:
            self.inner(model, node, prefix, calls)
        for event in scope.nodes:
            if event.kind == "boundaryEvent" and not event.interrupting:
                self.net.beside[prefix + event.id] = frozenset(
                    prefix + one for one in scope.graph.reach([event.id]) if scope.graph.dominates(event.id, one))
        return identity

    def place(self, scope: Scope, node: Node, prefix: str, level: str) -> None:
        ways = tuple(Way(prefix + flow.id, prefix + flow.target, flow.condition, flow.id == node.default)
                     for flow in node.outgoing if flow.target in scope.by_id)
        for way in ways:
            self.net.origin[way.id] = prefix + node.id
        found = Place(prefix + node.id, node, level, ways, tuple(prefix + one.id for one in scope.nodes if one.host == node.id))
        self.net.places[found.id] = _as_join(found, scope, prefix) if node.is_join else found

    def inner(self, model: Model, node: Node, prefix: str, calls: tuple[str, ...]) -> None:
        held = self.net.places[prefix + node.id]
        if node.id in model.scopes:
            level = self.level(model, model.scopes[node.id], prefix, held.id, calls)
        else:
            target = str(node.attributes.get("calledElement", ""))
            other = self.called(model, target) if node.kind == "callActivity" and self.enter and target not in calls else None
            if other is None:
                return
            level = self.level(other, other.scopes[target], f"{held.id}/", held.id, (*calls, target))
        self.net.places[held.id] = Place(held.id, node, held.level, held.ways, held.edge, level)

    def called(self, model: Model, target: str) -> Model | None:
        """Where the called process is drawn: in the same file, or among what is published."""
        if target in model.scopes:
            return model
        found = (self.library.called or {}).get(target)
        return found.model if found is not None and target in found.model.scopes else None


def _entries(scope: Scope) -> tuple[str, ...]:
    """Where a token begins: the plain start event before one that waits for something."""
    starts = sorted(scope.starts, key=lambda start: bool(start.event))
    return (starts[0].id,) if starts else scope.graph.entries


def _as_join(place: Place, scope: Scope, prefix: str) -> Place:
    """With what it waits for: whatever can still come between its split and itself, and its ways in."""
    node, graph = place.node, scope.graph
    split = scope.blocks.get(node.id)
    stop = {node.id, split} - {None}
    feeders = _back(graph.before, node.id, frozenset(str(one) for one in stop))
    known = [flow for flow in node.incoming if flow.source in scope.by_id]
    return Place(place.id, node, place.level, place.ways, (), None, tuple(prefix + flow.id for flow in known),
                 {prefix + flow.id: prefix + flow.source for flow in known}, frozenset(prefix + one for one in feeders),
                 "" if split is None else prefix + split)


def _back(before: Mapping[str, tuple[str, ...]], node: str, stop: frozenset[str]) -> set[str]:
    found: set[str] = set()
    stack = [one for one in before[node] if one not in stop]
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            stack += [above for above in before[one] if above not in stop]
    return found
