"""The state space of a diagram: every situation its cases can get into, and what leads from one to the next.

The number of situations is bounded; when the bound is hit `complete` is False and whoever asks must say so. Branches that have
nothing to do with each other are walked one after the other (see `moves`): no verdict about ends, dead ends, double tokens and
steps that are never reached changes by that. Whoever asks about the ORDER of steps names them in `watch`; their order is kept.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.choices import Knowledge
from engine.definitions.proof.moves import ROUND, Move, Moves
from engine.definitions.proof.moves import State as State
from engine.definitions.proof.net import FAILED, Net, compile_net
from engine.definitions.proof.values import Values

BOUND = 20_000
"""Situations; beyond that a diagram is only checked in part."""


class Step(NamedTuple):
    """In `state` the thing `label` happens: a flow node is done, an event comes, or a gateway takes a flow (several: "f+g")."""

    state: State
    label: str
    target: State


@dataclass
class Space:
    """`twice`: (situation, label, element that gets a second token). Ids inside a called process are "call activity/id"."""

    net: Net | None
    start: State
    states: list[State] = field(default_factory=list)
    edges: list[Step] = field(default_factory=list)
    complete: bool = True
    twice: list[tuple[State, str, str]] = field(default_factory=list)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Place → the variables without which the case stops there."""
    first: dict[State, Step] = field(default_factory=dict)
    """The step that leads to a situation on a shortest way."""
    following: dict[State, list[Step]] = field(default_factory=dict)

    def labels_to(self, state: State) -> tuple[str, ...]:
        """The labels of a shortest way from the start."""
        found = []
        while state in self.first:
            step = self.first[state]
            found.append(step.label)
            state = step.state
        return tuple(found[::-1])

    def path_to(self, state: State) -> tuple[str, ...]:
        """A shortest way from the start as ids of nodes and flows, in order."""
        return self.drawn(self.labels_to(state))

    def drawn(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """Labels as what is passed on the diagram: the node, then the flows out of it."""
        found: list[str] = []
        for label in labels:
            found += self._drawn(label)
        return tuple(found)

    def _drawn(self, label: str) -> Iterator[str]:
        if self.net is None:
            return
        if label in self.net.places:
            yield label
            yield from (way.id for way in self.net.places[label].ways)
        elif label[0] != ROUND:
            flows = label.split("+")
            yield self.net.origin[flows[0]]
            yield from flows


def ended(state: State) -> bool:
    """The case is over, or stopped by an error that nobody caught (a rule of its own tells that)."""
    return state.ended or any(token[0] == FAILED for token in state.tokens)


def explore(model: Model, library: Library, *, bound: int = BOUND, inside: bool = False, watch: frozenset[str] | None = None,
            values: bool = True) -> Space:
    """The space of the executable process, empty when there is none.

    bound: how many situations at most. inside: called processes are entered where `library.called` knows them.
    watch: ids whose order matters to the asker; None keeps every order of everything, which is only for small diagrams.
    values: what conditions compare is followed (see `values`); without it each way of a gateway is always possible.
    """
    net = compile_net(model, library, inside)
    if net is None:
        return Space(None, State(frozenset()))
    watched = (lambda label: True) if watch is None else watch.__contains__
    knowledge = Values(net, model, library) if values else None
    walk = _Walk(net, Moves(net, knowledge or Knowledge(), watched), bound)
    walk.space.needs = knowledge.needs if knowledge else {}
    walk.run()
    return walk.space


class _Walk:
    """Breadth first, so that every way found is a shortest one."""

    def __init__(self, net: Net, moves: Moves, bound: int) -> None:
        start = moves.start()
        self.moves, self.bound = moves, bound
        self.space = Space(net, start, [start])
        self.known, self.queue = {start}, deque([start])
        self.partly: dict[State, None] = {}
        """Situations of which only one place has been looked at."""
        self.passing: set[State] = set()
        """Situations the runtime leaves at once: nobody else gets a turn there."""
        self.before: dict[State, list[State]] = {}
        """From where a situation is reached by a step that disturbs nothing beside it."""

    def run(self) -> None:
        """Walk until nothing is left for later. What is left for later is met again when the place that came first is done; where
        that place is never done, because it goes round for ever, the rest is looked at there."""
        self._walk()
        while self.space.complete and (state := self._neglected()) is not None:
            del self.partly[state]
            self._take(state, self.moves.after(state, full=True).moves)
            self._walk()

    def _neglected(self) -> State | None:
        """A situation from which what was left for later is never met."""
        met = {state for state in self.space.states if state not in self.partly and state not in self.passing}
        stack = list(met)
        while stack:
            for above in self.before.get(stack.pop(), ()):
                if above not in met:
                    met.add(above)
                    stack.append(above)
        return next((state for state in self.partly if state not in met), None)

    def _walk(self) -> None:
        while self.queue:
            state = self.queue.popleft()
            following = self.moves.after(state, full=False)
            if not following.whole:
                self.partly[state] = None
            elif following.at_once:
                self.passing.add(state)
            self._take(state, following.moves)

    def _take(self, state: State, moves: list[Move]) -> None:
        taken = self.space.following.setdefault(state, [])
        seen = {(step.label, step.target) for step in taken}
        for move in moves:
            if move.twice:
                if (state, move.label, move.twice) not in self.space.twice:
                    self.space.twice.append((state, move.label, move.twice))
            elif (move.label, move.state) not in seen and self._meet(state, move):
                step = Step(state, move.label, move.state)
                seen.add((move.label, move.state))
                taken.append(step)
                self.space.edges.append(step)
                if move.core:
                    self.before.setdefault(move.state, []).append(state)

    def _meet(self, state: State, move: Move) -> bool:
        """Remember a situation; False when there are too many."""
        if move.state in self.known:
            return True
        if len(self.known) >= self.bound:
            self.space.complete = False
            return False
        self.known.add(move.state)
        self.space.states.append(move.state)
        self.space.first[move.state] = Step(state, move.label, move.state)
        self.queue.append(move.state)
        return True


def without_end(space: Space) -> list[State]:
    """The situations from which no end can be reached, in the order they were found."""
    before: dict[State, list[State]] = {}
    for step in space.edges:
        before.setdefault(step.target, []).append(step.state)
    stack = [state for state in space.states if ended(state)]
    living = set(stack)
    while stack:
        for above in before.get(stack.pop(), ()):
            if above not in living:
                living.add(above)
                stack.append(above)
    return [state for state in space.states if state not in living]
