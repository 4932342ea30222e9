"""A clock that jumped: those who answer for deadlines are told, an administrator confirms, nobody else does."""

import datetime as dt

from engine import clock
from engine.database import Database
from engine.runtime.clock_guard import ClockGuard

ADMINISTRATOR, INSPECTOR, WORKER = "xitong", "jw1", "wg01"


def jump(database: Database) -> None:
    guard, moved = ClockGuard(), clock.Simulated(clock.now())
    database.run(guard)
    moved.advance(dt.timedelta(days=40))
    with clock.use(moved):
        database.run(guard)


def test_a_jump_is_told_and_confirmed(as_person, database: Database) -> None:
    administrator = as_person(ADMINISTRATOR)
    assert "定时已暂停" not in administrator.get("/admin/check").get_data(as_text=True)

    jump(database)

    assert "定时已暂停" in administrator.get("/admin/check").get_data(as_text=True)
    assert "定时已暂停" in as_person(INSPECTOR).get("/supervision").get_data(as_text=True)
    assert "定时已暂停" not in as_person(WORKER).get("/tasks").get_data(as_text=True)
    assert administrator.post("/admin/check/clock").status_code == 302
    assert "定时已暂停" not in administrator.get("/admin/check").get_data(as_text=True)


def test_nobody_else_confirms(as_person, database: Database) -> None:
    jump(database)

    assert as_person(INSPECTOR).post("/admin/check/clock").status_code == 403
    assert "定时已暂停" in as_person(INSPECTOR).get("/supervision").get_data(as_text=True)
