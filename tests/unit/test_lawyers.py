"""Lawyers on site: the roster, and advice that is asked for, declared about, read masked, and answered in time."""

import datetime as dt

import pytest

from engine import clock
from engine.cases import lawyers
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.runtime import access
from engine.runtime import case as cases
from tests.money_town import COUNSEL, OTHER_COUNSEL, Till, refused
from tests.penalty_town import day, stall
from tests.town import DISPATCHER, LEADER, OFFICER, OTHER_OFFICER, Town


@pytest.fixture
def till(town: Town) -> Till:
    made = Till(town)
    made.begins(stall(facts="吴某甲在解放路摆摊，电话13800001234。"))
    made.file()
    return made


def does(till, work, *what, by):
    who = till.town.person(by)
    return till.town.run(lambda c: work(c, *what, who))


def asks(till, by=OFFICER, **values):
    said = {"lawyer_id": COUNSEL, "question": "责令改正后再次摆摊是否属于拒不改正？", "until": clock.now() + dt.timedelta(days=3), **values}
    return does(till, lawyers.ask, till.case, said, by=by)


def reads(till, number, by=COUNSEL):
    return till.town.run(lambda c: lawyers.brief(c, number, till.town.person(by)).__dict__ | {"advice": None, "act_day": None})


def test_advice_is_asked_declared_about_read_and_answered(till):
    number = asks(till)
    with pytest.raises(InvalidState, match="先作利益冲突声明"):
        reads(till, number)

    till.town.run(lambda c: lawyers.declare(c, number, "", till.town.person(COUNSEL)) and None)
    brief = reads(till, number)
    till.town.run(lambda c: lawyers.answer(c, number, "属于。", till.town.person(COUNSEL)) and None)

    assert (brief["party"], "吴某甲" in brief["facts"], "13800001234" in brief["facts"]) == ("吴**", False, False)
    assert brief["mark"].startswith("罗律 2026-03-02 09:00")
    one = till.reads(lawyers.get, number)
    assert (one.words, one.answer) == ("已答复", "属于。")
    assert any("答复法律咨询" in text for text in till.town.story())
    with pytest.raises(InvalidState, match="不能再改"):
        till.town.run(lambda c: lawyers.answer(c, number, "不属于。", till.town.person(COUNSEL)) and None)


def test_with_a_conflict_nothing_is_read(till):
    number = asks(till)

    till.town.run(lambda c: lawyers.declare(c, number, "曾代理当事人另案", till.town.person(COUNSEL)) and None)

    assert till.reads(lawyers.get, number).words == "因利益冲突退回"
    with pytest.raises(InvalidState, match="退回"):
        reads(till, number)


def test_another_lawyer_does_not_even_know_of_it(till):
    number = asks(till)

    for work in (lawyers.about, lawyers.brief):
        with pytest.raises(NotFound):
            till.town.run(lambda c, work=work: work(c, number, till.town.person(OTHER_COUNSEL)) and None)


def test_the_case_itself_stays_closed_to_the_lawyer(till):
    number = asks(till)
    till.town.run(lambda c: lawyers.declare(c, number, "", till.town.person(COUNSEL)) and None)

    assert not till.reads(lambda c: access.may_see(c, till.town.person(COUNSEL), cases.peeked(c, till.case).row))


def test_time_ends_reading_and_answering(till):
    number = asks(till)
    till.town.run(lambda c: lawyers.declare(c, number, "", till.town.person(COUNSEL)) and None)
    till.town.waits(days=3, minutes=1)

    for work, what in ((lawyers.brief, ()), (lawyers.answer, ("属于。",))):
        with pytest.raises(InvalidState, match="到期"):
            till.town.run(lambda c, work=work, what=what: work(c, number, *what, till.town.person(COUNSEL)) and None)
    assert till.reads(lawyers.get, number).words == "已到期"


def test_a_request_may_be_taken_back_by_who_asked(till):
    number = asks(till)

    with pytest.raises(NotFound):
        does(till, lawyers.withdraw, number, by=OTHER_OFFICER)
    does(till, lawyers.withdraw, number, by=OFFICER)
    with pytest.raises(InvalidState, match="撤回"):
        reads(till, number)


@pytest.mark.parametrize(("said", "words"), [
    ({"lawyer_id": OTHER_OFFICER}, "驻队律师"), ({"lawyer_id": "nobody"}, "请选择律师"), ({"question": " "}, "问题"),
    ({"until": None}, "截止时间"), ({"until": dt.datetime(2026, 3, 1, tzinfo=dt.UTC)}, "截止时间"),
    ({"until": dt.datetime(2026, 5, 1, tzinfo=dt.UTC)}, "三十天")])
def test_a_request_names_a_lawyer_a_question_and_a_time(till, said, words):
    with refused(words):
        asks(till, **said)
    assert till.reads(lawyers.of_case, till.case) == ()


def test_only_who_handles_or_answers_for_the_case_asks(till):
    with pytest.raises(NotAllowed, match="可以咨询律师"):
        asks(till, by=DISPATCHER)
    asks(till, by=LEADER)
    assert len(till.reads(lawyers.of_lawyer, COUNSEL)) == 1


def test_the_roster_says_who_is_here_on_which_half_day(till):
    turn = {"lawyer_id": COUNSEL, "day": day("2026-03-03"), "half": "morning", "place": "综合执法队调解室"}
    number = does(till, lawyers.put_on_duty, "qs", turn, by=LEADER)

    with pytest.raises(InvalidState, match="已经排班"):
        does(till, lawyers.put_on_duty, "qs", turn, by=LEADER)
    with pytest.raises(NotAllowed, match="值班表"):
        does(till, lawyers.put_on_duty, "qs", {**turn, "half": "afternoon"}, by=OFFICER)
    found = till.reads(lawyers.roster, "qs", day("2026-03-01"), day("2026-03-31"))
    assert [(one.lawyer_id, one.words, one.place) for one in found] == [(COUNSEL, "上午", "综合执法队调解室")]
    does(till, lawyers.take_off_duty, number, by=LEADER)
    assert till.reads(lawyers.roster, "qs", day("2026-03-01"), day("2026-03-31")) == ()


def test_a_turn_that_is_over_stays_in_the_roster(till):
    turn = {"lawyer_id": COUNSEL, "day": day("2026-03-03"), "half": "day"}
    number = does(till, lawyers.put_on_duty, "qs", turn, by=LEADER)
    till.passes_to("2026-03-04")

    with pytest.raises(InvalidState, match="已经过去"):
        does(till, lawyers.take_off_duty, number, by=LEADER)
