"""What a version does to the cases that run on others, before anything is moved: by version and step, how many stay as they are, how many
can move, how many cannot and why, which limits would change, and whose work it is.

Each distinct way of standing is judged once, by the same rules as the move itself. Nothing is written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Connection, bindparam, func, select

from engine import definitions
from engine.definitions import Deployed
from engine.errors import InvalidValues
from engine.people import ROLES, Participant, directory
from engine.runtime import access, obstacles
from engine.runtime import case as cases
from engine.runtime.relimiting import CHOICES, KEEP
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import process_instance, work_item
from engine.runtime.turn import looked
from engine.spiff import Element
from engine.studio import case_shapes, drafts, folder_rights, limit_words
from engine.studio.case_shapes import Shape
from engine.studio.drawn_facts import KINDS
from engine.studio.step_changes import Steps, suggestions

NAMED, UNITS, MOST = 5, 3, 50_000
"""Cases named at a step, units named of a post that holds it, and cases of a step that are moved by themselves."""
BESIDE = ("boundaryEvent", "startEvent")

HELD = (select(work_item.c.definition_id, work_item.c.element_id, work_item.c.candidate_key, func.count().label("number"))
        .where(work_item.c.process_key == bindparam("k"), work_item.c.state.in_(LIVE_ITEM), work_item.c.definition_id != bindparam("to"))
        .group_by(work_item.c.definition_id, work_item.c.element_id, work_item.c.candidate_key)
        .order_by(work_item.c.definition_id, work_item.c.element_id, work_item.c.candidate_key))

Mapped = Mapping[str, str | None]


@dataclass(frozen=True)
class Seen:
    """A case that is named. `title` is empty for a reader who may not see the case."""

    id: int
    number: str
    title: str
    may_open: bool


@dataclass(frozen=True)
class Place:
    """One step of one old version where cases wait. `stays`: nothing about the step changes; `can_move`: it changes and they can move;
    `blocked`: (why, how many); `gone`: it cannot stay where it is and has to be mapped; `suggested`: a step that may stand for it,
    "" for none. An event that waits beside a step is a place only when it has to be dropped."""

    definition_id: int
    number: int
    element_id: str
    name: str
    kind: str
    total: int
    stays: int
    can_move: int
    blocked: tuple[tuple[str, int], ...]
    clocks: tuple[str, ...]
    people: tuple[str, ...]
    cases: tuple[Seen, ...]
    gone: bool
    suggested: str


@dataclass(frozen=True)
class Summary:
    """Cases, each counted once: at an unchanged step, able to move to a changed one, not able to move."""

    total: int
    unaffected: int
    can_move: int
    cannot: int


@dataclass(frozen=True)
class Target:
    """A step of the new version that another may be mapped to. `kind` in Chinese."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Impact:
    """Everything at once. `mapping` and `choice` are those it was judged by; `number` is that of the version (to be)."""

    key: str
    name: str
    number: int
    mapping: Mapped
    choice: str
    places: tuple[Place, ...]
    summary: Summary
    targets: tuple[Target, ...]
    suggested: Mapping[str, str]


def of_draft(c: Connection, by: Participant, draft_id: int, *, mapping: Mapped | None = None, choice: str = KEEP) -> Impact:
    """What publishing the draft as it is would do. Raises NotAllowed, NotFound, InvalidValues, UnsafeInput, InvalidDefinition."""
    draft = drafts.open_draft(c, by, draft_id)
    package = drafts.package_of(draft)
    new = definitions.unsealed(c, package)
    return _of(_Look(c, by, new, mapping or {}, choice), Steps(new, definitions.rewrite(package.diagram).document))


def of_version(c: Connection, by: Participant, definition_id: int, *, mapping: Mapped | None = None, choice: str = KEEP) -> Impact:
    """What moving to a published version would do. Raises NotAllowed, NotFound, InvalidValues."""
    folder_rights.must_read(by)
    new = definitions.load(c, definition_id)
    return _of(_Look(c, by, new, mapping or {}, choice), Steps(new, definitions.diagram(c, new.id)))


def standing(c: Connection, by: Participant, definition_id: int, element_id: str) -> tuple[int, ...]:
    """The ids of the running cases at one place, to be moved by themselves; MOST at the most. Raises NotAllowed."""
    folder_rights.must_read(by)
    return case_shapes.standing(c, definition_id, element_id, MOST)


def _of(look: "_Look", steps: Steps) -> Impact:
    look.must_make_sense()
    new = look.new
    look.drawn[new.id] = steps
    judged = [look.judged(shape) for shape in case_shapes.of(look.c, new.key, new.id)]
    places = look.places(judged)
    targets = tuple(Target(one.id, one.name or one.id, KINDS.get(one.kind, one.kind)) for one in steps.all())
    return Impact(new.key, new.name, new.number, dict(look.mapping), look.choice, places, _summary(judged), targets,
                  {one.element_id: one.suggested for one in places if one.suggested})


@dataclass(frozen=True)
class _Judged:
    """A shape with the elements it waits at, whether all of them stay as they are, what is in the way, and at which elements."""

    shape: Shape
    at: tuple[Element, ...]
    stays: bool
    why: tuple[str, ...]
    stuck: frozenset[str]


def _summary(judged: Sequence[_Judged]) -> Summary:
    stays = sum(one.shape.number for one in judged if one.stays)
    cannot = sum(one.shape.number for one in judged if one.why)
    total = sum(one.shape.number for one in judged)
    return Summary(total, stays, total - stays - cannot, cannot)


@dataclass
class _Tally:
    total: int = 0
    stays: int = 0
    can_move: int = 0
    why: Counter[str] = field(default_factory=Counter)
    first: list[int] = field(default_factory=list)
    stuck: set[str] = field(default_factory=set)

    def take(self, one: _Judged, same: bool) -> None:
        """Add the cases of a shape at a step that is the `same` in the new version or is not."""
        self.total += one.shape.number
        self.why.update(dict.fromkeys(one.why, one.shape.number))
        if not one.why:
            self.stays += one.shape.number if same else 0
            self.can_move += 0 if same else one.shape.number
        self.first += one.shape.first
        self.stuck |= one.stuck


class _Look:
    """One reader's look at what a version would do."""

    def __init__(self, c: Connection, by: Participant, new: Deployed, mapping: Mapped, choice: str) -> None:
        self.c, self.by, self.new, self.mapping, self.choice = c, by, new, mapping, choice
        self.drawn: dict[int, Steps] = {}

    def must_make_sense(self) -> None:
        """Raises InvalidValues for a choice that there is not, and for a step that the version does not have."""
        if self.choice not in CHOICES:
            raise InvalidValues({"choice": "请选择时限怎样处理。"})
        lost = [one for one in self.mapping.values() if one is not None and not (isinstance(one, str) and one in self.new.spec.elements)]
        if lost:
            raise InvalidValues({"mapping": f"新版本没有“{str(lost[0])[:60]}”这个步骤，请刷新后重新指定。"})

    def steps(self, deployed: Deployed) -> Steps:
        """What is drawn in a version."""
        if deployed.id not in self.drawn:
            self.drawn[deployed.id] = Steps(deployed, definitions.diagram(self.c, deployed.id))
        return self.drawn[deployed.id]

    def old(self, definition_id: int) -> Deployed:
        """A version that cases run on."""
        return definitions.load(self.c, definition_id)

    def judged(self, shape: Shape) -> _Judged:
        """One case speaks for all of its shape."""
        case = cases.peeked(self.c, shape.first[0])
        host, tokens = looked(self.c, shape.first[0])
        found = obstacles.of(case, tokens, self.new, self.mapping)
        stuck = frozenset(one.element_id for one in found)
        elements = {wait.element.id: wait.element for wait in tokens.waits}
        at = tuple(one for one in elements.values() if one.kind not in BESIDE or one.id in stuck or one.id in self.mapping)
        why = tuple(dict.fromkeys(one.text for one in found))
        return _Judged(shape, at, not why and all(self.is_same(host.deployed, one) for one in at), why, stuck)

    def is_same(self, old: Deployed, element: Element) -> bool:
        """Whether nothing about the step changes, its limit included."""
        return (element.id not in self.mapping and self.steps(old).says(element.id) == self.steps(self.new).says(element.id)
                and not self.clocks(old, element))

    def clocks(self, old: Deployed, element: Element) -> tuple[str, ...]:
        """What becomes of its limit, in words."""
        there = self.new.spec.elements.get(self.mapping.get(element.id, element.id) or "")
        mapped = element.id in self.mapping
        return limit_words.told((old, element), (self.new, there), self.choice, mapped=mapped) if there is not None else ()

    def places(self, judged: Sequence[_Judged]) -> tuple[Place, ...]:
        """By version, newest first, and by the order in which the steps are drawn."""
        tallies: defaultdict[tuple[int, str], _Tally] = defaultdict(_Tally)
        for one in judged:
            old = self.old(one.shape.definition_id)
            for element in one.at:
                tallies[(old.id, element.id)].take(one, self.is_same(old, element))
        named = _named(self.c, self.by, [i for one in tallies.values() for i in sorted(one.first)[:NAMED]])
        order = sorted(tallies, key=lambda key: (-self.old(key[0]).number, list(self.old(key[0]).spec.elements).index(key[1])))
        return tuple(self._place(key, tallies[key], named) for key in order)

    def _place(self, key: tuple[int, str], tally: _Tally, named: Mapping[int, Seen]) -> Place:
        old, name = self.old(key[0]), key[1]
        element = old.spec.elements[name]
        gone = name not in self.new.spec.elements or name in tally.stuck
        suggested = self._suggested(old, name, min(tally.first)) if gone and element.kind not in BESIDE else ""
        return Place(old.id, old.number, name, element.name or name, KINDS.get(element.kind, element.kind), tally.total, tally.stays,
                     tally.can_move, tuple(sorted(tally.why.items(), key=lambda one: (-one[1], one[0]))), self.clocks(old, element),
                     self._held.get(key, ()), tuple(named[one] for one in sorted(tally.first)[:NAMED]), gone, suggested)

    def _suggested(self, old: Deployed, name: str, instance_id: int) -> str:
        """A step that may stand for it and to which a case there could go; "" for none."""
        wanted = suggestions(old, self.new, [name]).get(name, "")
        if not wanted:
            return ""
        case, (_, tokens) = cases.peeked(self.c, instance_id), looked(self.c, instance_id)
        found = obstacles.of(case, tokens, self.new, {**self.mapping, name: wanted})
        return "" if any(one.element_id == name for one in found) else wanted

    @cached_property
    def _held(self) -> dict[tuple[int, str], tuple[str, ...]]:
        """Step → the posts whose work it is, in words."""
        rows = self.c.execute(HELD, {"k": self.new.key, "to": self.new.id}).all()
        units = directory.unit_names(self.c, {row.candidate_key.partition("@")[2] for row in rows if row.candidate_key})
        by_step: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        for row in rows:
            by_step[(row.definition_id, row.element_id)].append(row.candidate_key or "")
        return {step: tuple(_posts(keys, units)) for step, keys in by_step.items()}


def _posts(keys: Iterable[str], units: Mapping[str, str]) -> Iterator[str]:
    by_role: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys:
        role, _, unit = key.partition("@")
        by_role[role].append(units.get(unit, unit))
    for role, found in by_role.items():
        name = ROLES[role].name if role in ROLES else "指定的人员"
        if role and len(found) > UNITS:
            yield f"{len(found)} 个单位的{name}"
        else:
            yield from dict.fromkeys(f"{unit}{name}" for unit in found)


def _named(c: Connection, by: Participant, ids: Sequence[int]) -> dict[int, Seen]:
    """The cases as this reader may see them."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    chosen = process_instance.c.id.in_(wanted)
    seen = set(c.execute(select(process_instance.c.id).where(chosen, access.visible(by))).scalars())
    rows = c.execute(select(process_instance.c.id, process_instance.c.business_key, process_instance.c.title).where(chosen))
    return {row.id: Seen(row.id, row.business_key, row.title if row.id in seen else "", row.id in seen) for row in rows}
