"""What must hold for every limit, whatever the day and the length."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from engine.clock import SHANGHAI, UTC
from engine.deadlines import Calendar, Unit, deadline, default_calendar, due

CALENDAR = default_calendar()
moments = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 6, 30), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
units = st.sampled_from([unit for unit in Unit if unit is not Unit.YEARS])
whole = st.integers(1, 60)
quarter_hours = st.integers(1, 200).map(lambda quarters: quarters / 4)
hour_units = st.sampled_from([Unit.HOURS, Unit.WORKING_HOURS])


@given(moments, whole, units)
def test_a_limit_ends_after_it_begins(start: dt.datetime, length: int, unit: Unit) -> None:
    assert due(start, length, unit, CALENDAR) > start


@given(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=30)), whole, units)
def test_what_begins_later_does_not_end_earlier(
    start: dt.datetime, later: dt.timedelta, length: int, unit: Unit
) -> None:
    assert due(start, length, unit, CALENDAR) <= due(start + later, length, unit, CALENDAR)


@given(moments, whole, whole, units)
def test_a_longer_limit_ends_later(start: dt.datetime, length: int, more: int, unit: Unit) -> None:
    assert due(start, length, unit, CALENDAR) < due(start, length + more, unit, CALENDAR)


@given(moments, quarter_hours, quarter_hours, hour_units)
def test_hours_may_be_added_in_one_go_or_in_two(start: dt.datetime, first: float, second: float, unit: Unit) -> None:
    at_once = due(start, first + second, unit, CALENDAR)

    assert due(due(start, first, unit, CALENDAR), second, unit, CALENDAR) == at_once


@given(moments, whole)
def test_working_days_end_on_a_day_that_is_worked(start: dt.datetime, length: int) -> None:
    last = due(start, length, Unit.WORKING_DAYS, CALENDAR).astimezone(SHANGHAI)

    assert CALENDAR.is_working_day(last.date())
    assert last.timetz().replace(tzinfo=None) == dt.time(23, 59, 59)


@given(moments, quarter_hours)
def test_business_time_measures_what_was_added(start: dt.datetime, hours: float) -> None:
    length = dt.timedelta(hours=hours)

    assert CALENDAR.business_time(start, CALENDAR.add_business_time(start, length)) == length


@given(moments, whole, units, st.one_of(st.none(), whole, st.sampled_from(["10%", "20%", "50%"])))
def test_a_reminder_lies_between_beginning_and_end(
    start: dt.datetime, length: int, unit: Unit, before: int | str | None
) -> None:
    limit = deadline(start, length, unit, CALENDAR, before)

    assert limit.warn is None or start < limit.warn <= limit.due


@given(st.sets(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), max_size=40), moments, whole)
def test_more_days_off_never_bring_an_end_forward(off: set[dt.date], start: dt.datetime, length: int) -> None:
    plain = Calendar.of([])
    festive = Calendar.of([{"year": 2026, "days": [{"date": day.isoformat(), "isOffDay": True} for day in off]}])

    assert due(start, length, Unit.WORKING_DAYS, plain) <= due(start, length, Unit.WORKING_DAYS, festive)


days = st.dates(dt.date(2024, 12, 1), dt.date(2027, 2, 1))


@given(days, st.integers(-90, 90))
def test_working_days_are_those_a_walk_through_the_calendar_finds(day: dt.date, count: int) -> None:
    found, left = day, abs(count)
    while left:
        found += dt.timedelta(days=1 if count > 0 else -1)
        left -= CALENDAR.is_working_day(found)

    assert CALENDAR.add_working_days(day, count) == found
    between = (day + dt.timedelta(days=number) for number in range(1, (found - day).days + 1))
    assert CALENDAR.working_days(day, found) == sum(map(CALENDAR.is_working_day, between))


@given(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)))
def test_business_time_is_the_sum_of_its_days(start: dt.datetime, length: dt.timedelta) -> None:
    end, cuts = start + length, [start]
    while cuts[-1] < end:
        cuts.append(min(end, cuts[-1] + dt.timedelta(hours=19)))
    pieces = [CALENDAR.business_time(first, last) for first, last in zip(cuts, cuts[1:], strict=False)]

    assert CALENDAR.business_time(start, end) == sum(pieces, dt.timedelta(0))
