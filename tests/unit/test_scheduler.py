"""The alarm clock: it rings by itself, survives what goes wrong in a round, and ends without dropping what it has in hand."""

import datetime as dt
import logging
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest
from sqlalchemy import select

from engine.database import Database
from engine.runtime.service_registry import Function, function
from engine.runtime.tables import job, process_instance
from tests import small_town as town
from web.scheduler import Alarm, Worker

PATIENCE = 60
ROUNDS = "apscheduler.executors.default"


@pytest.fixture
def called() -> threading.Semaphore:
    """Counts the calls to the outside."""
    return threading.Semaphore(0)


@pytest.fixture
def functions(called: threading.Semaphore, tmp_path: Path) -> Mapping[str, Function]:
    def outside(payload: Mapping[str, Any]) -> dict[str, Any]:
        called.release()
        return {}

    return {**town.functions(tmp_path / "gateway"), "tests.outside": function("tests.outside", outside)}


@pytest.fixture
def worker(database: Database, functions: Mapping[str, Function]) -> Iterator[Worker]:
    town.build(database)
    one = Worker(database, functions=functions)
    one.start()
    yield one
    one.stop()


def begin(database: Database) -> None:
    """A case whose timer is due at once and whose job comes after it."""
    database.run(lambda c: (town.report(c), town.complete(c, town.todo(c)[-1]))[0])


def test_it_does_what_a_commit_made_due_when_it_is_told(database: Database, worker: Worker, called: threading.Semaphore) -> None:
    for _ in range(3):
        begin(database)
        worker.wake_in()
        assert called.acquire(timeout=PATIENCE)


def test_it_looks_by_itself_after_its_longest_wait(database: Database, functions: Any, called: threading.Semaphore) -> None:
    town.build(database)
    worker = Worker(database, functions=functions, max_wait=0.05)
    worker.start()

    begin(database)

    assert called.acquire(timeout=PATIENCE)
    worker.stop()


def test_it_finds_at_its_start_what_was_due_while_nobody_worked(database: Database, functions: Any, called: threading.Semaphore) -> None:
    town.build(database)
    for _ in range(5):
        begin(database)

    worker = Worker(database, functions=functions)
    worker.start()

    assert all(called.acquire(timeout=PATIENCE) for _ in range(5))
    worker.stop()


def test_stopping_finishes_the_job_in_hand(database: Database) -> None:
    town.build(database)
    inside, go = threading.Event(), threading.Event()

    def slow(payload: Mapping[str, Any]) -> dict[str, Any]:
        inside.set()
        go.wait()
        return {}

    worker = Worker(database, functions={"tests.outside": function("tests.outside", slow)})
    worker.start()
    begin(database)
    worker.wake_in()
    assert inside.wait(PATIENCE)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    go.set()
    stopping.join()

    with database.reading() as c:
        assert "done" in c.execute(select(job.c.status)).scalars().all()


def test_a_worker_that_never_started_can_be_stopped(database: Database) -> None:
    worker = Worker(database, functions={})

    worker.stop()

    assert worker.drain() == 0


class Wall(dt.datetime):
    """The machine's clock as the alarm sees it."""

    shift = dt.timedelta()

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return dt.datetime.now(tz) + cls.shift


class SetBack(logging.Handler):
    """Sets the clock back by an hour as soon as a round of the worker is over, which is when the alarm goes to sleep."""

    def emit(self, entry: logging.LogRecord) -> None:
        if "executed successfully" in entry.getMessage():
            Wall.shift = -dt.timedelta(hours=1)


def test_a_clock_that_was_set_back_is_noticed_by_whoever_passes_by(
    database: Database, functions: Any, called: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Wall)
    monkeypatch.setattr(Wall, "shift", dt.timedelta())
    town.build(database)
    worker, rounds, setting = Worker(database, functions=functions, max_wait=0.5), logging.getLogger(ROUNDS), SetBack()
    rounds.addHandler(setting)
    rounds.setLevel(logging.INFO)
    worker.start()
    pause = threading.Event()
    any(Wall.shift or pause.wait(0.05) for _ in range(20 * PATIENCE))
    Wall.shift = -dt.timedelta(hours=1)
    begin(database)

    assert any(called.acquire(timeout=0.05) or worker.guard() for _ in range(20 * PATIENCE))

    rounds.removeHandler(setting)
    worker.stop()


def test_the_alarm_rings_when_asked_and_then_at_its_longest_wait() -> None:
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    alarm = Alarm(2, 30)

    assert alarm.get_next_fire_time(None, now) == now + dt.timedelta(seconds=2)
    assert alarm.get_next_fire_time(now, now) == now + dt.timedelta(seconds=30)


def test_a_town_comes_to_rest_without_anybody_waking_it(database: Database, worker: Worker, called: threading.Semaphore) -> None:
    begin(database)
    worker.wake_in()
    assert called.acquire(timeout=PATIENCE)

    while True:
        with database.reading() as c:
            if town.todo(c):
                break
    with database.reading() as c:
        assert c.execute(select(process_instance.c.status)).scalar_one() == "running"
