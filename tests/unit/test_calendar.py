"""The working calendar in the database: what administrators change, what open clocks follow, and that doing it twice changes nothing."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from engine import clock as engine_clock
from engine.administration import calendar as administration
from engine.administration import calendar_moves
from engine.administration.calendar import Plan, Wish
from engine.clock import SHANGHAI
from engine.deadlines import calendars, default_calendar
from engine.deadlines.tables import calendar_change
from engine.errors import Conflict, InvalidValues, NotAllowed
from engine.runtime import parameters, redating
from engine.runtime.tables import deadline_clock, record, redating_move
from tests.town import ADMIN, CADRE, FINDER, INSPECTOR, Town

NOTICE = (Path(__file__).parents[1] / "notices" / "2027.json").read_bytes()
SAME = (Path(__file__).parents[1] / "notices" / "2027.csv").read_bytes()
DRAWN = """
start s
par g
user days name="三日" gl:role="village_cadre" gl:limit="3" gl:limitUnit="workingDays" gl:scope="village"
user five name="五个工作日" gl:role="village_cadre" gl:limit="5" gl:limitUnit="workingDays" gl:scope="village"
user plain name="十个自然日" gl:role="village_cadre" gl:limit="10" gl:limitUnit="days" gl:scope="village"
user hours name="四十工作时" gl:role="village_cadre" gl:limit="40" gl:limitUnit="workingHours" gl:scope="village"
par j
end e
s -> g -> days -> j -> e
g -> five -> j
g -> plain -> j
g -> hours -> j
"""
BEFORE_THE_YEAR = dt.datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
"""A Monday. Without a notice, five working days later is Monday the 4th of January."""


@pytest.fixture
def december(town: Town) -> Town:
    """The last Monday of the year, a case with four limits just begun."""
    town.clock.move_to(BEFORE_THE_YEAR)
    town.draws(DRAWN)
    town.report()
    return town


def load(town: Town, document: bytes = NOTICE) -> Plan:
    by = town.person(ADMIN)
    return town.run(lambda c: administration.apply(c, by, administration.plan_notice(c, by, document)))


def set_day(town: Town, date: str, off: bool | None, reason: str = "三防指挥部通知", name: str = "台风停工") -> Plan:
    by = town.person(ADMIN)
    return town.run(lambda c: administration.apply(c, by, administration.plan_day(c, by, Wish(date, off, name, reason))))


def set_hours(town: Town, *rows: tuple[str, str], reason: str = "夏令作息") -> Plan:
    by = town.person(ADMIN)
    return town.run(lambda c: administration.apply(c, by, administration.plan_hours(c, by, rows, reason)))


def redate(town: Town, limit: int = redating.BATCH) -> int:
    """Everything that is left, batch by batch; how many clocks were looked at."""
    total = 0
    while done := redating.redate_due(town.database, limit):
        total += done
    return total


def ends(town: Town) -> dict[str, str]:
    """The end of each clock, in Shanghai."""
    with town.database.reading() as c:
        rows = c.execute(select(deadline_clock.c.name, deadline_clock.c.due_at).order_by(deadline_clock.c.id)).all()
    return {row.name: f"{engine_clock.local(row.due_at):%Y-%m-%d %H:%M}" for row in rows}


def moves(town: Town) -> list[Any]:
    with town.database.reading() as c:
        return list(c.execute(select(redating_move).order_by(redating_move.c.clock_id)))


def count(town: Town, table: Any) -> int:
    with town.database.reading() as c:
        return int(c.execute(select(func.count()).select_from(table)).scalar_one())


# ---------------------------------------------------------------------------------------- the calendar


def test_without_any_change_it_is_the_shipped_one(town: Town):
    with town.database.reading() as c:
        assert calendars.of(c) == default_calendar()
        assert calendars.sheet(c).loaded == frozenset()


def test_a_year_without_a_notice_is_provisional_until_one_is_loaded(town: Town):
    new_year = dt.date(2027, 1, 1)
    with town.database.reading() as c:
        assert calendars.of(c).is_provisional(new_year, new_year)
        before = calendars.version(c)

    load(town)

    with town.database.reading() as c:
        loaded = calendars.of(c)
        assert calendars.version(c) == before + 1
    assert not loaded.is_provisional(new_year, new_year)
    assert [day.isoformat() for day in (dt.date(2026, 12, 27), dt.date(2027, 1, 31)) if not loaded.is_working_day(day)] == []
    assert [day.isoformat() for day in (dt.date(2026, 12, 31), dt.date(2027, 2, 12)) if loaded.is_working_day(day)] == []


def test_loading_the_same_notice_again_changes_nothing(december: Town):
    assert load(december).changes
    redate(december)
    before = (ends(december), count(december, record), count(december, calendar_change), count(december, redating_move))

    assert not load(december).changes
    assert not load(december, SAME).changes
    assert redate(december) == 0
    assert (ends(december), count(december, record), count(december, calendar_change), count(december, redating_move)) == before


def test_a_shipped_notice_need_not_be_loaded(town: Town):
    shipped = Path(calendars.notices.FOLDER / "2026.json").read_bytes()

    assert not load(town, shipped).changes
    assert count(town, calendar_change) == 0


def test_a_year_loaded_anew_replaces_that_year_alone(town: Town):
    load(town)
    load(town, NOTICE.replace(b'"2027-06-09"', b'"2027-06-11"'))

    with town.database.reading() as c:
        found = calendars.of(c)
    assert found.is_working_day(dt.date(2027, 6, 9)) and not found.is_working_day(dt.date(2027, 6, 11))
    assert not found.is_working_day(dt.date(2026, 10, 1)) and found.years == {2025, 2026, 2027}


def test_a_day_set_by_hand_stands_before_the_notice_and_can_be_given_back(town: Town):
    set_day(town, "2027-01-04", True)
    plan = load(town, NOTICE.replace(b'"2027-01-03"', b'"2027-01-04"'))
    assert plan.kept == ()
    set_day(town, "2027-10-01", False, name="应急值守")
    kept = load(town).kept

    assert [one.date.isoformat() for one in kept] == ["2027-01-04", "2027-10-01"]
    with town.database.reading() as c:
        assert not calendars.of(c).is_working_day(dt.date(2027, 1, 4))
        assert calendars.of(c).is_working_day(dt.date(2027, 10, 1))
    set_day(town, "2027-01-04", None, name="")
    with town.database.reading() as c:
        assert calendars.of(c).is_working_day(dt.date(2027, 1, 4))


def test_every_change_is_recorded_with_old_and_new(town: Town):
    set_day(town, "2026-07-20", True)
    set_day(town, "2026-07-20", None, name="", reason="台风改道")
    set_hours(town, ("09:00", "12:00"), ("13:00", "17:00"))

    with town.database.reading() as c:
        rows = calendars.changes(c)[::-1]
        told = [row.kind for row in c.execute(select(record.c.kind).where(record.c.stream == parameters.STREAM))]
        said = administration.changed(c, town.person(ADMIN))
    typhoon, hours = {"name": "台风停工", "isOffDay": True}, [["09:00", "12:00"], ["13:00", "17:00"]]
    assert [(row.old, row.new) for row in rows] == [(None, typhoon), (typhoon, None), (None, hours)]
    assert [row.reason for row in rows] == ["三防指挥部通知", "台风改道", "夏令作息"]
    assert told == ["calendar-changed"] * 3
    assert said[0].words == "将工作时段改为 09:00–12:00、13:00–17:00" and said[0].by == "秦己"
    assert town.faults() == []


def test_the_calendar_of_a_turn_costs_no_statement_while_nothing_changes(town: Town):
    set_day(town, "2026-07-20", True)
    asked: list[str] = []
    with town.database.reading() as c:
        head = c.execute(select(parameters.HEAD)).scalar()
        first = calendars.of_head(c, head)
        event.listen(c, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
        again = calendars.of_head(c, head)
        assert asked == []
        calendars.of(c)

    assert len(asked) == 1
    assert again == first and not first[0].is_working_day(dt.date(2026, 7, 20))


def test_another_change_of_the_configuration_keeps_the_calendar(town: Town):
    by = town.person(ADMIN)
    with town.database.reading() as c:
        first = calendars.of_head(c, c.execute(select(parameters.HEAD)).scalar())
    town.run(lambda c: parameters.change(c, "PRM-x", 1, by=by))

    with town.database.reading() as c:
        assert calendars.of_head(c, c.execute(select(parameters.HEAD)).scalar()) == first


def test_a_change_that_is_undone_leaves_nothing_behind(town: Town):
    by = town.person(ADMIN)

    def undone(c: Any) -> None:
        administration.apply(c, by, administration.plan_day(c, by, Wish("2026-07-20", True, "台风停工", "三防通知")))
        assert not calendars.of(c).is_working_day(dt.date(2026, 7, 20))
        calendars.of_head(c, c.execute(select(parameters.HEAD)).scalar())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        town.run(undone)
    set_day(town, "2026-07-21", True)

    def seen(c: Any) -> list[bool]:
        by_head, _ = calendars.of_head(c, c.execute(select(parameters.HEAD)).scalar())
        return [found.is_working_day(dt.date(2026, 7, day)) for found in (calendars.of(c), by_head) for day in (20, 21)]
    assert town.run(seen) == [True, False, True, False]


# ---------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(("wish", "field", "words"), [
    (Wish("2026-02-30", True, "台风停工", "三防通知"), "date", "日期应为"),
    (Wish("1999-12-31", True, "台风停工", "三防通知"), "date", "日期应为"),
    (Wish("next week", True, "台风停工", "三防通知"), "date", "日期应为"),
    (Wish("2026-07-20", True, "", "三防通知"), "name", "请填写名称"),
    (Wish("2026-07-20", True, "台风停工", " "), "reason", "请写明理由"),
    (Wish("2026-07-20", True, "台风停工", "长" * 201), "reason", "请写明理由"),
    (Wish("2026-07-18", True, "台风停工", "三防通知"), "date", "本来就休息"),
    (Wish("2026-07-20", False, "台风停工", "三防通知"), "date", "本来就上班"),
    (Wish("2026-07-20", None, "", "三防通知"), "date", "本来就上班"),
])
def test_a_day_that_cannot_be_set_is_refused(town: Town, wish: Wish, field: str, words: str):
    by = town.person(ADMIN)
    with pytest.raises(InvalidValues) as caught:
        town.run(lambda c: administration.plan_day(c, by, wish))

    assert words in caught.value.errors[field]


@pytest.mark.parametrize(("rows", "words"), [
    ([("08:30", "08:30")], "结束时间应晚于开始时间"),
    ([("12:00", "08:30")], "结束时间应晚于开始时间"),
    ([("08:30", "12:00"), ("11:59", "17:30")], "与上一段重叠"),
    ([("14:00", "17:30"), ("08:30", "12:00")], "次序颠倒"),
    ([("8:30", "12:00")], "08:30 的样子"),
    ([("25:00", "26:00")], "08:30 的样子"),
    ([("08:30", "09:00")], "不足一小时"),
    ([("08:00", "09:00"), ("09:00", "10:00"), ("10:00", "11:00"), ("11:00", "12:00"), ("13:00", "14:00")], "最多分 4 段"),
])
def test_business_hours_that_cannot_be_are_refused(town: Town, rows: list[tuple[str, str]], words: str):
    by = town.person(ADMIN)
    with pytest.raises(InvalidValues) as caught:
        town.run(lambda c: administration.plan_hours(c, by, rows, "夏令作息"))

    assert words in "".join(caught.value.errors.values())


def test_only_administrators_change_it_and_others_may_look(town: Town):
    reader, nobody = town.person(INSPECTOR), town.person(FINDER)

    for attempt in (lambda c: administration.plan_notice(c, reader, NOTICE), lambda c: administration.plan_hours(c, reader, [], "夏令作息"),
                    lambda c: administration.plan_day(c, reader, Wish("2026-07-20", True, "台风", "三防通知")),
                    lambda c: administration.sheet(c, nobody), lambda c: calendar_moves.listed(c, nobody)):
        with pytest.raises(NotAllowed):
            town.run(attempt)
    with town.database.reading() as c:
        assert administration.sheet(c, reader).version == calendars.version(c)


def test_a_change_planned_on_an_older_calendar_is_refused(town: Town):
    by = town.person(ADMIN)
    with town.database.reading() as c:
        plan = administration.plan_notice(c, by, NOTICE)
    set_day(town, "2026-07-20", True)

    with pytest.raises(Conflict, match="刚刚被他人修改"):
        town.run(lambda c: administration.apply(c, by, plan))
    with pytest.raises(Conflict):
        town.run(lambda c: administration.apply(c, by, administration.plan_notice(c, by, NOTICE), plan.version))
    assert count(town, calendar_change) == 1


# ---------------------------------------------------------------------------------------- open clocks


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


def test_a_version_of_the_program_with_one_more_year_rises_above_all_changes():
    assert calendars.version_of(0) > calendars.STEP
    assert calendars.version_of(calendars.STEP - 1) < calendars.version_of(0) + calendars.STEP
