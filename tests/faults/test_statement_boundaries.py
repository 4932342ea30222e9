"""SIGKILL at every boundary between two statements of a completion, a firing and a job: all or nothing, then exactly once.

A storm may never hit the interesting place; this hits each of them once.
"""

import datetime as dt
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from engine import clock as engine_clock
from engine.clock import Simulated
from engine.database import Database, command, connect
from engine.runtime import history, jobs, replay, timers
from engine.runtime.tables import process_instance, record, timer, work_item
from tests import small_town as town
from tests.faults.storm import PROCESSES

pytestmark = pytest.mark.slow

EVENTS = ("before_cursor_execute", "after_cursor_execute", "commit", "savepoint", "release_savepoint")
LEASE_ENDS = dt.timedelta(minutes=2)
NEWEST = select(func.max(process_instance.c.id))
Act = Callable[[Database, Path], Any]


def complete(database: Database, gateway: Path) -> None:
    """A person does the first step of the newest case. The form carries its key, so it may be sent again."""
    with database.reading() as c:
        newest = c.execute(NEWEST).scalar_one()
        step = c.execute(select(work_item.c.id).where(work_item.c.instance_id == newest)).scalar_one()
    database.run(partial(town.complete, item=step), key=f"do-{step}", payload=step)


def fire(database: Database, gateway: Path) -> None:
    """The worker fires one timer."""
    timers.fire_due(database, 1)


def perform(database: Database, gateway: Path) -> None:
    """The worker performs one job."""
    jobs.perform_due(database, town.functions(gateway), 1)


ACTIONS: dict[str, tuple[Act, ...]] = {
    "complete": (complete,), "fire": (complete, fire), "perform": (complete, fire, perform, perform)}


@dataclass(frozen=True)
class Trial:
    """An action on a database, at a moment."""

    url: str
    action: str
    gateway: Path
    moment: dt.datetime


def die_at(trial: Trial, boundary: int, told: Pipe) -> None:
    """Act, and die at that boundary; without one, tell how many there are."""
    passed = 0

    def pass_one(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(trial.url, Simulated(trial.moment)) as database:
        database.run(town.todo)  # what the driver does on its first connection is not counted
        for name in EVENTS:
            event.listen(Engine, name, pass_one)
        ACTIONS[trial.action][-1](database, trial.gateway)
        pass_one()
        told.send(passed)


@contextmanager
def opened(url: str, clock: Simulated) -> Iterator[Database]:
    """A database on that clock, for as long as the block lasts."""
    with engine_clock.use(clock):
        database = connect(url)
        try:
            yield database
        finally:
            database.close()


def run(trial: Trial, boundary: int = 0) -> int:
    """Act in a process of its own. Answers the number of boundaries, or the exit code of a process that died at one."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=die_at, args=(trial, boundary, theirs), daemon=True)
    process.start()
    theirs.close()
    process.join()
    answer = int(ours.recv()) if process.exitcode == 0 else int(process.exitcode or 0)
    ours.close()
    process.close()
    return answer


def state(database: Database) -> tuple[int, ...]:
    """What an action changes, counted: turns, record, fired timers, answers, effects, steps."""
    counts = (
        select(func.sum(process_instance.c.revision)), select(func.count(record.c.id)),
        select(func.count()).where(timer.c.status == "fired"), select(func.count(command.c.key)),
        select(func.count(town.effect.c.id)), select(func.count(work_item.c.id)), select(func.count()).where(work_item.c.state == "open"))
    with database.reading() as c:
        return tuple(int(c.execute(count).scalar_one()) for count in counts)


def unexplained(database: Database) -> list[Any]:
    """Where the newest case's record does not explain it, or is not whole."""
    with database.reading() as c:
        newest = c.execute(NEWEST).scalar_one()
        return [*replay.differences(c, newest), *history.verify(c)]


def clear(database: Database, clock: Simulated) -> None:
    """Let the case go on to its next step, so that nothing of it is due in the next trial."""
    clock.advance(dt.timedelta(seconds=1))
    timers.fire_due(database)
    jobs.perform_due(database, town.functions(Path(os.devnull)))


@pytest.mark.parametrize("action", ACTIONS)
def test_killed_at_any_statement_it_is_done_wholly_or_not_at_all_and_then_once(
    action: str, database_url: str, tmp_path: Path, clock: Simulated
) -> None:
    gateway = tmp_path / "gateway"

    def prepare() -> tuple[int, ...]:
        clock.advance(dt.timedelta(seconds=1))
        with opened(database_url, clock) as database:
            database.run(town.report)
            for act in ACTIONS[action][:-1]:
                clock.advance(dt.timedelta(seconds=1))
                act(database, gateway)
            clock.advance(dt.timedelta(seconds=1))
            return state(database)

    with opened(database_url, clock) as database:
        town.build(database)
    before = prepare()
    boundaries = run(Trial(database_url, action, gateway, clock.moment))
    with opened(database_url, clock) as database:
        change = [new - old for old, new in zip(before, state(database), strict=True)]
        clear(database, clock)
    assert boundaries > 20 and change[0] == 1

    nothing = everything = 0
    for boundary in range(1, boundaries + 1):
        before = prepare()
        after = tuple(old + difference for old, difference in zip(before, change, strict=True))
        assert run(Trial(database_url, action, gateway, clock.moment), boundary) == -signal.SIGKILL
        clock.advance(LEASE_ENDS)
        with opened(database_url, clock) as database:
            left = state(database)
            assert left in (before, after), f"half done at boundary {boundary} of {boundaries}"
            nothing, everything = nothing + (left == before), everything + (left == after)
            ACTIONS[action][-1](database, gateway)
            assert state(database) == after, f"not exactly once after boundary {boundary} of {boundaries}"
            assert unexplained(database) == []
            clear(database, clock)
    print(f"{boundaries} boundaries: {nothing} left nothing, {everything} left all, none half")
    assert nothing and everything
