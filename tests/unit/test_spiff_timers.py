"""Due times: computed once, moved, repeated, never decided by the engine."""

import datetime as dt

import pytest

from engine.errors import ExpressionFailed
from engine.spiff import TimerWait, timers
from tests.notation import boundary, timer, xml
from tests.open_case import BEGIN, Case

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def catching(kind: str, feel: str, attributes: str = "") -> bytes:
    event = f'<intermediateCatchEvent id="t" name="等待" {attributes}>{timer(kind, feel)}</intermediateCatchEvent>'
    return xml(f"start s\n{event}\nuser u\nend e\ns -> t -> u -> e")


def reminding(kind: str, feel: str, attributes: str = "") -> bytes:
    event = boundary("b", "u", timer(kind, feel), interrupting=False)
    return xml(f'start s\n<userTask id="u" {attributes}/>\n{event}\nuser r\nend e\nend f\ns -> u -> e\nb -> r -> f')


@pytest.mark.parametrize(
    ("kind", "feel", "due"),
    [
        ("Duration", '"P3D"', BEGIN + 3 * DAY),
        ("Duration", "P3D", BEGIN + 3 * DAY),
        ("Duration", 'duration("PT2H")', BEGIN + 2 * HOUR),
        ("Duration", "wait", BEGIN + DAY),
        ("Duration", '"P1M"', dt.datetime(2026, 4, 2, 1, 0, tzinfo=dt.UTC)),
        ("Date", "date(day)", dt.datetime(2026, 3, 9, 16, 0, tzinfo=dt.UTC)),
        ("Date", "day", dt.datetime(2026, 3, 9, 16, 0, tzinfo=dt.UTC)),
        ("Date", '"2026-03-10T08:00:00+08:00"', dt.datetime(2026, 3, 10, 0, 0, tzinfo=dt.UTC)),
        ("Date", 'date and time("2026-03-10T08:00:00+08:00")', dt.datetime(2026, 3, 10, 0, 0, tzinfo=dt.UTC)),
        ("Date", 'now + duration("PT90M")', BEGIN + dt.timedelta(minutes=90)),
    ],
)
def test_every_kind_of_value_has_one_meaning(kind, feel, due):
    case = Case(catching(kind, feel), wait="P1D", day="2026-03-10")

    assert case.timers == {"t": due}


@pytest.mark.parametrize(
    ("kind", "feel"),
    [("Date", '"2026-03-10T08:00:00"'), ("Duration", '"P"'), ("Duration", "missing"), ("Duration", "42"), ("Duration", '"soon"'),
     ("Cycle", '"P1D"'), ("Cycle", '"R0/PT1H"'), ("Cycle", '"R3/PT0S"'), ("Duration", '"P1.5D"')],
)  # fmt: skip
def test_a_value_without_a_meaning_names_the_timer(kind, feel):
    with pytest.raises(ExpressionFailed, match="等待"):
        Case(catching(kind, feel))


def test_a_naive_datetime_is_refused():
    with pytest.raises(ExpressionFailed, match="时区"):
        timers.wait(dt.datetime(2026, 3, 10, 8, 0), "date", BEGIN, "等待")


def test_a_timer_fires_when_told_and_not_by_the_clock():
    case = Case(catching("Duration", '"P3D"'))
    case.host.moment += 30 * DAY
    case.after()
    assert list(case.timers) == ["t"]

    case.host.moment = BEGIN
    assert case.fire("t").people == ["u"]


def test_the_due_time_is_computed_once():
    case = Case(catching("Duration", "wait"), wait="P1D")
    case.vars["wait"] = "P9D"
    case.after()

    assert case.timers == {"t": BEGIN + DAY}


def test_a_repeating_reminder_counts_down_and_ends():
    case = Case(reminding("Cycle", '"R3/PT1H"'))
    wait = case.wait("b")
    assert isinstance(wait, TimerWait)
    assert (wait.kind, wait.repeats_left, wait.attached_to.id) == ("cycle", 3, "u")

    for hours in (1, 2):
        case.host.moment = BEGIN + hours * HOUR
        case.fire("b")
        assert case.timers == {"b": BEGIN + (hours + 1) * HOUR}
    case.host.moment = BEGIN + 3 * HOUR
    case.fire("b")

    assert case.timers == {} and case.people == ["r", "r", "r", "u"]


def test_missed_occurrences_count_as_one():
    case = Case(reminding("Cycle", '"R5/PT1H"'))
    case.host.moment = BEGIN + dt.timedelta(hours=4, minutes=30)
    case.fire("b")

    assert case.people == ["r", "u"]
    assert case.timers == {"b": BEGIN + 5 * HOUR} and case.wait("b").repeats_left == 1
    assert case.fire("b").timers == {}


def test_an_endless_reminder_does_not_grow():
    case, sizes = Case(reminding("Cycle", '"R/PT1H"')), set()
    for _ in range(100):
        case.fire("b").do("r")
        sizes.add(len(case.tokens.dump()))
    assert len(sizes) == 1 and case.wait("b").repeats_left is None
    assert case.do("u").now.completed


def test_a_boundary_timer_sees_the_deadline_of_its_activity():
    case = Case(reminding("Date", "deadline.warn", 'gl:limit="3" gl:limitUnit="days"'))
    assert case.timers == {"b": dt.datetime(2026, 3, 4, 15, 59, 59, tzinfo=dt.UTC)}

    later = Case(reminding("Date", 'deadline.due + duration("P1D")', 'gl:limit="3" gl:limitUnit="days"'))
    assert later.timers == {"b": dt.datetime(2026, 3, 6, 15, 59, 59, tzinfo=dt.UTC)}


def test_an_intermediate_timer_with_a_limit_sees_its_own():
    assert Case(catching("Date", "deadline.due", 'gl:limit="2" gl:limitUnit="hours"')).timers == {"t": BEGIN + 2 * HOUR}
    assert Case(catching("Date", "", 'gl:limit="2" gl:limitUnit="hours"')).timers == {"t": BEGIN + 2 * HOUR}


def test_a_timer_can_be_moved():
    case = Case(catching("Duration", '"P3D"'))
    case.tokens.move_timer(case.wait("t").key, BEGIN + 9 * DAY)
    case.after()
    assert case.timers == {"t": BEGIN + 9 * DAY}

    with pytest.raises(ExpressionFailed):
        case.tokens.move_timer(case.wait("t").key, dt.datetime(2026, 3, 9))


def test_several_timers_of_an_activity_are_asked_in_one_crossing():
    events = "\n".join(
        boundary(f"b{n}", "u", timer("Duration", f'duration("P" + string({n}) + "D")'), False) for n in range(1, 6)
    )
    paths = "\n".join(f"user r{n}\nend e{n}\nb{n} -> r{n} -> e{n}" for n in range(1, 6))
    case = Case(xml(f"start s\nuser u\n{events}\n{paths}\nend e\ns -> u -> e"))

    assert len(case.timers) == 5 and case.host.crossings == 1


def test_written_durations_need_no_feel():
    assert Case(reminding("Duration", '"P3D"')).host.crossings == 0
    assert Case(reminding("Cycle", "R3/PT1H")).host.crossings == 0


def test_a_month_after_the_thirty_first_is_the_last_day_of_the_next():
    january = dt.datetime(2026, 1, 31, 2, 0, tzinfo=dt.UTC)
    assert timers.wait("P1M", "duration", january, "")["due"] == "2026-02-28T02:00:00+00:00"
