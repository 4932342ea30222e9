"""The working calendar in the database: what administrators change, and what is refused."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from engine.administration import calendar as administration
from engine.administration import calendar_moves
from engine.administration.calendar import Wish
from engine.deadlines import calendars, default_calendar, notices
from engine.deadlines.calendars import Change, Sheet
from engine.deadlines.tables import calendar_change
from engine.errors import Conflict, InvalidValues, NotAllowed
from engine.runtime import parameters
from engine.runtime.tables import record
from tests.town import ADMIN, FINDER, INSPECTOR, Town
from tests.year_end import NOTICE, count, load, set_day, set_hours


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


def test_a_shipped_notice_need_not_be_loaded(town: Town):
    shipped = Path(notices.FOLDER / "2026.json").read_bytes()

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


def test_a_version_of_the_program_with_one_more_year_rises_above_all_changes():
    assert calendars.version_of(0) > calendars.STEP
    assert calendars.version_of(calendars.STEP - 1) < calendars.version_of(0) + calendars.STEP


# ---------------------------------------------------------------------------------------- in any order


DAYS = st.dates(dt.date(2026, 11, 1), dt.date(2027, 12, 31))
EDITS = st.dictionaries(DAYS, st.booleans(), max_size=8)


def plain_sheet() -> Sheet:
    """What is shipped, with nothing changed."""
    return Sheet(calendars.version_of(0), {one.year: one for one in notices.shipped()})


def edited(sheet: Sheet, edits: Iterable[tuple[dt.date, bool]]) -> Sheet:
    for day, off in edits:
        sheet = sheet.after(Change(calendars.DAY, day.isoformat(), {"name": "台风停工", "isOffDay": off}, "三防通知"))
    return sheet


def loaded(sheet: Sheet) -> Sheet:
    return sheet.after(Change(calendars.NOTICE, "2027", notices.read(NOTICE).plain(), "放假通知"))


@given(EDITS, st.randoms(use_true_random=False))
def test_the_order_of_changes_to_different_things_does_not_matter(edits: dict[dt.date, bool], order: Random):
    shuffled = list(edits.items())
    order.shuffle(shuffled)
    half = order.randint(0, len(shuffled))

    one = loaded(edited(plain_sheet(), edits.items()))
    other = edited(loaded(edited(plain_sheet(), shuffled[:half])), shuffled[half:])

    assert one.calendar() == other.calendar() and one.days() == other.days()
    assert all(one.calendar().is_working_day(day) != off for day, off in edits.items())


@given(EDITS)
def test_doing_it_twice_is_doing_it_once_and_taking_it_back_leaves_nothing(edits: dict[dt.date, bool]):
    once = loaded(edited(plain_sheet(), edits.items()))
    twice = loaded(edited(once, edits.items()))
    back = once
    for day in edits:
        back = back.after(Change(calendars.DAY, day.isoformat(), None, "台风改道"))
    back = back.after(Change(calendars.NOTICE, "2027", None, "撤回"))

    assert twice.calendar() == once.calendar()
    assert twice.version == once.version + len(edits) + 1
    assert back.calendar() == plain_sheet().calendar()
