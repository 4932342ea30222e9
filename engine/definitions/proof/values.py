"""What conditions ask about, followed through the diagram: a way that contradicts what was written or decided before is not taken.

Each variable that a choice compares with constants has a few kinds of values: every constant, the ranges between numbers, nothing,
anything else. A situation remembers for each variable which kinds it may have. A choice narrows them, whoever writes the variable
sets them anew, and what nobody will ask about again is forgotten. What a condition asks beyond such comparisons may be true or false.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice, product

from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.beside import pairs
from engine.definitions.proof.choices import MOST, Facts, Knowledge, subsets
from engine.definitions.proof.conditions import ELSE, FALSE, NOTHING, TRUE, Condition, condition, sort_of, truths
from engine.definitions.proof.needs import needs
from engine.definitions.proof.net import ARRIVED, Net, Place, Way
from engine.definitions.proof.writers import Writing, given, writings

VOLATILE = ("now", "today", "case")
WIDEST = 2000
"""Combinations of kinds that one condition is asked about; a wider one is not narrowed."""
LAST = 1_000_000
"""The place of a condition whose order the designer has not written down."""
CHOOSING = ("exclusiveGateway", "inclusiveGateway", "complexGateway")
Kinds = dict[str, frozenset[str]]


class Values(Knowledge):
    """Knowledge about the variables of one net."""

    def __init__(self, net: Net, model: Model, library: Library) -> None:
        self.net, self.model, self.library = net, model, library
        self.asked = {place.id: tuple(self._conditions(place)) for place in net.places.values()
                      if place.id == place.node.id and place.node.kind in CHOOSING and len(place.ways) > 1}
        self.reads = {one: frozenset(test.name for _, asked in found for test in asked.tests) for one, found in self.asked.items()}
        self.needs = self._needs()
        for one, needed in self.needs.items():
            self.reads[one] = self.reads.get(one, frozenset()) | needed
        names = frozenset(name for found in self.reads.values() for name in found)
        self.kinds = {name: kinds_of(name, (asked for found in self.asked.values() for _, asked in found)) for name in names}
        self.writes = {place.id: tuple(self._writings(place)) for place in net.places.values()}
        self.asks_shared = self._shared()

    def _needs(self) -> dict[str, frozenset[str]]:
        """What steps cannot do without, as far as it is not given from the start."""
        known = given(self.model, self.library)
        found = {place: frozenset(name for name in names if name not in known) for place, names in needs(self.net).items()}
        return {place: names for place, names in found.items() if names}

    def _conditions(self, place: Place) -> Iterator[tuple[Way, Condition]]:
        """The conditional ways in the designer's order."""
        order = {flow.id: int(str(flow.gl["order"])) if "order" in flow.gl else LAST for flow in place.node.outgoing}
        for way in sorted(place.ways, key=lambda way: order[way.id]):
            if not way.default:
                yield way, condition(way.condition or "true")

    def _writings(self, place: Place) -> Iterator[Writing]:
        """What the place writes of what is asked about. A form that is not known may write anything."""
        if place.id != place.node.id:
            return
        many = any(self.net.places[level.holder].repeats for level in self.net.around(place.level) if level.holder)
        form = str(place.node.gl.get("formRef") or "")
        if form and form not in self.library.forms:
            yield from (Writing(name, None, False) for name in self.kinds)
        for one in writings(place.node, self.library):
            if one.variable in self.kinds:
                yield Writing(one.variable, one.values, one.surely and not many)
            yield from (Writing(name, None, True) for name in self.kinds if name.startswith(one.variable + "."))

    def _shared(self) -> frozenset[str]:
        """Places whose reading or writing can be noticed beside them."""
        touched = {one: {*self.reads.get(one, ()), *(writing.variable for writing in self.writes[one])} for one in self.net.places}
        stopping = {one for one, place in self.net.places.items() if place.node.event in ("error", "escalation", "terminate", "cancel")
                    or place.node.kind == "startEvent" and place.node.event}
        found: set[str] = set()
        for one, other in pairs(self.net):
            for side, across in ((one, other), (other, one)):
                written = {writing.variable for place in side for writing in self.writes[place]}
                if written and stopping & across:
                    found |= {place for place in side if self.writes[place]}
                seen = {name for place in across for name in touched[place]} & written
                found |= {place for place in (*side, *across) if touched[place] & seen} if seen else set()
        return frozenset(found)

    def tells(self, place: Place, event: str) -> bool:
        """Whether the place writes what is asked behind the event."""
        return any(writing.variable in self._live[event] for writing in self.writes[place.id])

    # ------------------------------------------------------------------------------------------ what is live

    @cached_property
    def _live(self) -> Mapping[str, frozenset[str]]:
        """Place → the variables somebody will still ask about when a token stands there."""
        live = {one: frozenset[str]() for one in self.net.places}
        changed = True
        while changed:
            changed = False
            for one in reversed(live):
                found = self._live_at(self.net.places[one], live)
                if found != live[one]:
                    live[one], changed = found, True
        return live

    def _live_at(self, place: Place, live: Mapping[str, frozenset[str]]) -> frozenset[str]:
        level = self.net.levels[place.level]
        after = {name for way in place.ways for name in live[way.target]}
        if not place.ways and level.holder is not None:
            holder = self.net.places[level.holder]
            after |= {name for way in holder.ways for name in live[way.target]}
            after |= {name for entry in level.entries for name in live[entry]} if holder.repeats else set()
        after -= {writing.variable for writing in self.writes[place.id] if writing.surely}
        after |= self.reads.get(place.id, frozenset())
        after |= {name for event in place.edge for name in live[event]}
        after |= {name for entry in (self.net.levels[place.inner].entries if place.inner else ()) for name in live[entry]}
        if place.inner and place.repeats:
            after |= {name for way in place.ways for name in live[way.target]}
        for around in self.net.around(place.level):
            after |= {name for start, _ in around.triggers for name in live[start]}
            after |= {name for event in self.net.places[around.holder].edge for name in live[event]} if around.holder else set()
        return frozenset(after)

    @cached_property
    def _asked_from(self) -> Mapping[str, frozenset[str]]:
        """Variable → the tokens from which a question about it can still be met."""
        found: dict[str, set[str]] = {name: set() for name in self.kinds}
        for place in self.net.places.values():
            for name in self._live[place.id]:
                found[name] |= {place.id, *(ARRIVED + flow for flow in place.arrivals)}
        return {name: frozenset(tokens) for name, tokens in found.items()}

    def settled(self, tokens: set[str], facts: Facts) -> Facts:
        """Only what some token can still meet a question about."""
        if not facts:
            return facts
        asked = self._asked_from
        return tuple(one for one in facts if not asked[one[0]].isdisjoint(tokens))

    # ------------------------------------------------------------------------------------------ steps

    def initial(self) -> Facts:
        """What the start form offers; what is written later has no value yet."""
        known = given(self.model, self.library)
        facts: Kinds = {}
        for name in self.kinds:
            root = name.split(".")[0]
            if root in (*VOLATILE, "param") or root in known and name != root:
                continue
            facts[name] = self._possible(name, known[name]) if name in known else frozenset({NOTHING})
        return self._facts(facts)

    def concerns(self, place: Place) -> bool:
        """Whether somebody beside it could notice when this place is passed."""
        return place.id in self.asks_shared

    def after(self, place: Place, facts: Facts) -> Facts:
        """With what the place has written."""
        if not self.writes[place.id]:
            return facts
        known = dict(facts)
        for one in self.writes[place.id]:
            new = self._possible(one.variable, one.values)
            known[one.variable] = new if one.surely else new | known.get(one.variable, self.kinds[one.variable])
        return self._facts(known)

    def _possible(self, name: str, values: frozenset[str] | None) -> frozenset[str]:
        """Constants as kinds of the variable."""
        if values is None:
            return self.kinds[name]
        return frozenset(self._kind(name, value) for value in values)

    def _kind(self, name: str, value: str) -> str:
        if value in self.kinds[name]:
            return value
        if sort_of(value) == "number":
            return min((one for one in self.kinds[name] if sort_of(one) == "number"), default=ELSE,
                       key=lambda one: abs(float(one) - float(value)))
        return ELSE

    def _facts(self, known: Kinds) -> Facts:
        return tuple(sorted((name, kinds) for name, kinds in known.items() if kinds != self.kinds[name]))

    def outcomes(self, place: Place, facts: Facts) -> Iterator[tuple[tuple[Way, ...], Facts]]:
        """The ways that what is known allows, in the order the runtime asks."""
        if place.id not in self.asked:
            yield from super().outcomes(place, facts)
            return
        asked, default = self.asked[place.id], [way for way in place.ways if way.default]
        if place.node.kind == "exclusiveGateway":
            yield from self._first_true(asked, default, dict(facts))
            return
        if len(asked) > MOST:
            yield from ((ways, facts) for ways in subsets(place))
            return
        for truth in product((True, False), repeat=len(asked)):
            known = self.narrowed(dict(facts), zip((one for _, one in asked), truth, strict=True))
            ways = tuple(way for (way, _), holds in zip(asked, truth, strict=True) if holds) or tuple(default)
            if known is not None and ways:
                yield ways, self._facts(known)

    def _first_true(self, asked: tuple[tuple[Way, Condition], ...], default: list[Way], facts: Kinds
                    ) -> Iterator[tuple[tuple[Way, ...], Facts]]:
        rest: Kinds | None = facts
        for way, one in asked:
            taken = self.narrowed(rest, [(one, True)])
            if taken is not None:
                yield (way,), self._facts(taken)
            rest = self.narrowed(rest, [(one, False)])
            if rest is None:
                return
        yield from (((way,), self._facts(rest)) for way in default if rest is not None)

    def narrowed(self, known: Kinds | None, asked: Iterable[tuple[Condition, bool]]) -> Kinds | None:
        """What is known when these conditions are true or false; None when that cannot be."""
        for one, holds in asked:
            if known is None:
                return None
            known = self._narrow(known, one, TRUE if holds else FALSE)
        return known

    def _narrow(self, known: Kinds, asked: Condition, wanted: str) -> Kinds | None:
        names = sorted({test.name for test in asked.tests if test.name.split(".")[0] not in VOLATILE})
        choices = [sorted(known.get(name, self.kinds[name])) for name in names]
        size = 1
        for one in choices:
            size *= len(one)
        if size > WIDEST:
            return known
        fitting = [values for values in product(*choices) if wanted in truths(asked, dict(zip(names, values, strict=True)))]
        if not fitting:
            return None
        return {**known, **{name: frozenset(values[place] for values in fitting) for place, name in enumerate(names)}}


def kinds_of(name: str, conditions: Iterable[Condition]) -> frozenset[str]:
    """The constants a variable is compared with, the ranges between numbers, nothing, and anything else where that can matter."""
    tests = [test for asked in conditions for test in asked.tests if test.name == name]
    constants = {test.constant for test in tests if test.constant}
    alone = any(test.kind == "name" for test in tests)
    sorts = {sort_of(one) for one in constants} - {NOTHING}
    kinds = {NOTHING, *constants, *_between([one for one in constants if sort_of(one) == "number"])}
    kinds |= {"true", "false"} if alone or "boolean" in sorts else set()
    return frozenset(kinds | ({ELSE} if "text" in sorts or not sorts and not alone else set()))


def uncovered(texts: Iterable[str]) -> Kinds | None:
    """Values of the variables with which none of these conditions is true, one kind each; None when there are none."""
    conditions = [condition(text) for text in texts]
    names = sorted({test.name for asked in conditions for test in asked.tests})
    choices = [sorted(kinds_of(name, conditions), key=_plain_first) for name in names]
    for values in islice(product(*choices), WIDEST):
        known = dict(zip(names, values, strict=True))
        if all(truths(asked, known) != {TRUE} for asked in conditions):
            return {name: frozenset({value}) for name, value in known.items()}
    return None


def _plain_first(kind: str) -> tuple[bool, bool, str]:
    """A value somebody chose is a better example than nothing at all."""
    return kind == NOTHING, kind == ELSE, kind


def _between(numbers: list[str]) -> Iterator[str]:
    """One number below, between and above those that are asked about."""
    points = sorted({float(one) for one in numbers})
    for low, high in zip(points, points[1:], strict=False):
        yield repr((low + high) / 2)
    if points:
        yield from (repr(points[0] - 1), repr(points[-1] + 1))
