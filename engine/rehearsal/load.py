"""Cases streaming through a process that is drawn as a network of queues: where they wait, how busy people are, what becomes overdue.

A discrete-event simulation with SimPy. Time on its clock is working hours (`working_time`), so nights and holidays neither wait nor work;
limits are judged at the ordinary moments that these stand for. The same seed gives the same numbers, and two settings with one seed see the
same cases arrive. Bounded by days, by visits of steps and by visits of one case.
"""

import datetime as dt
import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from engine.deadlines import Calendar
from engine.rehearsal import load_tally
from engine.rehearsal.load_network import ALL, INNER, ONE, PASS, SOME, WAIT, WORK, Network, Place, Way
from engine.rehearsal.load_numbers import Numbers, Spell, Staff
from engine.rehearsal.load_tally import Outcome, Run, Visit
from engine.rehearsal.working_time import WorkingTime

MOST_DAYS, MOST_VISITS, MOST_ROUND = 250, 30_000, 400
"""Working days, visits of steps in a run, elements that one case passes."""
WARMING = 0.2
"""The share of the run that fills the empty queues and is not counted."""
STRIDE = 1_000_003
NOTHING = Spell(0.0)

Walk = Generator[simpy.Event, Any, bool]


@dataclass
class Case:
    """One case on its way: its own dice, the place it belongs to (0 to 1), and how many elements it has passed."""

    began: float
    dice: random.Random
    home: float
    passed: int = 0


@dataclass
class World:
    """What all cases share while the clock runs."""

    env: simpy.Environment
    network: Network
    numbers: Numbers
    line: WorkingTime
    run: Run
    full: simpy.Event
    desks: dict[str, list[simpy.Resource]] = field(default_factory=dict)

    def desk(self, place: Place, case: Case) -> simpy.Resource:
        """The people who would do this step of this case."""
        post = self.numbers.post(place)
        if post not in self.desks:
            staff = self.numbers.staff.get(post, Staff(1))
            self.desks[post] = [simpy.Resource(self.env, staff.people) for _ in range(staff.places)]
        return self.desks[post][int(case.home * len(self.desks[post]))]


def simulate(network: Network, numbers: Numbers, calendar: Calendar, first: dt.date) -> Outcome:
    """Let cases stream in from `first` on and tell what came of it. Numbers that make no sense are refused by whoever reads them."""
    days = min(numbers.days, MOST_DAYS)
    line, env = WorkingTime.of(calendar, first, days), simpy.Environment()
    horizon = days * line.a_day
    world = World(env, network, numbers, line, Run(horizon, horizon * WARMING), env.event())
    env.process(_stream(world))
    env.run(until=env.any_of([env.timeout(horizon), world.full]))
    world.run.until = env.now
    return load_tally.outcome(world.run, network, numbers, line, calendar)


def _stream(world: World) -> Generator[simpy.Event, Any, None]:
    """Cases arrive independently of each other, evenly over the working hours."""
    seed, number = world.numbers.seed * STRIDE, 0
    dice = random.Random(seed)
    while world.numbers.arrivals > 0:
        yield world.env.timeout(dice.expovariate(world.numbers.arrivals / world.line.a_day))
        number += 1
        own = random.Random(seed + number)
        world.env.process(_life(world, Case(world.env.now, own, own.random())))


def _life(world: World, case: Case) -> Walk:
    world.run.arrived += 1
    yield from _walk(world, case, world.network.begin, None)
    world.run.ended.append((case.began, world.env.now))
    return True


def _walk(world: World, case: Case, start: str, stop: str | None) -> Walk:
    """Follow a token until it stands before `stop` (True) or ends (False)."""
    here: str | None = start
    while here is not None and here != stop:
        place = world.network.places[here]
        case.passed += 1
        if case.passed > MOST_ROUND:
            world.run.endless += 1
            yield world.env.event()
        yield from _pass(world, case, place)
        targets = [way.target for way in _chosen(world, case, place)]
        if len(targets) < 2:
            here = targets[0] if targets else None
            continue
        branches = [world.env.process(_walk(world, case, target, place.join)) for target in targets]
        found = yield world.env.all_of(branches)
        here = place.join if any(found.values()) else None
    return here is not None


def _pass(world: World, case: Case, place: Place) -> Walk:
    """What happens at an element before the token goes on."""
    copies = max(world.numbers.copies.get(place.id, 1), 1) if place.several else 1
    if place.kind in (PASS, ONE, SOME, ALL):
        return True
    if copies == 1 or place.in_turn:
        for _ in range(copies):
            yield from _once(world, case, place)
    else:
        yield world.env.all_of([world.env.process(_once(world, case, place)) for _ in range(copies)])
    return True


def _once(world: World, case: Case, place: Place) -> Walk:
    if place.kind == WORK:
        yield from _work(world, case, place)
    elif place.kind == INNER and place.inner is not None:
        yield from _walk(world, case, place.inner, None)
    elif place.kind == WAIT:
        hours = world.numbers.waits.get(place.id, NOTHING).draw(case.dice)
        yield world.env.timeout(world.line.after(world.env.now, dt.timedelta(hours=hours)) - world.env.now)
    return True


def _work(world: World, case: Case, place: Place) -> Walk:
    """Wait for somebody of the post, then be worked on."""
    visit = Visit(place.id, world.env.now, world.numbers.work.get(place.id, NOTHING).draw(case.dice))
    world.run.visits.append(visit)
    if len(world.run.visits) >= MOST_VISITS and not world.full.triggered:
        world.full.succeed()
    with world.desk(place, case).request() as turn:
        yield turn
        visit.started = world.env.now
        yield world.env.timeout(visit.length)
    visit.ended = world.env.now
    return True


def _chosen(world: World, case: Case, place: Place) -> Sequence[Way]:
    """The ways a token takes on."""
    if not place.forks:
        return place.ways
    shares = [world.numbers.share(place, way) for way in place.ways]
    if place.kind == SOME:
        taken = [way for way, part in zip(place.ways, shares, strict=True) if case.dice.random() < part]
        return taken or [case.dice.choices(place.ways, [part or 1e-9 for part in shares])[0]]
    one = case.dice.choices(place.ways, shares if sum(shares) > 0 else None)[0]
    return [one] if one.aside or place.kind == ONE else [way for way in place.ways if not way.aside]
