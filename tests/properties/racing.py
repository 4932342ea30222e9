"""Several commands on one case at the same moment, and what makes a result lawful: some order, one after the other, gives the same.

The lawful results are not written down, they are found by running every order. Then the same commands run side by side, freely and
(on PostgreSQL) lined up behind a lock in every order, so that each really meets the others inside its transaction.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from engine.errors import Busy, EngineError, Unavailable, UnknownOutcome
from engine.runtime import case as cases
from engine.runtime import commands, jobs, messages, timers
from engine.runtime.tables import incident, job, message, process_instance, record, subscription, timer, work_item
from tests.properties.walking import INSTANCE, Ground, Tally
from tests.town import COMMANDER, FINDER, GRID, Town

Result = tuple[Any, ...]
UNFIT = (Busy, UnknownOutcome, Unavailable)
FREE_ROUNDS = 4
PICTURE = (
    select(process_instance.c.status, process_instance.c.revision, process_instance.c.variables).where(process_instance.c.id == INSTANCE),
    select(work_item.c.element_id, work_item.c.state, func.coalesce(work_item.c.assignee, ""), func.coalesce(work_item.c.ended_by, ""))
    .where(work_item.c.instance_id == INSTANCE),
    select(timer.c.element_id, timer.c.status).where(timer.c.instance_id == INSTANCE),
    select(job.c.topic, job.c.status).where(job.c.instance_id == INSTANCE),
    select(subscription.c.element_id).where(subscription.c.instance_id == INSTANCE),
    select(incident.c.kind).where(incident.c.instance_id == INSTANCE, incident.c.resolved_at.is_(None)),
    select(func.count()).select_from(message).where(message.c.consumed_by == INSTANCE),
)  # fmt: skip
FINISHED = select(work_item).where(work_item.c.instance_id == INSTANCE, work_item.c.state == "completed")
STORY = (
    select(record.c.kind, func.coalesce(record.c.actor, ""), func.coalesce(record.c.element_id, ""))
    .where(record.c.instance_id == INSTANCE)
    .order_by(record.c.seq)
)
BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@dataclass
class Trial:
    """One case, ready for the race. `items` are its steps by name, the open ones first."""

    town: Town
    items: dict[str, list[str]]
    number: str
    revision: int

    def item(self, name: str) -> str:
        return self.items[name][0]


Move = Callable[[Trial], Any]


@dataclass(frozen=True)
class Race:
    """`drawing` is the process, `prepare` brings a new case to the start, `moves` are made at the same moment."""

    drawing: str
    moves: tuple[Move, ...]
    prepare: Callable[[Town], Any] = lambda town: None
    orders: int = 2  # how many of its results differ, so that a race in which nothing is at stake is found out


def by(person: str, act: Any, step: str | None, *what: Any, old: bool = False, **how: Any) -> Move:
    """A command by a person about a step, or (None) about the case; `old` sends the revision that the page showed."""

    def move(trial: Trial) -> Any:
        who, town = trial.town.person(person), trial.town
        on = town.case if step is None else trial.item(step)
        more = how | ({"revision": trial.revision} if old else {})
        return town.run(lambda c: act(c, on, *what, by=who, **more))

    return move


def letter(key: str | None = None) -> Move:
    """A message for the case, under its own key."""

    def move(trial: Trial) -> Any:
        own = None if key is None else f"{trial.number}-{key}"
        return trial.town.run(lambda c: commands.correlate(c, "消息", {"matter": trial.number}, {}, own))

    return move


def fire(trial: Trial) -> None:
    """The worker. A case in use is left for its next round, so what it answers says nothing."""
    timers.fire_due(trial.town.database)


def perform(trial: Trial) -> None:
    """The other worker."""
    jobs.perform_due(trial.town.database, trial.town.functions)


class Track:
    """Runs a race again and again, each time with a case of its own."""

    def __init__(self, town: Town, race: Race) -> None:
        self.town, self.race, self.ground = town, race, Ground(town, Tally())
        town.draws(race.drawing)

    def lawful(self) -> dict[Result, tuple[int, ...]]:
        """What each order gives."""
        found: dict[Result, tuple[int, ...]] = {}
        for order in itertools.permutations(range(len(self.race.moves))):
            with self.trial() as trial:
                outcomes = {place: outcome(self.race.moves[place], trial) for place in order}
                found.setdefault(self.result(outcomes), order)
        return found

    def free(self) -> Result:
        """All at once, as luck will have it."""
        with self.trial() as trial, ThreadPoolExecutor(len(self.race.moves)) as people:
            together = threading.Barrier(len(self.race.moves))

            def run(move: Move) -> str:
                together.wait()
                return outcome(move, trial)

            started = [people.submit(run, move) for move in self.race.moves]
            return self.result({place: future.result() for place, future in enumerate(started)})

    def lined_up(self, order: Sequence[int]) -> Result:
        """All at once behind somebody who holds the case: each is inside its transaction, waiting, before the next one begins."""
        with self.trial() as trial, ThreadPoolExecutor(len(self.race.moves) + 1) as people:
            held, go, started = threading.Event(), threading.Event(), dict[int, Future[str]]()

            def hold(c: Any) -> None:
                cases.locked(c, self.town.case)
                held.set()
                assert go.wait(60)

            holder = people.submit(self.town.run, hold)
            assert held.wait(60)
            try:
                for place in order:
                    started[place] = people.submit(outcome, self.race.moves[place], trial)
                    self._stuck(started)
            finally:
                go.set()
            holder.result()
            return self.result({place: future.result() for place, future in started.items()})

    def _stuck(self, started: dict[int, Future[str]]) -> None:
        """Wait until each of them waits for a lock, or is done without one."""
        while True:
            done, _ = wait(started.values(), timeout=0.002)
            with self.town.database.reading() as c:
                if c.execute(BLOCKED).scalar_one() + len(done) >= len(started):
                    return

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        who = self.town.person(FINDER)
        self.town.case = self.town.run(lambda c: commands.start(c, "p", {}, by=who, unit=GRID))["instance"]
        self.race.prepare(self.town)
        row, items = self.ground.row(), dict[str, list[str]]()
        for item in [*self.ground.items(), *self.ground.found(FINISHED)]:
            items.setdefault(item.name, []).append(item.id)
        yield Trial(self.town, items, row.business_key, row.revision)
        if not self.ground.ended():
            self.town.acts(commands.cancel, COMMANDER, self.town.case, reason="下一局")

    def result(self, outcomes: dict[int, str]) -> Result:
        """What everybody was told and what is left, after the workers have done what they put off; and it must be sound."""
        timers.fire_due(self.town.database)
        messages.deliver_buffered(self.town.database)
        self.town.works()
        self.ground.check()
        told = tuple(outcomes[place] for place in sorted(outcomes))
        left = tuple(tuple(sorted(map(repr, self.ground.found(query)))) for query in PICTURE)
        return told, left, tuple(map(repr, self.ground.found(STORY)))


def outcome(move: Move, trial: Trial) -> str:
    """"done", or the kind of the refusal. Anything but a refusal of the engine's own is a fault."""
    try:
        move(trial)
    except EngineError as refusal:
        assert not isinstance(refusal, UNFIT), f"a person was told about the machine: {refusal.message}"
        return type(refusal).__name__
    return "done"


def run(town: Town, race: Race) -> None:
    """Every lawful result by itself, then freely and lined up. Fails with the first result that no order gives."""
    track = Track(town, race)
    lawful = track.lawful()
    assert len(lawful) >= race.orders, "nothing is at stake in this race"
    results = [track.free() for _ in range(FREE_ROUNDS)]
    if town.database.dialect == "postgresql":
        results += [track.lined_up(order) for order in itertools.permutations(range(len(race.moves)))]
    for result in results:
        assert result in lawful, f"no order gives {result}; lawful are {list(lawful)}"
