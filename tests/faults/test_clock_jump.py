"""A clock that jumps expires no case: timers pause, an alarm is raised, an administrator confirms the time."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.clock import Simulated
from engine.database import Database
from engine.errors import InvalidState, NotAllowed
from engine.runtime import clock_guard, history, incidents, timers
from engine.runtime.clock_guard import ClockGuard
from engine.runtime.tables import timer
from tests import small_town as town
from web.scheduler import Worker

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def late(database: Database, clock: Simulated) -> Database:
    """A case with a limit that ends tomorrow night."""
    town.build(database)
    database.run(town.report)
    return database


def fired(database: Database) -> int:
    with database.reading() as c:
        return int(c.execute(select(func.count(timer.c.id)).where(timer.c.status == "fired")).scalar_one())


def doubt(database: Database) -> str | None:
    with database.reading() as c:
        return clock_guard.doubt(c)


@pytest.mark.parametrize("jump", [3 * DAY, 365 * DAY, HOUR + dt.timedelta(minutes=1), -HOUR, -DAY, -dt.timedelta(seconds=6)])
def test_a_jump_pauses_timers_and_raises_one_alarm(late: Database, clock: Simulated, jump: dt.timedelta) -> None:
    guard = ClockGuard()
    timers.fire_due(late, guard=guard)

    clock.moment += jump
    for _ in range(3):
        assert timers.fire_due(late, guard=guard) == 0

    assert fired(late) == 0 and "系统时钟异常" in (doubt(late) or "")
    with late.reading() as c:
        assert [one.kind for one in incidents.of(c, town.person(c, town.ADMIN))] == ["clock"]


def test_after_an_administrator_confirmed_timers_fire_late_with_both_times(late: Database, clock: Simulated) -> None:
    guard = ClockGuard()
    timers.fire_due(late, guard=guard)
    clock.moment += 3 * DAY
    timers.fire_due(late, guard=guard)
    with late.reading() as c:
        admin, cadre = town.person(c, town.ADMIN), town.person(c)
    with pytest.raises(NotAllowed):
        late.run(lambda c: clock_guard.confirm(c, by=cadre))

    late.run(lambda c: clock_guard.confirm(c, by=admin))

    assert timers.fire_due(late, guard=guard) == 1 and doubt(late) is None
    with late.reading() as c:
        event = next(event for event in history.of(c, 1) if event.kind == "timer-fired")
        assert incidents.of(c, admin) == ()
    assert event.detail["late"] and event.detail["due_at"] < event.detail["fired_at"]
    with pytest.raises(InvalidState):
        late.run(lambda c: clock_guard.confirm(c, by=admin))


@pytest.mark.parametrize("step", [dt.timedelta(0), dt.timedelta(seconds=-4), dt.timedelta(minutes=59)])
def test_what_an_honest_clock_does_is_no_jump(late: Database, clock: Simulated, step: dt.timedelta) -> None:
    guard = ClockGuard()
    timers.fire_due(late, guard=guard)

    clock.moment += step
    timers.fire_due(late, guard=guard)

    assert doubt(late) is None


def test_many_small_steps_that_no_real_clock_makes_are_a_jump_too(late: Database, clock: Simulated) -> None:
    guard = ClockGuard()
    for _ in range(80):
        timers.fire_due(late, guard=guard)
        clock.advance(dt.timedelta(minutes=59))

    assert fired(late) == 0 and doubt(late) is not None


def test_a_machine_that_was_off_for_a_weekend_goes_on(late: Database, clock: Simulated) -> None:
    timers.fire_due(late, guard=ClockGuard())
    clock.advance(3 * DAY)

    assert timers.fire_due(late, guard=ClockGuard()) == 1 and doubt(late) is None


@pytest.mark.parametrize("jump", [365 * DAY, -DAY])
def test_a_machine_that_wakes_with_a_wrong_clock_is_doubted(late: Database, clock: Simulated, jump: dt.timedelta) -> None:
    timers.fire_due(late, guard=ClockGuard())
    clock.moment += jump

    assert timers.fire_due(late, guard=ClockGuard()) == 0 and doubt(late) is not None


def test_the_doubt_outlives_the_program(late: Database, clock: Simulated) -> None:
    guard = ClockGuard()
    timers.fire_due(late, guard=guard)
    clock.moment += 3 * DAY
    timers.fire_due(late, guard=guard)

    assert timers.fire_due(late, guard=ClockGuard()) == 0


def test_people_go_on_working_while_the_clock_is_in_doubt(late: Database, clock: Simulated, tmp_path: Path) -> None:
    worker = Worker(late, functions=town.functions(tmp_path / "gateway"))
    worker.drain()
    clock.moment += 3 * DAY
    worker.drain()
    with late.reading() as c:
        step = town.todo(c)[0]

    late.run(lambda c: town.complete(c, step))

    assert fired(late) == 0 and doubt(late) is not None
