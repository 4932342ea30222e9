"""The working calendar and the counting of limits: tables of cases from the yearly notices and from the sample matters."""

import datetime as dt

import pytest

from engine.clock import SHANGHAI, UTC
from engine.deadlines import Calendar, DayCount, Unit, count, deadline, default_calendar, due, text
from engine.errors import ExpressionFailed

CALENDAR = default_calendar()


def at(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def shown(moment: dt.datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if moment else "-"


@pytest.mark.parametrize(
    ("date", "worked"),
    [
        ("2026-02-13", True),  # Friday before the Spring Festival
        ("2026-02-14", True),  # Saturday worked in exchange
        ("2026-02-15", False),
        ("2026-02-23", False),  # last day of the festival, a Monday
        ("2026-02-24", True),
        ("2026-02-28", True),  # Saturday worked in exchange
        ("2026-03-01", False),  # an ordinary Sunday
        ("2026-03-02", True),
        ("2026-09-20", True),  # Sunday worked in exchange
        ("2026-09-25", False),  # 中秋
        ("2026-10-10", True),
        ("2025-10-08", False),
    ],
)
def test_the_notice_decides_which_days_are_worked(date: str, worked: bool) -> None:
    assert CALENDAR.is_working_day(day(date)) is worked


@pytest.mark.parametrize(
    ("start", "length", "unit", "expected"),
    [
        # 场景 S01: 复核 1wd, 回头看 7 日
        ("2026-03-02 08:40", 1, Unit.WORKING_DAYS, "2026-03-03 23:59:59"),
        ("2026-03-02 08:40", 7, Unit.DAYS, "2026-03-09 23:59:59"),
        # 工作时: from the moment itself, over noon, over the evening, over a weekend, from outside business hours
        ("2026-03-02 08:40", 2, Unit.WORKING_HOURS, "2026-03-02 10:40:00"),
        ("2026-03-02 11:00", 2, Unit.WORKING_HOURS, "2026-03-02 15:00:00"),
        ("2026-03-02 16:30", 4, Unit.WORKING_HOURS, "2026-03-03 11:30:00"),
        ("2026-03-06 17:00", 1, Unit.WORKING_HOURS, "2026-03-09 09:00:00"),
        ("2026-03-02 12:30", 2, Unit.WORKING_HOURS, "2026-03-02 16:00:00"),
        ("2026-03-02 23:10", 0.5, Unit.WORKING_HOURS, "2026-03-03 09:00:00"),
        ("2026-03-02 08:30", 3.5, Unit.WORKING_HOURS, "2026-03-02 12:00:00"),
        ("2026-03-02 08:30", 24, Unit.WORKING_HOURS, "2026-03-05 11:30:00"),
        # 春节 2026 and its 调休 Saturdays
        ("2026-02-13 10:00", 1, Unit.WORKING_DAYS, "2026-02-14 23:59:59"),
        ("2026-02-13 10:00", 3, Unit.WORKING_DAYS, "2026-02-25 23:59:59"),
        ("2026-02-14 17:00", 1, Unit.WORKING_HOURS, "2026-02-24 09:00:00"),
        ("2026-02-24 17:00", 4, Unit.WORKING_DAYS, "2026-02-28 23:59:59"),
        ("2026-02-16 15:00", 2, Unit.WORKING_HOURS, "2026-02-24 10:30:00"),
        # exact hours run day and night
        ("2025-09-15 10:20", 24, Unit.HOURS, "2025-09-16 10:20:00"),
        ("2026-02-16 23:30", 1, Unit.HOURS, "2026-02-17 00:30:00"),
        ("2026-03-02 08:40", 30, Unit.MINUTES, "2026-03-02 09:10:00"),
        # 责令改正期限: calendar days are not rolled over
        ("2025-02-25 09:00", 10, Unit.DAYS, "2025-03-07 23:59:59"),
        ("2026-04-08 09:00", 7, Unit.DAYS, "2026-04-15 23:59:59"),
        # 吹哨到场 2wd; statements 5wd over 清明; 7wd over 国庆
        ("2026-05-18 09:00", 2, Unit.WORKING_DAYS, "2026-05-20 23:59:59"),
        ("2026-03-30 09:00", 5, Unit.WORKING_DAYS, "2026-04-07 23:59:59"),
        ("2026-09-30 09:00", 7, Unit.WORKING_DAYS, "2026-10-15 23:59:59"),
    ],
)
def test_a_limit_ends_where_the_calendar_says(start: str, length: float, unit: Unit, expected: str) -> None:
    assert shown(due(at(start), length, unit, CALENDAR)) == expected


def test_the_start_may_be_given_in_any_zone() -> None:
    morning = dt.datetime(2026, 3, 2, 0, 40, tzinfo=UTC)

    assert due(morning, 1, Unit.WORKING_DAYS, CALENDAR) == due(at("2026-03-02 08:40"), 1, Unit.WORKING_DAYS, CALENDAR)
    assert due(morning, 1, Unit.DAYS, CALENDAR).tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-04-10", 15, "2026-04-27"),  # 缴款 ends on a Saturday
        ("2026-09-04", 15, "2026-09-20"),  # the Sunday is worked in exchange
        ("2025-04-02", 60, "2025-06-03"),  # Sunday, then 端午
    ],
)
def test_a_party_s_limit_is_rolled_over_when_the_rule_says_so(start: str, days: int, expected: str) -> None:
    assert DayCount(days, working=False, rolled=True).last_day(day(start), CALENDAR) == day(expected)


@pytest.mark.parametrize(
    ("start", "length", "unit", "before", "expected"),
    [
        ("2026-03-02 08:30", 5, Unit.WORKING_HOURS, "20%", "2026-03-02 14:30:00"),
        ("2026-03-02 08:30", 5, Unit.WORKING_HOURS, 2, "2026-03-02 11:30:00"),
        ("2026-03-02 10:00", 60, Unit.MINUTES, "20%", "2026-03-02 10:48:00"),
        ("2026-03-02 08:30", 1, Unit.WORKING_DAYS, "50%", "2026-03-02 17:30:00"),
        ("2026-03-02 09:30", 3, Unit.WORKING_DAYS, 1, "2026-03-04 08:30:00"),
        ("2026-03-02 09:30", 7, Unit.DAYS, 2, "2026-03-07 08:30:00"),
        # longer before than the limit itself: at half its time
        ("2026-03-02 10:00", 1, Unit.HOURS, 2, "2026-03-02 10:30:00"),
        ("2026-03-02 08:30", 2, Unit.WORKING_HOURS, 2, "2026-03-02 09:30:00"),
        ("2026-03-02 08:30", 2, Unit.WORKING_HOURS, None, "-"),
    ],
)
def test_a_reminder_comes_in_good_time(
    start: str, length: float, unit: Unit, before: float | str | None, expected: str
) -> None:
    assert shown(deadline(at(start), length, unit, CALENDAR, before).warn) == expected


def test_a_deadline_says_its_length_in_words() -> None:
    assert deadline(at("2026-03-02 09:00"), 3, Unit.WORKING_DAYS, CALENDAR).text == "3个工作日"
    assert text(1.5, Unit.WORKING_HOURS) == "1.5个工作时"
    assert text(30, Unit.MINUTES) == "30分钟"


def test_a_year_without_notice_knows_weekends_only_and_says_so() -> None:
    spring = deadline(at("2027-02-05 09:00"), 1, Unit.WORKING_DAYS, CALENDAR)
    known = deadline(at("2026-02-05 09:00"), 1, Unit.WORKING_DAYS, CALENDAR)
    over_new_year = deadline(at("2026-12-31 09:00"), 1, Unit.WORKING_DAYS, CALENDAR)

    assert (shown(spring.due), spring.provisional) == ("2027-02-08 23:59:59", True)
    assert not known.provisional
    assert over_new_year.provisional


def test_other_business_hours_count_otherwise() -> None:
    night_shift = Calendar.of([], sessions=((dt.time(18), dt.time(22)),))

    assert shown(due(at("2026-03-02 21:00"), 2, Unit.WORKING_HOURS, night_shift)) == "2026-03-03 19:00:00"


def test_business_hours_that_close_before_they_open_are_refused() -> None:
    with pytest.raises(ValueError, match="opens before it closes"):
        Calendar.of([], sessions=((dt.time(12), dt.time(8)),))


@pytest.mark.parametrize("length", [0, -1, float("nan"), float("inf"), 1e300])
@pytest.mark.parametrize("unit", list(Unit))
def test_a_limit_that_is_none_or_endless_is_refused(length: float, unit: Unit) -> None:
    with pytest.raises(ExpressionFailed, match="时限"):
        count(length, unit)


def test_broken_days_are_refused() -> None:
    with pytest.raises(ExpressionFailed, match="整数"):
        count(1.5, Unit.WORKING_DAYS)


@pytest.mark.parametrize("before", ["soon", "20", "0%", "100%", "-5%"])
def test_a_warning_share_must_be_a_percentage(before: str) -> None:
    with pytest.raises(ExpressionFailed, match="提醒提前量"):
        deadline(at("2026-03-02 09:00"), 3, Unit.HOURS, CALENDAR, before)
