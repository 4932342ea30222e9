"""What more cases, fewer people or quicker work would do: a draft as a network of queues, once with the numbers of the last year, once
with others.

Both settings meet the same cases on the same days. What the numbers cannot say is told with them: `History` in engine/rehearsal says what
times of work are; ways that nobody took yet are taken equally often; what is `left_out` of the network is not played.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from engine import clock, definitions
from engine.deadlines import Calendar, calendars
from engine.errors import InvalidValues
from engine.people import ROLES, Participant
from engine.rehearsal import load, load_history
from engine.rehearsal.load_history import History
from engine.rehearsal.load_network import NOBODY, WAIT, WORK, Network, Place, network
from engine.rehearsal.load_numbers import Numbers, Spell, Staff
from engine.rehearsal.load_tally import Outcome, PostResult, StepResult
from engine.studio import drafts

UNKNOWN_HOURS, DAYS = 0.5, 60
"""Hours of a step that nobody has done yet, and the working days that are played."""
MOST_ARRIVALS, MOST_PEOPLE, MOST_HOURS = 500.0, 200, 200.0


@dataclass(frozen=True)
class Step:
    """A step as history has it: mean working hours, and from how many times; `post` in Chinese."""

    id: str
    name: str
    post: str
    hours: float
    known: int


@dataclass(frozen=True)
class Post:
    """A post as it is held: people at each of its places."""

    id: str
    name: str
    people: int
    places: int


@dataclass(frozen=True)
class Basis:
    """What a run starts from. `cases` of the last year on `days` working days; `left_out`: names of what is not played."""

    cases: int
    days: int
    arrivals: float
    steps: tuple[Step, ...]
    posts: tuple[Post, ...]
    left_out: tuple[str, ...]
    network: Network
    numbers: Numbers
    calendar: Calendar


@dataclass(frozen=True)
class Typed:
    """What is to be different: cases per working day, people per post, hours per step; None or missing means as in history."""

    arrivals: float | None = None
    people: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """Both runs; `steps` and `posts` pair what belongs together, in the order of the diagram."""

    before: Outcome
    after: Outcome
    steps: tuple[tuple[StepResult, StepResult], ...]
    posts: tuple[tuple[str, PostResult, PostResult], ...]


def basis(c: Connection, by: Participant, draft_id: int) -> Basis:
    """The draft and its history. Raises NotAllowed, NotFound, UnsafeInput, and InvalidValues for a draft without a process to begin."""
    package = drafts.package_of(drafts.open_draft(c, by, draft_id))
    model = definitions.read(definitions.rewrite(package.diagram).document)
    drawn = network(model, {name: _default(value) for name, value in package.parameters.items()})
    if drawn is None or not any(drawn.of(WORK)):
        raise InvalidValues({"draft": "草稿里还没有从开始走得到的人工步骤，画好以后再测算。"})
    calendar = calendars.of(c)
    history = load_history.read(c, package.key, drawn, calendar)
    numbers = _numbers(drawn, history)
    posts = sorted({numbers.post(place) for place in drawn.of(WORK)})
    return Basis(history.cases, history.days, history.arrivals, tuple(_step(place, numbers, history) for place in drawn.of(WORK)),
                 tuple(Post(one, named(one), numbers.staff[one].people, numbers.staff[one].places) for one in posts),
                 drawn.left_out, drawn, numbers, calendar)


def compare(found: Basis, typed: Typed) -> Compared:
    """Play both. Raises InvalidValues for numbers that cannot be, and when nothing says how many cases come."""
    changed = _changed(found, typed)
    base = found.numbers if found.arrivals else replace(found.numbers, arrivals=changed.arrivals)
    first = clock.today()
    before, after = (load.simulate(found.network, numbers, found.calendar, first) for numbers in (base, changed))
    return Compared(before, after, tuple(zip(before.steps, after.steps, strict=True)),
                    tuple((named(one.post), one, other) for one, other in zip(before.posts, after.posts, strict=True)))


def named(post: str) -> str:
    """A post in Chinese."""
    return ROLES[post].name if post in ROLES else "没有写明岗位" if post == NOBODY else post


def _default(value: object) -> object:
    return value.get("default") if isinstance(value, dict) else value


def _numbers(drawn: Network, history: History) -> Numbers:
    work = {place.id: _spell(history.work.get(place.id, ()), UNKNOWN_HOURS) for place in drawn.of(WORK)}
    waits = {place.id: Spell(place.hours, (place.hours,)) if place.hours is not None else _spell(history.waits.get(place.id, ()), 0.0)
             for place in drawn.of(WAIT)}
    limits = {place.id: place.limit or history.limits.get(place.id) for place in drawn.of(WORK)}
    numbers = Numbers(history.arrivals, {}, work, waits, {key: float(number) for key, number in history.ways.items()}, history.copies,
                      history.posts, {key: limit for key, limit in limits.items() if limit}, DAYS)
    posts = {numbers.post(place) for place in drawn.of(WORK)}
    return replace(numbers, staff={one: history.held.get(one) or history.staff.get(one) or Staff(1) for one in posts})


def _spell(times: Sequence[float], otherwise: float) -> Spell:
    return Spell(sum(times) / len(times), tuple(times)) if times else Spell(otherwise)


def _step(place: Place, numbers: Numbers, history: History) -> Step:
    return Step(place.id, place.name, named(numbers.post(place)), numbers.work[place.id].mean, len(history.work.get(place.id, ())))


def _changed(found: Basis, typed: Typed) -> Numbers:
    arrivals = found.arrivals if typed.arrivals is None else typed.arrivals
    wrong = {}
    if not 0 < arrivals <= MOST_ARRIVALS:
        wrong["arrivals"] = f"每个工作日新增的件数请填 0 到 {MOST_ARRIVALS:g} 之间的数，不能是 0。"
    if any(not 1 <= one <= MOST_PEOPLE for one in typed.people.values()):
        wrong["people"] = f"人数请填 1 到 {MOST_PEOPLE} 之间的整数。"
    if any(not math.isfinite(one) or not 0 <= one <= MOST_HOURS for one in typed.hours.values()):
        wrong["hours"] = f"办理用时请填 0 到 {MOST_HOURS:g} 个工作时之间的数。"
    if wrong:
        raise InvalidValues(wrong)
    base = found.numbers
    staff = {post: replace(held, people=typed.people.get(post, held.people)) for post, held in base.staff.items()}
    work = {step: replace(spell, mean=typed.hours.get(step, spell.mean)) for step, spell in base.work.items()}
    return replace(base, arrivals=arrivals, staff=staff, work=work)
