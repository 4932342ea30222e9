"""What can happen next in a situation, by the rules of the runtime; and which of it needs to be looked at first.

What the runtime does at once comes before what people, timers, messages and functions do. Branches that run beside each other and
have nothing to do with each other are walked one after the other instead of in every order: `after` then gives the moves of one
place only. That is left out as soon as a step is watched, reads or writes what a condition remembers, or throws something.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from engine.definitions.model import ACTIVITIES
from engine.definitions.proof.beside import pairs, reopened
from engine.definitions.proof.choices import Facts, Knowledge
from engine.definitions.proof.net import AGAIN, ARRIVED, FAILED, OUTSIDE, PEOPLE, SPENT, Level, Net, Place, Way

ROUND = "@"
"""The label of a countersign or loop that begins once more inside: this mark and the id of the activity."""
OTHER = "\0any"
"""The code of an error that nobody has named."""


class State(NamedTuple):
    """Where the tokens stand, and what is known of the values that conditions ask about."""

    tokens: frozenset[str]
    facts: Facts = ()

    @property
    def ended(self) -> bool:
        """Nothing is left to do."""
        return all(token[0] == SPENT for token in self.tokens)


class Move(NamedTuple):
    """`label` happens and gives `state`. `twice`: the element that would get a second token. `core`: disturbs nothing beside it."""

    label: str
    state: State
    core: bool = True
    twice: str = ""


class Options(NamedTuple):
    """Some of the moves of a situation; `local` when they suffice because nothing else there can notice them; `whole` when they are all."""

    moves: list[Move]
    local: bool
    whole: bool = True


class Next(NamedTuple):
    """`whole`: there are no other moves. `at_once`: the runtime does them before anything else gets its turn."""

    moves: list[Move]
    whole: bool
    at_once: bool


class Moves:
    """The moves of one net."""

    def __init__(self, net: Net, knowledge: Knowledge, watched: Callable[[str], bool]) -> None:
        self.net, self.knowledge, self.watched = net, knowledge, watched
        self.automatic = frozenset(one.id for one in net.places.values() if one.automatic)
        self.holding = frozenset(one.id for one in net.places.values() if one.inner is not None)
        self.quiet: dict[str, bool] = {}
        self.endangered = frozenset(_beside_a_stop(net))
        self.endangered |= frozenset(one for area in reopened(net) for one in area)
        self.endangered |= frozenset(one for level in net.levels.values() if self._hurries(level) for one in net.inside[level.id])
        self.codes = {kind: {OTHER, *(_code(place) for place in net.places.values() if place.node.event == kind)} - {""}
                      for kind in ("error", "escalation")}

    def start(self) -> State:
        """The process has just been started."""
        return State(frozenset(self.net.levels[self.net.root].entries), self.knowledge.initial())

    def after(self, state: State, full: bool) -> Next:
        """The moves to look at. `full`: all of them."""
        for ready in (self._ready(state), self._joins(state), self._closings(state)):
            found = [options for options in ready if options.moves]
            if found:
                chosen = None if full else next((one for one in found if one.local), None)
                moves = chosen.moves if chosen is not None else [move for one in found for move in one.moves]
                return Next(moves, chosen is None or len(found) == 1, True)
        rest = self._rest(state, self.net.root, full)
        return Next(rest.moves, rest.whole, False)

    # ------------------------------------------------------------------------------------------ at once

    def _ready(self, state: State) -> Iterator[Options]:
        for token in sorted(state.tokens & self.automatic):
            place = self.net.places[token]
            yield Options(list(self._pass(state, place)), not _throws(place) and self._unseen(place))

    def _unseen(self, place: Place) -> bool:
        if place.id in self.endangered or self.knowledge.concerns(place):
            return False
        return not (self.watched(place.id) or any(self.watched(way.id) for way in place.ways))

    def _quiet(self, place: Place) -> bool:
        """Whether nobody beside it notices when the place is done, with all that the runtime does at once behind it."""
        if place.id not in self.quiet:
            self.quiet[place.id] = all(self._unseen(one) and not _throws(one) for one in self._run(place))
        return self.quiet[place.id]

    def _hurries(self, level: Level) -> bool:
        """Whether the order inside decides if an event can still come after a step that makes a difference, or the level is over."""
        edge = self.net.places[level.holder].edge if level.holder else ()
        events = (*edge, *(start for start, _ in level.triggers))
        for one in self.net.inside[level.id] if events else ():
            place = self.net.places.get(one)
            if place is None or not (any(self.knowledge.tells(place, event) for event in events) or self.watched(one) and level.holder):
                continue
            if any(end.id == level.holder or not end.ways and end.level == level.id for end in self._run(place)):
                return True
        return False

    def _run(self, place: Place) -> list[Place]:
        """The place and everything automatic that can follow it in one go."""
        found = {place.id: place}
        queue = [place]
        for one in queue:
            level = self.net.levels[one.level]
            after = [way.target for way in one.ways]
            if one.ways and one.node.kind == "eventBasedGateway":
                after = [way.target for event in after for way in self.net.places[event].ways]
            if not one.ways and level.holder is not None:
                after = [level.holder, *(way.target for way in self.net.places[level.holder].ways), *level.entries]
            for target in [self.net.places[name] for name in after]:
                follows = target.automatic or target.inner is not None
                if follows and target.id not in found:
                    found[target.id] = target
                    queue.append(target)
                    entries = [self.net.places[entry] for entry in self.net.levels[target.inner].entries] if target.inner else []
                    queue += [entry for entry in entries if entry.id not in found]
                    found.update({entry.id: entry for entry in entries})
        return list(found.values())

    def _joins(self, state: State) -> Iterator[Options]:
        waiting = {self.net.target[token[1:]] for token in state.tokens if token[0] == ARRIVED}
        for join in sorted(waiting):
            place = self.net.places[join]
            if self._may_fire(state, place):
                tokens = state.tokens - {ARRIVED + flow for flow in place.arrivals} | {join}
                yield Options(list(self._pass(State(tokens, state.facts), place)), self._unseen(place))

    def _may_fire(self, state: State, join: Place) -> bool:
        if join.split or join.node.kind == "inclusiveGateway":
            return not any(_alive(token) in join.feeders for token in state.tokens) and not any(
                token[0] == ARRIVED and self.net.target[token[1:]] in join.feeders for token in state.tokens)
        arrived = {join.sources[flow] for flow in join.arrivals if ARRIVED + flow in state.tokens}
        return arrived >= set(join.sources.values())

    def _closings(self, state: State) -> Iterator[Options]:
        """Activities with nothing left to do inside. One that repeats may begin again."""
        for token in sorted(state.tokens & self.holding):
            place = self.net.places[token]
            if place.inner is None or self._open(state, place.inner):
                continue
            moves = [self._leave(state, place, place.ways, place.id)]
            level = self.net.levels[place.inner]
            if place.repeats and level.entries:
                moves.append(self._move(set(state.tokens | set(level.entries)), state.facts, ROUND + place.id))
            yield Options(moves, self._unseen(place))

    def _open(self, state: State, level: str) -> bool:
        inside = self.net.inside[level]
        return any(token in inside and token[0] != SPENT for token in state.tokens)

    # ------------------------------------------------------------------------------------------ in time

    def _rest(self, state: State, level: str, full: bool) -> Options:
        """What people and the outside can do in a level: of one place that disturbs no other, else of all."""
        active = [place for one in self.net.levels[level].places if one in state.tokens and not (place := self.net.places[one]).automatic]
        found = [(place, self._of(state, place, full)) for place in active]
        chosen = None if full else next((options for _, options in found if options.local and options.moves), None)
        triggers = list(self._triggers(state, level))
        if chosen is not None and len(active) > 1:
            return chosen._replace(whole=False)
        moves = [move for _, options in found for move in options.moves] + triggers
        local = chosen is not None and all(self._quiet(self.net.places[move.label]) for move in triggers)
        return Options(moves, local, all(options.whole for _, options in found))

    def _of(self, state: State, place: Place, full: bool) -> Options:
        """What can happen to one place: it is done, its events come, its function fails."""
        if place.inner is not None:
            inner = self._rest(state, place.inner, full)
            edge = [move._replace(core=False) for move in self._edge(state, place)]
            quiet = all(self._quiet(self.net.places[one]) for one in place.edge)
            return Options(inner.moves + edge, inner.local and quiet, inner.whole)
        moves = [*self._done(state, place), *self._edge(state, place), *self._failing(state, place)]
        quiet = all(self._quiet(self.net.places[one]) for one in (place.id, *place.edge))
        return Options(moves, quiet and not any(self.watched(move.label) or not move.core for move in moves))

    def _done(self, state: State, place: Place) -> Iterator[Move]:
        if place.node.kind != "eventBasedGateway":
            yield self._leave(state, place, place.ways, place.id)
            return
        for way in place.ways:
            event = self.net.places[way.target]
            yield self._leave(state, place, event.ways, event.id, event)

    def _edge(self, state: State, place: Place) -> Iterator[Move]:
        for event in place.edge:
            node = self.net.places[event].node
            if node.event in OUTSIDE and self._armed(state, event):
                yield self._occur(state, event)

    def _failing(self, state: State, place: Place) -> Iterator[Move]:
        """A function, or a called process that is not entered, may fail with any code; the process may also escalate."""
        kinds = {"serviceTask": ("error",), "callActivity": ("error", "escalation")}.get(place.node.kind, ())
        caught = {self._catcher(state, place, kind, code) for kind in kinds for code in self.codes[kind]} - {None}
        for event in sorted(str(one) for one in caught if self._armed(state, str(one))):
            yield self._occur(state, event)._replace(core=self.net.places[event].id in place.edge)

    def _triggers(self, state: State, level: str) -> Iterator[Move]:
        for start, _ in self.net.levels[level].triggers:
            if self.net.places[start].node.event in OUTSIDE and self._armed(state, start):
                yield self._occur(state, start)._replace(core=False)

    # ------------------------------------------------------------------------------------------ events

    def _armed(self, state: State, event: str) -> bool:
        """Whether the event can come now. A side path that still runs is not begun a second time: the second would be like the first."""
        if SPENT + event in state.tokens or event in state.tokens:
            return False
        place = self.net.places[event]
        if place.node.kind == "startEvent":
            return self.net.levels[place.level].holder not in state.tokens
        return place.node.interrupting or not state.tokens & self.net.beside[event]

    def _occur(self, state: State, event: str) -> Move:
        """The event comes from outside and its token goes on at once."""
        tokens = self._happen(state.tokens, event) - {event}
        place = self.net.places[event]
        return self._enter(set(tokens), place.ways, self.knowledge.after(place, state.facts), event)

    def _happen(self, tokens: frozenset[str], event: str) -> frozenset[str]:
        """What the event stops is gone, and its token stands on it."""
        place, node = self.net.places[event], self.net.places[event].node
        spent = frozenset() if node.event in AGAIN or any(kind == "timeCycle" for kind, _ in _timer(place)) else frozenset({SPENT + event})
        if node.kind == "boundaryEvent":
            host = self.net.host[event]
            return (tokens - self.net.tokens_of[host] if node.interrupting else tokens | spent) | {event}
        holder = self.net.places[str(self.net.levels[place.level].holder)]
        if node.interrupting or node.event == "error":
            around = self.net.levels[holder.level]
            tokens = tokens - self.net.inside[holder.level] | {SPENT + start for start, _ in around.triggers}
        return tokens | spent | {holder.id, event}

    def _catcher(self, state: State, place: Place, kind: str, code: str) -> str | None:
        """Who catches what is thrown at this place: its own edge, then the event sub-processes of its level, then outwards."""
        while True:
            level = self.net.levels[place.level]
            for events in (place.edge, tuple(start for start, _ in level.triggers)):
                known = [one for one in events if self.net.places[one].node.event == kind and SPENT + one not in state.tokens]
                for wanted in (code, ""):
                    fitting = [one for one in known if _code(self.net.places[one]) == wanted]
                    if fitting:
                        return fitting[0]
            if level.holder is None:
                return None
            place = self.net.places[level.holder]

    # ------------------------------------------------------------------------------------------ one token

    def _pass(self, state: State, place: Place) -> Iterator[Move]:
        """A token goes through what is automatic: a choice, a split, an event that throws, an end."""
        kind, event = place.node.kind, place.node.event
        if kind in ("exclusiveGateway", "inclusiveGateway", "complexGateway") and len(place.ways) > 1:
            for ways, facts in self.knowledge.outcomes(place, state.facts):
                yield self._leave(State(state.tokens, facts), place, ways, "+".join(way.id for way in ways))
        elif kind in ("endEvent", "intermediateThrowEvent") and event in ("error", "cancel", "escalation"):
            yield self._throw(state, place, event)
        elif kind == "endEvent" and event == "terminate":
            tokens = state.tokens - self.net.inside[place.level]
            yield self._move(set(tokens), state.facts, place.id)
        else:
            yield self._leave(state, place, place.ways, place.id)

    def _throw(self, state: State, place: Place, kind: str) -> Move:
        catcher = self._catcher(state, place, kind, _code(place) or OTHER)
        if catcher is None:
            if kind == "escalation":
                return self._leave(state, place, place.ways, place.id)
            return self._move(set(state.tokens - {place.id} | {FAILED + place.id}), state.facts, place.id)
        if not self._armed(state, catcher):
            return self._leave(state, place, place.ways, place.id)
        tokens = self._happen(state.tokens, catcher)
        if place.id in tokens:
            return self._leave(State(tokens, state.facts), place, place.ways, place.id)
        return self._move(set(tokens), state.facts, place.id)

    def _leave(self, state: State, place: Place, ways: tuple[Way, ...], label: str, by: Place | None = None) -> Move:
        """The token leaves the place by these ways; what belonged to the place is gone."""
        gone = self.net.tokens_of[place.id] if place.node.kind in ACTIVITIES else frozenset({place.id})
        return self._enter(set(state.tokens - gone), ways, self.knowledge.after(by or place, state.facts), label)

    def _enter(self, tokens: set[str], ways: tuple[Way, ...], facts: Facts, label: str) -> Move:
        twice = ""
        for way in ways:
            target = self.net.places[way.target]
            token = ARRIVED + way.id if target.arrivals else target.id
            if token in tokens and not target.split:  # a join that closes a split takes whatever has come, however often
                twice = target.id
            tokens.add(token)
            if target.inner is not None and not target.repeats:
                tokens.update(self.net.levels[target.inner].entries)
        return self._move(tokens, facts, label, twice)

    def _move(self, tokens: set[str], facts: Facts, label: str, twice: str = "") -> Move:
        state = State(frozenset(tokens), self.knowledge.settled(tokens, facts))
        return Move(label, State(frozenset(), ()) if state.ended else state, True, twice)


def _beside_a_stop(net: Net) -> Iterator[str]:
    """Work of people that an end of everything could take away while it is open."""
    stops = {one.id for one in net.places.values() if one.node.event == "terminate"}
    for one, other in pairs(net) if stops else ():
        for side, across in ((one, other), (other, one)):
            yield from (place for place in side if stops & across and net.places[place].node.kind in PEOPLE)


def _throws(place: Place) -> bool:
    """Whether passing it can stop or start something elsewhere."""
    return place.node.event in ("error", "escalation", "terminate", "cancel") and place.node.kind in ("endEvent", "intermediateThrowEvent")


def _alive(token: str) -> str:
    """The place a live token stands on; a token that waits at a join counts there, one that is spent counts nowhere."""
    return token[1:] if token[0] == FAILED else token


def _code(place: Place) -> str:
    """The code of an error or escalation; "" catches all."""
    event = place.node.events[0]
    return event.code or event.name if event.ref is not None else ""


def _timer(place: Place) -> tuple[tuple[str, str], ...]:
    return place.node.events[0].timer if place.node.events else ()
