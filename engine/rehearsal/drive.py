"""The town's day: arrivals, timers, jobs and people's work, in the order of a simulated clock."""

import datetime as dt
import heapq
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine import clock
from engine.cases import findings
from engine.cases.intake import Request
from engine.database import Database
from engine.errors import EngineError
from engine.rehearsal import report, staff
from engine.rehearsal.album import Album
from engine.rehearsal.report import Report
from engine.runtime import jobs, overview, service_registry, timers
from engine.runtime.overview import OpenItem

TICK = dt.timedelta(milliseconds=1)
BATCH = 200


@dataclass(frozen=True)
class Arrival:
    """A request that comes in at a moment of the simulated clock."""

    at: dt.datetime
    request: Request


@dataclass(frozen=True)
class Plan:
    """How the town behaves. Shares between 0 and 1; `until`: stop there although cases are still open; `steps`: a bound on work.

    `photos`: the folder of the photo store; without it people take no photos, and forms that ask for them stay open.
    """

    seed: int = 1
    late: float = 0.12
    neglected: float = 0.0
    wrong: float = 0.05
    sent_back: float = 0.03
    start: dt.datetime | None = None
    until: dt.datetime | None = None
    steps: int = 2_000_000
    arrivals: Iterable[Arrival] = ()
    photos: Path | None = None


@dataclass
class _Town:
    database: Database
    plan: Plan
    time: clock.Simulated
    dice: random.Random
    people: staff.People
    report: Report
    arrivals: list[Arrival]
    agenda: list[tuple[dt.datetime, str]] = field(default_factory=list)
    planned: set[str] = field(default_factory=set)
    seen: dt.datetime = dt.datetime.min.replace(tzinfo=clock.UTC)


def drive(database: Database, plan: Plan, progress: Callable[[int], None] | None = None) -> Report:
    """Play the town until every case is closed, or until `plan.until`. `progress` is told the number of each step.

    Everything random comes from `plan.seed`. The report counts what happened; nothing is raised for what people do wrong.
    """
    simulated = clock.Simulated(plan.start or clock.now())
    people = staff.People(database, Album(database, plan.photos) if plan.photos else None)
    town = _Town(database, plan, simulated, random.Random(plan.seed), people, Report(seed=plan.seed),
                 sorted(plan.arrivals, key=lambda arrival: arrival.at, reverse=True))
    with clock.use(simulated):
        _look_at_new_work(town)
        for step in range(plan.steps):
            if not _next(town):
                break
            if progress is not None:
                progress(step)
        report.conclude(database, town.report)
    return town.report


def _next(town: _Town) -> bool:
    """Do whatever comes next; False when nothing comes any more, or only after `until`."""
    moments = [moment for moment in (_timer(town), town.agenda[0][0] if town.agenda else None,
                                     town.arrivals[-1].at if town.arrivals else None) if moment is not None]
    moment = min(moments, default=None)
    if moment is None or (town.plan.until is not None and moment > town.plan.until):
        if town.plan.until is not None:
            town.time.move_to(town.plan.until)
        return False
    town.time.move_to(moment)
    if town.arrivals and town.arrivals[-1].at <= moment:
        _arrive(town)
    elif town.agenda and town.agenda[0][0] <= moment:
        _work(town)
    else:
        _let_time_pass(town)
    jobs.perform_due(town.database, service_registry.functions(), BATCH)
    _look_at_new_work(town)
    return True


def _timer(town: _Town) -> dt.datetime | None:
    """The next moment at which a timer may fire: strictly after it is due."""
    with town.database.reading() as c:
        due = timers.next_due(c)
    return None if due is None else due + TICK


def _let_time_pass(town: _Town) -> None:
    fired = timers.fire_due(town.database, BATCH)
    town.report.timers += fired
    if fired == 0:
        town.time.advance(dt.timedelta(minutes=1))


def _arrive(town: _Town) -> None:
    arrival = town.arrivals.pop()
    try:
        town.report.taken_in += int(findings.take_in(town.database, arrival.request))
    except EngineError as error:
        town.report.refuse(error)


def _look_at_new_work(town: _Town) -> None:
    """Plan when somebody will do each work item that has appeared since the last look."""
    with town.database.reading() as c:
        fresh = overview.opened_since(c, town.seen)
    for item in fresh:
        town.seen = max(town.seen, item.created_at)
        if item.id not in town.planned:
            town.planned.add(item.id)
            heapq.heappush(town.agenda, (_when(town, item), item.id))


def _when(town: _Town, item: OpenItem) -> dt.datetime:
    """Somewhere within the limit; for the late ones, after it; what is neglected lies for days."""
    now = clock.now()
    if town.dice.random() < town.plan.neglected:
        return now + dt.timedelta(days=town.dice.uniform(3, 15))
    room = item.due_at - now if item.due_at is not None and item.due_at > now else dt.timedelta(hours=8)
    share = town.dice.uniform(1.02, 1.6) if town.dice.random() < town.plan.late else town.dice.triangular(0.02, 0.9, 0.25)
    return now + max(room * share, dt.timedelta(minutes=3))


def _work(town: _Town) -> None:
    """One person does one work item, now and then badly."""
    _, item_id = heapq.heappop(town.agenda)
    try:
        staff.act(town.people, town.dice, item_id, town.plan, town.report)
    except EngineError as error:
        town.report.refuse(error)
        if staff.look(town.database, item_id) is not None and town.report.attempts(item_id) < staff.ATTEMPTS:
            heapq.heappush(town.agenda, (clock.now() + dt.timedelta(minutes=20), item_id))
