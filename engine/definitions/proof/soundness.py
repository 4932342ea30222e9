"""What the state space says about a diagram: dead ends, what is never reached, double tokens, work that is cut off, empty loops.

Each answer carries the way that shows it. The questions are asked only of diagrams whose drawing is in order: what the structural
rules find is not said a second time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.definitions.findings import Severity
from engine.definitions.graph import components
from engine.definitions.library import Library
from engine.definitions.linter import all_rules
from engine.definitions.model import Model, Node
from engine.definitions.proof.conditions import NOTHING, condition
from engine.definitions.proof.moves import ROUND, State
from engine.definitions.proof.net import ARRIVED, PEOPLE, SPENT, Net, Place
from engine.definitions.proof.space import Space, ended, explore, without_end

STRUCTURE = frozenset({
    "LG01", "LG02", "LG03", "LG04", "LG05", "LG06", "LG08", "LG09", "LG10", "LG11", "LG12", "LG13", "LG14", "LG15", "LG16", "LG17",
    "LE01", "LE02", "LE05", "LE08", "LN01", "LN02", "LN04"})
"""Rules about the drawing itself. A diagram that breaks one of them is not proved."""
CHOICES = ("exclusiveGateway", "inclusiveGateway")
MOST = 20
"""Findings of one kind; more tell nobody more."""


@dataclass(frozen=True)
class Shown:
    """An element and the way that shows what is wrong with it. `kind` says what, where a question has several answers."""

    element: str
    path: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True)
class Proof:
    """The answers about one diagram."""

    space: Space
    at_once: frozenset[str] = frozenset()
    """Called processes that can be over at once, without anybody doing anything."""

    @cached_property
    def net(self) -> Net:
        assert self.space.net is not None  # `proof` makes none without a process
        return self.space.net

    def place(self, element: str) -> Place:
        """The place of an element."""
        return self.net.places[element]

    def node(self, element: str) -> Node:
        """The flow node of an element."""
        return self.net.places[element].node

    # ------------------------------------------------------------------------------------------ can it end

    @cached_property
    def doomed(self) -> tuple[State, ...]:
        """Situations from which no end can be reached."""
        return tuple(without_end(self.space)) if self.certain else ()

    @property
    def certain(self) -> bool:
        """Whether what was not seen does not happen: everything was walked, and nowhere was a second token left out."""
        return self.space.complete and not self.space.twice

    def dead_ends(self) -> Iterator[Shown]:
        """`kind` is join (waits for ever), gateway (no way out) or loop (goes round for ever)."""
        doomed, told = set(self.doomed), set[str]()
        for state in self.doomed:
            step = self.space.first.get(state)
            if step is not None and step.state in doomed:
                continue
            for element, kind, seen in self._culprits(state):
                if element not in told:
                    told.add(element)
                    yield Shown(element, self.space.path_to(seen), kind)

    def _culprits(self, state: State) -> list[tuple[str, str, State]]:
        """What holds the case, and where it is seen: at standstill what still waits, else the loop it cannot leave."""
        behind = self._behind(state)
        last = next((one for one in behind if not self.space.following.get(one)), None)
        if last is None:
            return [self._loop(behind)]
        joins = {self.net.target[token[1:]] for token in last.tokens if token[0] == ARRIVED}
        gates = {token for token in last.tokens if token in self.net.places and self.place(token).automatic}
        found = [*((one, "gateway", last) for one in sorted(gates)), *((one, "join", last) for one in sorted(joins))]
        if any(one.element in gates for one in self.unset()):
            return []  # it stops because a value is missing, and that is said
        return found or [self._loop([last])]

    def _loop(self, behind: list[State]) -> tuple[str, str, State]:
        """The gateway that could let the case out, else any step of the loop."""
        for state in behind:
            for token in sorted(state.tokens):
                if token in self.net.places and self._shut(self.place(token)):
                    return token, "loop", state
        return self._place_of(behind[0]), "loop", behind[0]

    def _shut(self, place: Place) -> bool:
        return place.node.kind in CHOICES and len(place.ways) > 1 and any(way.id not in self.passed for way in place.ways)

    def _behind(self, state: State) -> list[State]:
        """The situation and all that can follow, nearest first."""
        found = {state: None}
        queue = [state]
        for one in queue:
            for step in self.space.following.get(one, ()):
                if step.target not in found:
                    found[step.target] = None
                    queue.append(step.target)
        return queue

    def _place_of(self, state: State) -> str:
        standing = sorted(token for token in state.tokens if token in self.net.places)
        people = [token for token in standing if self.node(token).kind in PEOPLE]
        return (people or [one for one in standing if self.place(one).inner is None] or standing or list(self.net.places))[0]

    # ------------------------------------------------------------------------------------------ what is never reached

    @cached_property
    def passed(self) -> frozenset[str]:
        """Every node and flow that some case passes, and every node some case stands on."""
        labels = {part for step in self.space.edges for part in step.label.split("+")}
        standing = {token.lstrip(ARRIVED + SPENT) for state in self.space.states for token in state.tokens}
        plain = [self.place(label) for label in labels if label in self.net.places]
        ways = {way.id for place in plain if len(place.ways) == 1 or place.node.kind not in CHOICES for way in place.ways}
        origins = {self.net.origin[label] for label in labels if label in self.net.origin}
        return frozenset(labels | standing | ways | origins)

    def untaken(self) -> Iterator[Shown]:
        """Flows of a choice that is reached but never takes them."""
        told = {one.element for one in self.dead_ends()}
        for place in self._places() if self.certain else ():
            if place.node.kind in CHOICES and len(place.ways) > 1 and place.id in self.passed - told:
                arriving = next((state for state in self.space.states if place.id in state.tokens), self.space.start)
                for way in place.ways:
                    if way.id not in self.passed:
                        yield Shown(way.id, (*self.space.path_to(arriving), place.id), place.id)

    def never_equal(self) -> Iterator[Shown]:
        """Comparisons with a constant that the variable never has at that gateway, in a condition that can be true otherwise.
        `kind` is the comparison."""
        for place in self._places() if self.certain else ():
            if place.node.kind not in CHOICES or len(place.ways) < 2 or place.id != place.node.id:
                continue
            seen = [dict(state.facts) for state in self.space.states if place.id in state.tokens]
            for way in place.ways:
                for test in condition(way.condition or "").tests if not way.default and way.id in self.passed else ():
                    if test.operator == "=" and seen and not any(test.constant in facts.get(test.name, {test.constant}) for facts in seen):
                        yield Shown(way.id, (), f"{test.name} = {test.constant}")

    def unreached(self) -> Iterator[Shown]:
        """Nodes no case gets to, except those only behind others that are told."""
        if not self.certain:
            return
        dead = {place.id for place in self._places() if place.id not in self.passed}
        explained = {way.target for place in self._places() for way in place.ways if place.id in dead or way.id not in self.passed
                     and place.node.kind in CHOICES and len(place.ways) > 1 and place.id in self.passed}
        for one in sorted(dead - explained):
            place = self.place(one)
            holder = self.net.levels[place.level].holder
            host = next((other.id for other in self._places() if one in other.edge), None)
            if holder not in dead and host not in dead:
                yield Shown(one, (), "event" if place.node.kind in ("boundaryEvent", "startEvent") else "step")

    def _places(self) -> Iterable[Place]:
        return self.net.places.values()

    # ------------------------------------------------------------------------------------------ the rest

    def twice(self) -> Iterator[Shown]:
        """Elements that get a second token while the first is still there."""
        told = set[str]()
        for state, label, element in self.space.twice:
            if element not in told:
                told.add(element)
                yield Shown(element, (*self.space.path_to(state), *self.space.drawn((label,))))

    def unset(self) -> Iterator[Shown]:
        """Steps some case gets to before anybody has written what they need. `kind` is the variable."""
        told = set[tuple[str, str]]()
        for state in self.space.states:
            facts = dict(state.facts)
            for token in sorted(state.tokens & self.space.needs.keys()):
                for name in sorted(self.space.needs[token]):
                    if facts.get(name) == frozenset({NOTHING}) and (token, name) not in told and self._arrives(state, token):
                        told.add((token, name))
                        yield Shown(token, (*self.space.path_to(state), token), name)

    def _arrives(self, state: State, token: str) -> bool:
        """Whether the token has just come there: afterwards it has what it needs, or has stopped already."""
        step = self.space.first.get(state)
        return step is None or token not in step.state.tokens

    def cut_off(self) -> Iterator[Shown]:
        """Terminate ends that take away work of people which is still open. `kind` is one such step."""
        told = set[str]()
        for step in self.space.edges:
            place = self.net.places.get(step.label)
            if place is None or place.node.event != "terminate" or place.id in told or self._in_handler(place):
                continue
            open_work = sorted(one for one in step.state.tokens & self.net.inside[place.level] if one in self.net.places
                               and self.node(one).kind in PEOPLE)
            if open_work:
                told.add(place.id)
                yield Shown(place.id, (*self.space.path_to(step.state), place.id), open_work[0])

    def _in_handler(self, place: Place) -> bool:
        holder = self.net.levels[place.level].holder
        return holder is not None and self.node(holder).event_sub_process

    def busy_loops(self) -> Iterator[Shown]:
        """Loops that a case can run through in one go although a sub-process in it has steps that wait: there is a way past them."""
        steps = [step for step in self.space.edges if self._by_itself(step.label)]
        numbers = {state: str(number) for number, state in enumerate(self.space.states)}
        after: dict[str, list[str]] = {}
        for step in steps:
            after.setdefault(numbers[step.state], []).append(numbers[step.target])
            after.setdefault(numbers[step.target], [])
        home = {one: number for number, part in enumerate(components({key: tuple(found) for key, found in after.items()})) for one in part}
        told = set[str]()
        for step in steps:
            same = home[numbers[step.state]] == home[numbers[step.target]]
            if same and self._holds_steps(step.label) and step.label not in told:
                told.add(step.label)
                yield Shown(step.label, (*self.space.path_to(step.state), step.label))

    def _by_itself(self, label: str) -> bool:
        """What the runtime does at once: automatic nodes, flows, sub-processes and called processes that have nothing left to do."""
        place = self.net.places.get(label)
        comes = label[0] == ROUND or place is not None and bool(place.node.event) and place.node.kind in ("boundaryEvent", "startEvent")
        return not comes and (place is None or place.automatic) or self._holds_steps(label)

    def _holds_steps(self, label: str) -> bool:
        place = self.net.places.get(label)
        return place is not None and (place.inner is not None or place.node.attributes.get("calledElement") in self.at_once)


_last: tuple[Model, Library, Proof | None] | None = None


def proof(model: Model, library: Library) -> Proof | None:
    """The answers about a diagram; None when its drawing is not in order. The last one is remembered: several rules ask."""
    global _last
    last = _last
    if last is None or last[0] is not model or last[1] is not library:
        found = Proof(explore(model, library, watch=frozenset()), _at_once(model, library)) if in_order(model, library) else None
        _last = last = (model, library, found)
    return last[2]


def in_order(model: Model, library: Library) -> bool:
    """Whether the structural rules find nothing, so that the proof may be asked."""
    structural = [rule for rule in all_rules() if rule.code in STRUCTURE and rule.severity is Severity.ERROR]
    return model.executable is not None and not any(True for rule in structural for _ in rule.check(model, library))


def _at_once(model: Model, library: Library) -> frozenset[str]:
    wanted = {str(node.attributes.get("calledElement", "")) for node in model.each("callActivity")}
    return frozenset(name for name, called in (library.called or {}).items() if name in wanted and _passes(called.model.alone(), library))


def _passes(model: Model, library: Library) -> bool:
    """Whether its end can be reached by automatic steps alone."""
    found = Proof(explore(model, library, watch=frozenset(), values=False))
    seen, stack = {found.space.start}, [found.space.start]
    while stack:
        for step in found.space.following.get(stack.pop(), ()):
            if step.target not in seen and found._by_itself(step.label):
                seen.add(step.target)
                stack.append(step.target)
    return any(ended(state) for state in seen)
