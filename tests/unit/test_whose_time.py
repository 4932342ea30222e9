"""Whose time was it: the parts of a case and of everybody in it add up to the whole, and waiting for a party is nobody's delay."""

import datetime as dt

import pytest

from engine.deadlines import default_calendar
from engine.errors import NotFound
from engine.runtime import clocks, commands
from engine.runtime.commands import Paper
from engine.supervision import standing, whose_time
from engine.supervision.stays import Hold, Span, Stay, Told
from engine.supervision.time_parts import Law, Part, divide
from tests.notation import timer
from tests.town import AREA, BOSS, CADRE, COMMANDER, DISPATCHER, FAR_CADRE, FINDER, INSPECTOR, OFFICER, OTHER_CADRE, Town

HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)  # 09:00 in Shanghai
STEP = 'gl:role="village_cadre" gl:scope="village"'
TWO_STEPS = f"""
start s
user fix name="前端纠正" {STEP}
user check name="复核" gl:role="grid_worker" gl:scope="grid" gl:assignee="case.reporter"
end e
s -> fix -> check -> e
"""
PERIOD = f"""
start s
user order name="责令改正" {STEP}
<intermediateCatchEvent id="period" name="改正期限" gl:waitsFor="party">{timer("Duration", 'duration("PT72H")')}</intermediateCatchEvent>
<intermediateCatchEvent id="date" name="等到次日">{timer("Duration", 'duration("PT24H")')}</intermediateCatchEvent>
user recheck name="复查" {STEP}
end e
s -> order -> period -> date -> recheck -> e
"""
ANSWER = f"""
start s
user answer name="听取陈述申辩" {STEP} gl:limit="24" gl:limitUnit="hours" gl:waitsFor="party"
end e
s -> answer -> e
"""


def hours(length) -> tuple[float, float]:
    return length.wall / HOUR, length.work / HOUR


def time_of(town: Town, by: str = INSPECTOR):
    who = town.person(by)
    with town.database.reading() as c:
        return whose_time.of_case(c, town.case, who).time


def parts(time) -> dict[str, float]:
    return {part.value: round(length.wall / HOUR, 3) for part, length in time.parts.items() if length.wall}


def account(time, person):
    return next(one for one in time.accounts if one.person == person)


def adds_up(time) -> bool:
    from_parts = sum(time.parts.values(), type(time.whole)())
    return from_parts == time.whole and all(one.whole == time.whole for one in time.accounts)


def test_time_with_a_post_is_not_that_of_whoever_claims_it(town):
    town.draws(TWO_STEPS)
    town.report()
    town.waits(hours=2)
    town.claims(CADRE, "前端纠正")
    town.waits(hours=1)
    town.does(CADRE, "前端纠正")
    town.waits(hours=4)

    time = time_of(town)

    assert adds_up(time) and time.whole.wall == 7 * HOUR
    assert parts(time) == {"queue": 2, "hands": 5}
    assert hours(account(time, CADRE).mine) == (1, 1)
    assert hours(account(time, FINDER).mine) == (4, 2)  # from noon to 16:00, and nobody works before 14:00
    assert account(time, CADRE).others.wall == 6 * HOUR


@pytest.mark.parametrize("hand_over", ["transfer", "unclaim"])
def test_what_was_handed_on_is_counted_for_each(town, hand_over):
    town.draws(TWO_STEPS)
    town.report()
    item = town.item(CADRE, "前端纠正")
    town.claims(CADRE, "前端纠正")
    town.waits(hours=1)
    if hand_over == "transfer":
        town.acts(commands.transfer, CADRE, item, OTHER_CADRE)
    else:
        town.acts(commands.unclaim, CADRE, item)
        town.waits(hours=2)
        town.acts(commands.claim, OTHER_CADRE, item)
    town.waits(hours=3)

    time = time_of(town)

    assert adds_up(time)
    assert account(time, CADRE).mine.wall == HOUR and account(time, OTHER_CADRE).mine.wall == 3 * HOUR
    assert parts(time) == ({"hands": 4} if hand_over == "transfer" else {"hands": 4, "queue": 2})


def test_what_is_sent_back_is_at_once_in_the_hands_of_whoever_had_it(town):
    town.draws(TWO_STEPS)
    town.report()
    town.claims(CADRE, "前端纠正")
    town.does(CADRE, "前端纠正")
    town.acts(commands.send_back, FINDER, town.item(FINDER, "复核"), "fix", reason="没改")
    town.waits(hours=2)

    time = time_of(town)

    assert account(time, CADRE).mine.wall == 2 * HOUR and parts(time) == {"hands": 2}


def test_what_is_taken_back_is_again_the_own_time(town):
    town.draws(TWO_STEPS)
    town.report()
    item = town.item(CADRE, "前端纠正")
    town.does(CADRE, "前端纠正")
    town.acts(commands.withdraw, CADRE, item)
    town.waits(hours=2)

    assert account(time_of(town), CADRE).mine.wall == 2 * HOUR


def test_a_halted_case_is_nobodys_time(town):
    town.draws(TWO_STEPS)
    town.report()
    town.claims(CADRE, "前端纠正")
    town.waits(hours=1)
    town.acts(commands.suspend, COMMANDER, town.case, reason="汛期")
    town.waits(hours=48)

    stood = time_of(town)
    town.acts(commands.resume, COMMANDER, town.case)
    town.waits(hours=1)
    time = time_of(town)

    assert parts(stood) == {"hands": 1, "suspended": 48} and adds_up(stood)
    assert parts(time) == {"hands": 2, "suspended": 48} and adds_up(time)
    assert account(time, CADRE).suspended.wall == 48 * HOUR


def test_waiting_for_a_party_and_for_a_date_is_told_apart(town):
    town.draws(PERIOD)
    town.report()
    town.does(CADRE, "责令改正")
    town.waits(hours=70)
    during = time_of(town)
    town.waits(hours=10)
    then = time_of(town)
    town.waits(hours=17)
    town.does(CADRE, "复查")
    time = time_of(town)

    assert parts(during) == {"party": 70}
    assert parts(then) == {"party": 72, "date": 8}
    assert parts(time) == {"party": 72, "date": 24, "queue": 1} and adds_up(time)
    assert account(time, CADRE).waits[Part.PARTY] == time.parts[Part.PARTY] and not account(time, CADRE).mine.wall
    assert [piece.name for piece in time.pieces if piece.part is Part.PARTY] == ["改正期限"]


def test_a_step_that_waits_for_a_party_is_the_officers_only_after_the_partys_period(town):
    town.draws(ANSWER)
    town.report()
    town.claims(CADRE, "听取陈述申辩")
    town.waits(hours=30)

    time = time_of(town)

    assert parts(time) == {"party": 24, "hands": 6} and adds_up(time)
    assert hours(account(time, CADRE).mine)[0] == 6 and account(time, CADRE).waits[Part.PARTY].wall == 24 * HOUR


def test_a_case_that_was_cancelled_while_it_waited_ends_there(town):
    town.draws(PERIOD)
    town.report()
    town.does(CADRE, "责令改正")
    town.waits(hours=5)
    town.acts(commands.cancel, COMMANDER, town.case, reason="误报")
    town.waits(hours=50)

    assert parts(time_of(town)) == {"party": 5}


FILED = """
start s
<subProcess id="whole" name="立案至决定" gl:deadline="DL-C6">
<startEvent id="ws"/><userTask id="decide" name="作出决定" gl:role="case_officer" gl:scope="town"/><endEvent id="we"/>
<sequenceFlow id="w1" sourceRef="ws" targetRef="decide"/><sequenceFlow id="w2" sourceRef="decide" targetRef="we"/>
</subProcess>
end e
s -> whole -> e
"""


def test_while_a_limit_of_the_law_stands_it_is_nobodys_time(town):
    town.draws(FILED, ruleSet='"RS-SAMR"')
    town.report()
    town.claims(OFFICER, "作出决定")
    town.waits(hours=10)
    with town.database.reading() as c:
        number = clocks.of_case(c, town.case)[0].id
    town.acts(commands.suspend_clock, OFFICER, number, None, Paper(document="检测委托书〔2026〕3号", approver=BOSS, ground="testing"))
    town.waits(hours=100)
    stood = time_of(town)
    town.acts(commands.resume_clock, OFFICER, number, None, Paper(document="检测报告", approver=BOSS, ground="testing"))
    town.waits(hours=5)
    time = time_of(town)

    assert parts(stood) == {"hands": 10, "suspended": 100} and adds_up(stood)
    assert parts(time) == {"hands": 15, "suspended": 100} and adds_up(time)
    assert account(time, OFFICER).mine.wall == 15 * HOUR and account(time, OFFICER).suspended.wall == 100 * HOUR


def test_a_period_that_the_law_gives_to_the_party_needs_no_mark_in_the_diagram(town):
    step = 'gl:role="case_officer" gl:scope="town" gl:deadline="DL-C1"'
    town.draws(f'start s\nuser hear name="听取陈述申辩" {step}\nend e\ns -> hear -> e', ruleSet='"RS-SAMR"')
    town.report()
    town.claims(OFFICER, "听取陈述申辩")
    town.waits(days=3)
    inspector = town.person(INSPECTOR)
    with town.database.reading() as c:
        stands = standing.of_case(c, town.case, inspector)

    assert parts(time_of(town)) == {"party": 72}
    assert stands.why is standing.Why.PARTY and "DL-C1" in stands.sentence and "到 3月9日 23:59 为止" in stands.sentence


def stay(key: str, start: int, end: int, *holds: tuple[str | None, int, int]) -> Stay:
    at = lambda hour: MONDAY + hour * HOUR  # noqa: E731
    given = tuple(Hold(person, at(a), at(b)) for person, a, b in holds)
    return Stay(key, key, key, "village_cadre", at(start), at(end), "completed", None, given)


def test_two_branches_are_one_persons_time_each_and_the_cases_time_once():
    first, second = stay("a", 0, 4, ("甲", 0, 4)), stay("b", 1, 6, (None, 1, 3), ("乙", 3, 6))
    told = Told(MONDAY, MONDAY + 6 * HOUR, False, (first, second), (), (), {})

    time = divide(told, Law(), default_calendar())

    assert adds_up(time) and parts(time) == {"hands": 6}
    assert [(piece.person, piece.end - piece.start) for piece in time.pieces] == [("甲", 4 * HOUR), ("乙", 2 * HOUR)]
    assert account(time, "甲").mine.wall == 4 * HOUR and account(time, "乙").mine.wall == 3 * HOUR
    assert account(time, "乙").waits[Part.HANDS].wall == 3 * HOUR


def test_a_legal_suspension_of_one_step_is_not_its_holders_time():
    first, second = stay("a", 0, 10, ("甲", 0, 10)), stay("b", 0, 4, ("乙", 0, 4))
    told = Told(MONDAY, MONDAY + 10 * HOUR, False, (first, second), (), (), {})
    stands = {"a": [Span(MONDAY + 2 * HOUR, MONDAY + 8 * HOUR)]}

    time = divide(told, Law(stands=stands), default_calendar())

    assert adds_up(time) and parts(time) == {"hands": 6, "suspended": 4}
    assert account(time, "甲").mine.wall == 4 * HOUR and account(time, "甲").suspended.wall == 6 * HOUR
    assert account(time, "乙").mine.wall == 4 * HOUR and account(time, "乙").suspended.wall == 4 * HOUR


def test_working_time_is_divided_as_exactly_as_time_on_the_wall():
    told = Told(MONDAY, MONDAY + 1000 * HOUR, False, (stay("a", 0, 1000, ("甲", 0, 333), (None, 333, 1000)),), (), (), {})

    time = divide(told, Law(), default_calendar())

    assert adds_up(time)
    assert time.whole.work == default_calendar().business_time(told.start, told.end) < time.whole.wall


def test_a_persons_sheet_holds_their_own_cases_and_an_inspectors_those_below(town):
    town.draws(TWO_STEPS)
    town.report()
    town.claims(CADRE, "前端纠正")
    town.waits(hours=2)
    cadre, inspector, area = town.person(CADRE), town.person(INSPECTOR), town.person(AREA)

    with town.database.reading() as c:
        own = whose_time.of_person(c, CADRE, cadre)
        seen = whose_time.of_person(c, CADRE, inspector, period=Span(town.clock() - 3 * HOUR, town.clock()))
        before = whose_time.of_person(c, CADRE, inspector, period=Span(town.clock() - 9 * HOUR, town.clock() - 3 * HOUR))
        for stranger in (area, town.person(DISPATCHER), town.person(FAR_CADRE)):
            with pytest.raises(NotFound):
                whose_time.of_person(c, CADRE, stranger)
        with pytest.raises(NotFound):
            whose_time.of_person(c, "nobody", inspector)
        with pytest.raises(NotFound):
            whose_time.of_case(c, town.case, town.person(FAR_CADRE))

    assert own.total == seen.total == 1 and before.total == 0
    assert own.lines[0].account.mine.wall == seen.lines[0].account.mine.wall == 2 * HOUR
