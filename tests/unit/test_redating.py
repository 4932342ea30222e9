"""Open clocks follow the working calendar: which move, which stay, that it goes on after a kill, and that twice changes nothing."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.administration import calendar as administration
from engine.administration import calendar_moves
from engine.administration.calendar import Wish
from engine.clock import SHANGHAI
from engine.deadlines import calendars, default_calendar
from engine.deadlines.tables import calendar_change
from engine.runtime import commands, redating
from engine.runtime.tables import deadline_clock, record, redating_move
from tests.town import ADMIN, CADRE, COMMANDER, INSPECTOR, Town
from tests.year_end import BEFORE_THE_YEAR, DRAWN, NOTICE, SAME, count, ends, load, moves, redate, set_day, set_hours


@pytest.fixture
def december(town: Town) -> Town:
    """The last Monday of the year, a case with four limits just begun."""
    town.clock.move_to(BEFORE_THE_YEAR)
    town.draws(DRAWN)
    town.report()
    return town


def test_loading_the_same_notice_again_changes_nothing(december: Town):
    assert load(december).changes
    redate(december)
    before = (ends(december), count(december, record), count(december, calendar_change), count(december, redating_move))

    assert not load(december).changes
    assert not load(december, SAME).changes
    assert redate(december) == 0
    assert (ends(december), count(december, record), count(december, calendar_change), count(december, redating_move)) == before


def test_working_days_move_and_calendar_days_do_not(december: Town):
    before = ends(december)
    load(december)
    redate(december)
    after = ends(december)

    assert before["五个工作日"].startswith("2027-01-04") and after["五个工作日"].startswith("2027-01-06")
    assert after["三日"] != before["三日"] and after["四十工作时"] != before["四十工作时"]
    assert after["十个自然日"] == before["十个自然日"]
    assert december.entry(CADRE, "五个工作日").due_at.astimezone(SHANGHAI).date() == dt.date(2027, 1, 6)


def test_what_moved_is_listed_with_who_is_responsible(december: Town):
    december.claims(CADRE, "五个工作日")
    load(december)
    redate(december)

    listed = {row.name: row for row in moves(december)}
    assert set(listed) == {"三日", "五个工作日", "四十工作时"}
    assert listed["五个工作日"].holder == "钱四"
    assert listed["三日"].holder == "柳林村 村社干部（待领取）"
    assert all(row.failure is None and row.new_due > row.old_due for row in listed.values())
    assert any("五个工作日" in sentence and "2027" in sentence for sentence in december.story())
    assert december.faults() == []


def test_the_preview_counts_what_then_moves(december: Town):
    for _ in range(3):
        december.report()
    by = december.person(ADMIN)
    with december.database.reading() as c:
        plan = administration.plan_notice(c, by, NOTICE)
        moving = administration.moving(c, plan)
    assert (moving.examined, moving.moved, moving.complete) == (12, 12, True)
    shown = {one.date for one in plan.days if one.matters}

    load(december)
    redate(december)

    assert len(moves(december)) == moving.moved
    with december.database.reading() as c:
        found = calendars.of(c)
    plain = default_calendar()
    year = [dt.date(2026, 12, 1) + dt.timedelta(days) for days in range(400)]
    assert {day for day in year if plain.is_working_day(day) != found.is_working_day(day)} == shown


def test_a_change_far_ahead_moves_nothing(december: Town):
    by = december.person(ADMIN)
    with december.database.reading() as c:
        plan = administration.plan_day(c, by, Wish("2027-07-20", True, "台风停工", "三防通知"))
        assert administration.moving(c, plan).moved == 0
    set_day(december, "2027-07-20", True)

    assert redate(december) == 3
    assert moves(december) == []
    with december.database.reading() as c:
        assert redating.progress(c).is_done


def test_a_clock_that_is_due_already_keeps_its_end(december: Town):
    december.until(dt.datetime(2027, 1, 12, 9, 0, tzinfo=SHANGHAI))
    before = ends(december)

    load(december)

    assert redate(december) == 0
    assert ends(december) == before and moves(december) == []


def test_a_clock_that_has_stopped_is_left_alone(december: Town):
    december.does(CADRE, "五个工作日")
    load(december)

    assert redate(december) == 2
    assert "五个工作日" not in {row.name for row in moves(december)}


def test_business_hours_move_what_counts_them(december: Town):
    before = ends(december)
    assert before["四十工作时"] == "2027-01-04 16:00"
    set_hours(december, ("09:00", "12:00"), ("13:00", "15:00"))
    redate(december)

    after = ends(december)
    assert after["四十工作时"] == "2027-01-06 15:00"
    assert {**after, "四十工作时": ""} == {**before, "四十工作时": ""}
    set_hours(december)
    redate(december)
    assert ends(december) == before


def test_it_goes_on_where_it_was_stopped(december: Town):
    for _ in range(4):
        december.report()
    load(december)
    asked = 0

    def killed(_c: Any) -> bool:
        nonlocal asked
        asked += 1
        if asked > 2:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        while redating.redate_due(december.database, 2, guard=killed):
            pass
    with december.database.reading() as c:
        assert redating.progress(c).left == 11

    assert redate(december, 2) == 11
    assert len(moves(december)) == 15
    sentences = [sentence for sentence in december.story() if "五个工作日" in sentence and "2027" in sentence]
    assert len(sentences) == 1 and december.faults() == []


def test_a_clock_that_cannot_be_dated_is_listed_and_not_tried_for_ever(december: Town):
    december.run(lambda c: c.execute(update(deadline_clock).where(deadline_clock.c.name == "三日").values(rule="DL-NONE")).rowcount)
    load(december)

    assert redate(december) == 3
    failed = [row for row in moves(december) if row.failure]
    assert [row.name for row in failed] == ["三日"] and failed[0].new_due is None
    with december.database.reading() as c:
        found = redating.progress(c)
    assert (found.left, found.moved, found.failed) == (0, 2, 1)

    december.run(lambda c: c.execute(update(deadline_clock).where(deadline_clock.c.name == "三日").values(rule="")).rowcount)
    december.run(redating.try_again)
    assert redate(december) == 1
    assert [row.failure for row in moves(december)] == [None] * 3


def test_nothing_is_dated_while_the_clock_is_in_doubt(december: Town):
    load(december)

    assert redating.redate_due(december.database, guard=lambda _c: False) == 0
    assert moves(december) == []


def test_an_administrator_sees_numbers_and_an_inspector_opens_cases(december: Town):
    load(december)
    redate(december)

    with december.database.reading() as c:
        version = calendars.version(c)
        seen = {person: calendar_moves.listed(c, december.person(person), version) for person in (ADMIN, INSPECTOR)}
    assert {person: [move.seen for move in page.moves] for person, page in seen.items()} == {ADMIN: [False] * 3, INSPECTOR: [True] * 3}
    exported = december.run(lambda c: len(calendar_moves.export(c, december.person(INSPECTOR), version)))
    assert exported == 3


def test_a_clock_that_stands_is_looked_at_and_moves_only_with_the_calendar(december: Town):
    december.acts(commands.suspend, COMMANDER, december.case, reason="等待上级批复")
    december.waits(days=1)
    set_day(december, "2027-07-20", True)

    redate(december)
    assert [(row.name, row.failure) for row in moves(december)] == []
    by = december.person(ADMIN)
    with december.database.reading() as c:
        counted = administration.moving(c, administration.plan_notice(c, by, NOTICE)).moved
    load(december)
    redate(december)
    assert len(moves(december)) == counted == 3

    december.acts(commands.resume, COMMANDER, december.case)
    with december.database.reading() as c:
        rows = c.execute(select(deadline_clock.c.name, deadline_clock.c.status, deadline_clock.c.dated_by)).all()
        assert {(row.status, row.dated_by) for row in rows if row.name != "十个自然日"} == {("running", calendars.version(c))}
    assert december.faults() == []


def test_two_workers_and_people_at_work_get_in_nobodys_way(december: Town):
    for _ in range(11):
        december.report()
    load(december)
    by = december.person(CADRE)
    items = [entry.id for entry in december.page(CADRE).entries]

    with ThreadPoolExecutor(3) as threads:
        workers = [threads.submit(redate, december, 2) for _ in range(2)]
        claims = threads.submit(lambda: [december.run(lambda c, item=item: commands.claim(c, item, by=by))["instance"] for item in items])
        looked_at = [worker.result() for worker in workers]
        assert len(claims.result()) == len(items) >= 10

    assert sum(looked_at) == len(moves(december)) == 36
    told = [sentence for sentence in december.story() if "五个工作日" in sentence and "2027" in sentence]
    assert len(told) == 1 and december.faults() == []
