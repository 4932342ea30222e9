"""The load simulation against the theory of queues, and against what must hold whatever the numbers are."""

import datetime as dt
import math

import pytest

from engine.deadlines import default_calendar
from engine.definitions import read
from engine.rehearsal import load
from engine.rehearsal.load_network import network
from engine.rehearsal.load_numbers import Numbers, Spell, Staff
from engine.rehearsal.working_time import WorkingTime, hours_a_day
from tests.notation import xml

CALENDAR, FIRST = default_calendar(), dt.date(2026, 3, 2)
DAY = hours_a_day(CALENDAR)
ONE_STEP = 'start s\nuser a name="审核" gl:role="dispatcher"\nend e\ns -> a -> e'
BRANCHES = """
start s
user a name="受理" gl:role="dispatcher"
par g
user b name="甲" gl:role="area_head"
user c name="乙" gl:role="area_head"
par j
xor x
user d name="退回补正" gl:role="dispatcher"
end e
s -> a -> g
g -> b -> j
g -> c -> j
j -> x
x -> d [bad]
d -> a
x -> e
"""


def drawn(text: str):
    found = network(read(xml(text)))
    assert found is not None
    return found


def run(text: str, numbers: Numbers):
    return load.simulate(drawn(text), numbers, CALENDAR, FIRST)


def erlang_c(servers: int, offered: float) -> float:
    """The probability that an arrival of an M/M/c queue has to wait (A. K. Erlang 1917), from its textbook sum."""
    top = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return top / (sum(offered**k / math.factorial(k) for k in range(servers)) + top)


@pytest.mark.parametrize(("servers", "offered"), [(1, 0.5), (2, 1.4), (4, 3.0)])
def test_one_step_waits_as_the_formula_of_erlang_says(servers, offered):
    """Mean wait = C / (c·mu − lambda). About 20,000 counted cases; over thirty seeds such runs spread by under 4 per cent around it."""
    hours = offered * DAY / 100
    expected = erlang_c(servers, offered) / (servers / hours - offered / hours)

    found = run(ONE_STEP, Numbers(arrivals=100, staff={"dispatcher": Staff(servers)}, work={"a": Spell(hours)}, days=250))

    assert found.steps[0].wait == pytest.approx(expected, rel=0.1)


def test_people_are_as_busy_as_the_work_that_comes():
    found = run(ONE_STEP, Numbers(arrivals=28, staff={"dispatcher": Staff(2)}, work={"a": Spell(0.3)}, days=200))

    assert found.posts[0].used == pytest.approx(28 * 0.3 / DAY / 2, rel=0.05)
    assert not found.posts[0].too_few


NUMBERS = Numbers(arrivals=9, staff={"dispatcher": Staff(1), "area_head": Staff(2, places=2)},
                  work={"a": Spell(0.4), "b": Spell(0.8), "c": Spell(1.1), "d": Spell(0.2)}, shares={("x", "f_x_d"): 1, ("x", "f_x_e"): 4})


@pytest.mark.parametrize("arrivals", [0, 2, 9, 60])
def test_what_arrives_is_finished_or_still_inside(arrivals):
    found = run(BRANCHES, Numbers(**{**vars(NUMBERS), "arrivals": arrivals}))

    assert found.arrived == found.finished + found.inside
    for step in found.steps:
        assert step.came == step.done + step.waiting + step.at_work
    by_id = {step.id: step for step in found.steps}
    assert by_id["b"].came == by_id["c"].came == by_id["a"].done
    assert by_id["a"].came == found.arrived + by_id["d"].done
    assert (found.arrived == 0) == (arrivals == 0)


def test_one_in_five_goes_round_as_the_shares_say():
    by_id = {step.id: step for step in run(BRANCHES, Numbers(**{**vars(NUMBERS), "days": 200})).steps}

    assert by_id["d"].came / by_id["a"].done == pytest.approx(0.2, abs=0.03)


def test_the_same_seed_gives_the_same_numbers_and_another_one_does_not():
    assert run(BRANCHES, NUMBERS) == run(BRANCHES, NUMBERS)
    assert run(BRANCHES, NUMBERS) != run(BRANCHES, Numbers(**{**vars(NUMBERS), "seed": 2}))


def test_more_people_wait_less_and_too_few_are_told():
    few = run(ONE_STEP, Numbers(arrivals=20, staff={"dispatcher": Staff(1)}, work={"a": Spell(0.5)}))
    more = run(ONE_STEP, Numbers(arrivals=20, staff={"dispatcher": Staff(2)}, work={"a": Spell(0.5)}))

    assert few.posts[0].too_few and not more.posts[0].too_few
    assert few.steps[0].wait > 10 * more.steps[0].wait
    assert few.steps[0].waiting > 50 > more.steps[0].waiting
    assert few.arrived == more.arrived, "both settings see the same cases arrive"


def test_a_limit_is_judged_at_ordinary_moments_and_counts_what_still_waits():
    lone = {"staff": {"dispatcher": Staff(1)}, "days": 40}
    slow = run(ONE_STEP, Numbers(arrivals=1, work={"a": Spell(10.0, (10.0,))}, limits={"a": (1, "workingDays")}, **lone))
    quick = run(ONE_STEP, Numbers(arrivals=1, work={"a": Spell(0.1, (0.1,))}, limits={"a": (1, "workingDays")}, **lone))
    hours = [run(ONE_STEP, Numbers(arrivals=0.5, work={"a": Spell(3.0, (3.0,))}, limits={"a": (length, "workingHours")}, **lone)).steps[0]
             for length in (2.9, 40)]

    assert slow.steps[0].rate is not None and slow.steps[0].rate > 0.8
    assert quick.steps[0].rate == 0
    assert hours[0].judged > 3 and [one.rate for one in hours] == [1, 0]
    assert run(ONE_STEP, Numbers(arrivals=1, work={}, **lone)).steps[0].rate is None


def test_a_wait_of_the_diagram_is_ordinary_time():
    text = 'start s\n<intermediateCatchEvent id="w"><timerEventDefinition><timeDuration>"P2D"</timeDuration></timerEventDefinition>' \
           "</intermediateCatchEvent>\nend e\ns -> w -> e"
    place = drawn(text).places["w"]
    found = run(text, Numbers(arrivals=5, staff={}, work={}, waits={"w": Spell(48.0, (48.0,))}))

    assert place.hours == 48
    assert 0 < found.lasting <= 2 * DAY
    assert found.lasting == pytest.approx((2 * 3 + 0 * 2) / 5 * DAY, rel=0.35), "from Thursday and Friday the weekend takes part of it"


def test_a_diagram_without_an_end_and_a_flood_are_bounded():
    round_text = "start s\nuser a\nxor x\nend e\ns -> a -> x\nx -> a [again]\nx -> e"
    back = {("x", "f_x_a"): 1.0, ("x", "f_x_e"): 0.0}
    endless = run(round_text, Numbers(arrivals=2, staff={"-": Staff(5)}, work={"a": Spell(0.0)}, shares=back))
    flood = run(ONE_STEP, Numbers(arrivals=1e6, staff={"dispatcher": Staff(1)}, work={"a": Spell(1.0)}))

    assert endless.endless == endless.arrived - endless.finished > 0
    assert flood.cut_off and sum(step.came for step in flood.steps) == load.MOST_VISITS and flood.days < 1


def test_working_hours_leave_out_nights_and_holidays():
    line = WorkingTime.of(CALENDAR, dt.date(2026, 3, 7), 20)
    monday = dt.datetime(2026, 3, 9, 0, 30, tzinfo=dt.UTC)

    assert line.moment(0) == monday
    assert line.hour(monday + dt.timedelta(hours=1)) == 1
    assert line.hour(monday - dt.timedelta(days=1)) == 0
    assert line.moment(DAY) == dt.datetime(2026, 3, 9, 9, 30, tzinfo=dt.UTC), "the end of the first day, not the morning of the next"
    assert line.hour(line.moment(DAY)) == DAY
    assert line.after(DAY - 1, dt.timedelta(hours=16)) == DAY
    assert all(line.hour(line.moment(hour / 7)) == pytest.approx(hour / 7) for hour in range(200))
