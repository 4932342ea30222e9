"""What came of a load simulation: per step how long it waits and how much is overdue, per post how busy its people are."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.clock import SHANGHAI
from engine.deadlines import Calendar, Unit, deadline
from engine.rehearsal.load_network import WORK, Network, Place
from engine.rehearsal.load_numbers import Numbers, Staff
from engine.rehearsal.working_time import WorkingTime

DAYLY = (Unit.DAYS, Unit.WORKING_DAYS)


@dataclass(slots=True)
class Visit:
    """A case at a step: hours on the working clock; `length` is what the work takes."""

    place: str
    came: float
    length: float
    started: float | None = None
    ended: float | None = None


@dataclass
class Run:
    """What a run has seen. Visits that came before `warm` fill the queues and are not judged; `until` is where the run stood still."""

    horizon: float
    warm: float
    until: float = 0.0
    arrived: int = 0
    endless: int = 0
    ended: list[tuple[float, float]] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)


@dataclass(frozen=True)
class StepResult:
    """One step. Waits are working hours from arriving to somebody beginning; of those still waiting, as long as they have waited so far.
    `judged`: visits with a limit that are over or overdue; `late` of them."""

    id: str
    name: str
    post: str
    came: int
    done: int
    waiting: int
    at_work: int
    wait: float
    wait_p90: float
    limit: tuple[float, str] | None
    judged: int
    late: int

    @property
    def rate(self) -> float | None:
        """The share that is overdue; None without a limit or a case to judge."""
        return self.late / self.judged if self.judged else None


@dataclass(frozen=True)
class PostResult:
    """One post: people altogether, the share of their time that is used, and what comes in per hour that could be worked (above 1 the
    queue grows without end)."""

    post: str
    people: int
    places: int
    used: float
    demand: float
    waiting: int

    @property
    def too_few(self) -> bool:
        """More comes in than they can do."""
        return self.demand > 1


@dataclass(frozen=True)
class Outcome:
    """`arrived` = `finished` + `inside`. `lasting`: working hours from arriving to the end. `days`: working days that were played, fewer
    than asked when the run was `cut_off`. `endless`: cases that went round and round and were given up."""

    arrived: int
    finished: int
    inside: int
    endless: int
    lasting: float
    lasting_p90: float
    days: float
    cut_off: bool
    steps: tuple[StepResult, ...]
    posts: tuple[PostResult, ...]

    @property
    def jams(self) -> tuple[StepResult, ...]:
        """The steps, the worst first: by what is overdue, then by how long they wait."""
        return tuple(sorted(self.steps, key=lambda one: (-(one.rate or 0.0), -one.wait, one.id)))


def outcome(run: Run, network: Network, numbers: Numbers, line: WorkingTime, calendar: Calendar) -> Outcome:
    """Count."""
    by_place: dict[str, list[Visit]] = {place.id: [] for place in network.of(WORK)}
    for visit in run.visits:
        by_place[visit.place].append(visit)
    dues = Dues(line, calendar)
    steps = tuple(_step(run, network.places[key], visits, numbers, dues) for key, visits in by_place.items())
    lasting = [end - began for began, end in run.ended if began >= run.warm]
    return Outcome(run.arrived, len(run.ended), run.arrived - len(run.ended), run.endless, mean(lasting), p90(lasting),
                   run.until / line.a_day, run.until < run.horizon, steps, _posts(run, steps, numbers))


class Dues:
    """When a limit ends that began at a working hour, as that working hour; limits in days are the same for a whole day."""

    def __init__(self, line: WorkingTime, calendar: Calendar) -> None:
        self.line, self.calendar = line, calendar
        self.known: dict[tuple[dt.date, float, str], float] = {}

    def hour(self, came: float, limit: tuple[float, str]) -> float:
        """The working hour after which it is overdue."""
        length, unit = limit
        start = self.line.moment(came)
        if unit not in DAYLY:
            return self._ends(start, length, unit)
        key = (start.astimezone(SHANGHAI).date(), length, unit)
        if key not in self.known:
            self.known[key] = self._ends(start, length, unit)
        return self.known[key]

    def _ends(self, start: dt.datetime, length: float, unit: str) -> float:
        return self.line.hour(deadline(start, length, Unit(unit), self.calendar).due)


def _step(run: Run, place: Place, visits: Sequence[Visit], numbers: Numbers, dues: Dues) -> StepResult:
    counted = [one for one in visits if one.came >= run.warm]
    waits = [(run.until if one.started is None else one.started) - one.came for one in counted]
    limit = numbers.limits.get(place.id)
    ends = [(one.ended, dues.hour(one.came, limit)) for one in counted] if limit else []
    late = sum((run.until if end is None else end) > due for end, due in ends)
    judged = late + sum(end is not None and end <= due for end, due in ends)
    return StepResult(
        place.id, place.name, numbers.post(place), len(visits), sum(one.ended is not None for one in visits),
        sum(one.started is None for one in visits), sum(one.started is not None and one.ended is None for one in visits),
        mean(waits), p90(waits), limit, judged, late)


def _posts(run: Run, steps: Sequence[StepResult], numbers: Numbers) -> tuple[PostResult, ...]:
    posts = {step.id: step.post for step in steps}
    span = max(run.until - run.warm, 1e-9)
    used, demand = dict.fromkeys(posts.values(), 0.0), dict.fromkeys(posts.values(), 0.0)
    for visit in run.visits:
        post = posts[visit.place]
        if visit.started is not None:
            end = run.until if visit.ended is None else visit.ended
            used[post] += max(0.0, end - max(visit.started, run.warm))
        demand[post] += visit.length if visit.came >= run.warm else 0.0
    return tuple(_post(post, used[post] / span, demand[post] / span, steps, numbers.staff) for post in sorted(used))


def _post(post: str, used: float, demand: float, steps: Sequence[StepResult], staff: Mapping[str, Staff]) -> PostResult:
    held = staff.get(post, Staff(1))
    people = held.people * held.places
    return PostResult(post, held.people, held.places, used / people, demand / people, sum(one.waiting for one in steps if one.post == post))


def mean(numbers: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(numbers) / len(numbers) if numbers else 0.0


def p90(numbers: Sequence[float]) -> float:
    """What nine of ten do not exceed; 0 of nothing."""
    return sorted(numbers)[math.ceil(len(numbers) * 0.9) - 1] if numbers else 0.0
