"""A diagram as a network of queues: where people work, where a case only waits, and which way it goes on.

Left out, and told to whoever looks: boundary events that do not interrupt, event sub-processes, what a called process does inside.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.definitions.blocks import closing
from engine.definitions.iso import constant, is_duration, seconds
from engine.definitions.model import HUMAN, SPLITTING, SUB_PROCESSES, Model, Node, Scope

WORK, WAIT, ONE, SOME, ALL, INNER, PASS = "work", "wait", "one", "some", "all", "inner", "pass"
NOBODY = "-"
"""The post of steps for which the diagram names none."""
PARAMETER = re.compile(r"param\.(?P<name>\w+)")
NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({})

Limit = tuple[float, str]


@dataclass(frozen=True)
class Way:
    """A way on: along a flow, or out through an interrupting boundary event (`aside`)."""

    id: str
    name: str
    target: str
    aside: bool = False


@dataclass(frozen=True)
class Place:
    """One element. `kind`: work by people, wait for something, one of several ways, some of them, all of them, an inner process, or
    passed at once. `join` closes a split; `inner` is where an inner process begins; `hours` is a wait that the diagram itself says."""

    id: str
    name: str
    kind: str
    ways: tuple[Way, ...]
    post: str = NOBODY
    join: str | None = None
    inner: str | None = None
    hours: float | None = None
    several: bool = False
    in_turn: bool = False
    limit: Limit | None = None

    @property
    def forks(self) -> bool:
        """Whether somebody has to say how often each way is taken."""
        return len(self.ways) > 1 and (self.kind in (ONE, SOME) or any(way.aside for way in self.ways))


@dataclass(frozen=True)
class Network:
    """Every place by id, in the order of the diagram, and where a case begins. `left_out`: names of what is not followed."""

    begin: str
    places: Mapping[str, Place]
    left_out: tuple[str, ...] = field(default=())

    def of(self, *kinds: str) -> Iterator[Place]:
        """The places of these kinds."""
        return (place for place in self.places.values() if place.kind in kinds)


def network(whole: Model, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Network | None:
    """The network of the executable process; None when there is none, or nothing to begin with. `parameters` by name, for the limits."""
    model = whole.alone()
    if model.executable is None or model.executable.id not in model.scopes:
        return None
    begin = _begin(model.scopes[model.executable.id])
    if begin is None:
        return None
    joins = {split: join for scope in model.scopes.values() for split, join in closing(scope).items()}
    places = {node.id: _place(model, node, joins, _limit(node, parameters)) for node in model.each()}
    left = [node.label for node in model.each() if node.event_sub_process or (node.host and not node.interrupting)]
    return Network(begin, places, tuple(left))


def _begin(scope: Scope) -> str | None:
    plain = [node for node in scope.starts if not node.events] or list(scope.starts)
    return plain[0].id if plain else next(iter(scope.graph.entries), None)


def _place(model: Model, node: Node, joins: Mapping[str, str], limit: Limit | None) -> Place:
    scope = model.scopes[node.scope]
    names = {one.id: one.label for one in scope.nodes}
    ways = tuple(Way(flow.id, flow.name or names[flow.target], flow.target) for flow in node.outgoing if flow.target in names)
    aside = tuple(Way(one.id, one.label, one.id, True) for one in model.boundaries(node) if one.interrupting and one.outgoing)
    kind, inner = _kind(node), _inner(model, node)
    if kind == INNER and inner is None:
        kind = PASS
    return Place(node.id, node.label, kind, (*ways, *aside), post=str(node.gl.get("role") or NOBODY), join=joins.get(node.id), inner=inner,
                 hours=_said(node) if kind == WAIT else None, several=node.loop is not None and node.loop.multiple,
                 in_turn=node.loop is not None and node.loop.sequential, limit=limit)


def _inner(model: Model, node: Node) -> str | None:
    return _begin(model.scopes[node.id]) if node.kind in SUB_PROCESSES and node.id in model.scopes else None


def _kind(node: Node) -> str:
    if node.kind in HUMAN:
        return WORK
    if node.kind in SUB_PROCESSES:
        return INNER
    if node.kind in ("callActivity", "receiveTask", "intermediateCatchEvent"):
        return WAIT
    if node.is_split:
        return {"parallelGateway": ALL, "inclusiveGateway": SOME}.get(node.kind, ONE)
    return PASS if len(node.outgoing) < 2 or node.kind in SPLITTING else ALL


def _said(node: Node) -> float | None:
    """The hours of a timer with a constant duration."""
    texts = [constant(text) for one in node.events for kind, text in one.timer if kind == "timeDuration"]
    known = [seconds(text) / 3600 for text in texts if text and is_duration(text)]
    return known[0] if known else None


def _limit(node: Node, parameters: Mapping[str, Any]) -> Limit | None:
    """A limit that the diagram says as a number or as a parameter; what depends on the case is left to history."""
    written = str(node.gl.get("limit") or "").removeprefix("=").strip()
    named = PARAMETER.fullmatch(written)
    value = parameters.get(named["name"]) if named else written
    try:
        return float(str(value)), str(node.gl.get("limitUnit") or "workingDays")
    except ValueError:
        return None
