"""What every case waits for, in a sentence; a case that waits for nothing is found; and the record tells each case again."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from engine.clock import Simulated
from engine.database import Database
from engine.runtime import commands, jobs, replay, timers, watch
from engine.runtime.tables import job, process_instance, timer, work_item
from tests import small_town as town

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def case(database: Database, clock: Simulated) -> int:
    town.build(database)
    return int(database.run(town.report)["instance"])


def standing(database: Database) -> watch.Standing:
    with database.reading() as c:
        one, = watch.check_instances(c)
        return one


def complete(database: Database) -> None:
    database.run(lambda c: town.complete(c, town.todo(c)[0]))


def test_a_case_says_whom_it_waits_for_and_until_when(database: Database, case: int) -> None:
    assert standing(database).sentence == "等待村社干部办理“现场核查”（2026-03-03 23:59 到期）；另有 1 项。"

    database.run(lambda c: commands.claim(c, town.todo(c)[0], by=town.person(c)))

    assert standing(database).sentence.startswith("等待村干部办理“现场核查”")


def test_it_says_that_a_step_is_late(database: Database, case: int, clock: Simulated) -> None:
    clock.advance(dt.timedelta(days=3))

    assert "到期，已超期）" in standing(database).sentence


def test_it_says_which_timer_or_job_it_waits_for(database: Database, case: int, clock: Simulated) -> None:
    complete(database)
    assert "等待时限“稍候”" in standing(database).sentence

    clock.advance(SECOND)
    timers.fire_due(database)
    assert standing(database).sentence == "等待系统完成“通知外部系统”。"


def test_a_suspended_case_says_so(database: Database, case: int) -> None:
    database.run(lambda c: commands.suspend(c, case, reason="等待鉴定", by=town.person(c, town.LEADER)))

    assert standing(database).sentence.startswith("已挂起，恢复后等待村社干部办理“现场核查”")


def test_a_case_with_an_incident_says_the_incident_first(database: Database, case: int, clock: Simulated) -> None:
    complete(database)
    clock.advance(SECOND)
    timers.fire_due(database)

    jobs.perform_due(database, {})

    assert standing(database).sentence == (
        "有异常待处理：“通知外部系统”没有完成：系统没有名为“tests.outside”的功能。请排除原因后重试。")


def test_a_case_that_waits_for_nothing_is_found(database: Database, case: int) -> None:
    def lose(c: Connection) -> None:
        c.execute(update(work_item).values(state="withdrawn"))
        c.execute(delete(timer))

    database.run(lose)

    assert not standing(database).sound and "已经停滞" in standing(database).sentence


def test_an_ended_case_waits_for_nothing_and_is_not_asked(database: Database, case: int) -> None:
    database.run(lambda c: commands.cancel(c, case, reason="重复", by=town.person(c, town.LEADER)))

    with database.reading() as c:
        assert list(watch.check_instances(c)) == []


def test_every_case_is_looked_at_however_many_there_are(database: Database, case: int) -> None:
    def many(c: Connection) -> None:
        for _ in range(30):
            town.report(c)

    for _ in range(20):
        database.run(many)

    with database.reading() as c:
        assert len({one.instance_id for one in watch.check_instances(c)}) == 601


def test_the_record_tells_a_whole_life_again(database: Database, case: int, clock: Simulated, tmp_path: Path) -> None:
    def told() -> replay.Replayed:
        with database.reading() as c:
            assert list(replay.differences(c, case)) == []
            return replay.of(c, case)

    assert told().revision == 1
    database.run(lambda c: commands.suspend(c, case, reason="等待鉴定", by=town.person(c, town.LEADER)))
    assert told().status == "suspended"
    database.run(lambda c: commands.resume(c, case, by=town.person(c, town.LEADER)))
    for _ in range(town.ROUNDS):
        complete(database)
        told()
        clock.advance(SECOND)
        timers.fire_due(database)
        told()
        jobs.perform_due(database, town.functions(tmp_path / "gateway"))
    assert told().status == "completed" and told().items == set()


FORGED: dict[str, Callable[[], Any]] = {
    "status": lambda: update(process_instance).values(status="cancelled"),
    "revision": lambda: update(process_instance).values(revision=7),
    "items": lambda: update(work_item).values(state="completed"),
    "timers": lambda: update(timer).values(status="fired"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_case_that_its_record_does_not_explain_is_found(database: Database, case: int, what: str) -> None:
    database.run(lambda c: c.execute(FORGED[what]()))

    with database.reading() as c:
        assert len(list(replay.differences(c, case))) == 1


def test_a_job_row_alone_keeps_a_case_sound(database: Database, case: int, clock: Simulated) -> None:
    complete(database)
    clock.advance(SECOND)
    timers.fire_due(database)
    assert standing(database).sound

    database.run(lambda c: c.execute(delete(job)))

    assert not standing(database).sound
