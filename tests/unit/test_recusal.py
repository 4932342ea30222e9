"""Recusal: who asks, who decides, and who may not handle a case; declared relations are compared with its parties."""

import pytest

from engine.cases import recusal, step_checks
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.people import authorisations
from tests.money_town import HEAD, Till, refused
from tests.penalty_town import citizen, day, stall
from tests.town import BOSS, LEADER, OFFICER, OTHER_OFFICER, Town

NUMBER = citizen(order=77)
ASKED = {"person_id": OFFICER, "asked_as": "party", "applicant": "吴某甲", "ground": "relative", "reasons": "承办人是我的表弟。"}


@pytest.fixture
def till(town: Town) -> Till:
    made = Till(town)
    made.begins(stall(party_id_number=NUMBER))
    made.file()
    return made


def asks(till, by=OTHER_OFFICER, **values):
    return till.town.run(lambda c: recusal.apply(c, till.case, {**ASKED, **values}, by))


def decides(till, number, granted, by=HEAD, why="经查属实"):
    return till.town.run(lambda c: recusal.decide(c, number, granted, why, by).words)


def declares(till, person=OFFICER, **values):
    who = till.town.person(person)
    return till.town.run(lambda c: recusal.declare(c, {"name": "吴某甲", "relation": "表兄", **values}, who))


def handles(till, person=OFFICER):
    till.reads(recusal.must_not_handle, till.case, person)


def test_nothing_stops_until_it_is_decided(till):
    number = asks(till)
    handles(till)

    assert decides(till, number, True) == "已决定回避"
    with pytest.raises(NotAllowed, match="第四十三条.*卫十已被决定回避"):
        handles(till)
    handles(till, OTHER_OFFICER)


def test_a_refusal_has_reasons_and_lets_the_person_go_on(till):
    number = asks(till)
    with refused("决定的理由"):
        decides(till, number, False, why=" ")

    decides(till, number, False, why="经查无亲属关系")
    handles(till)
    with pytest.raises(InvalidState, match="已经决定"):
        decides(till, number, True)
    again = asks(till, reasons="新的证据")
    decides(till, again, True)
    with pytest.raises(NotAllowed):
        handles(till)


def test_the_head_decides_or_who_has_a_letter_for_it_never_about_oneself(till):
    number = asks(till)
    for person in (BOSS, LEADER):
        with pytest.raises(NotAllowed, match="由行政机关负责人决定"):
            decides(till, number, True, by=person)
    head = till.town.person(HEAD)
    letter = {"unit_id": "qs", "person_id": BOSS, "acts": ["recusal"], "first_on": day("2026-03-01"), "last_on": day("2026-03-31"),
              "document": "授权书 1 号"}
    till.town.run(lambda c: authorisations.grant(c, letter, by=head))
    decides(till, number, True, by=BOSS)
    about_the_head = asks(till, person_id=HEAD)
    with pytest.raises(NotAllowed, match="不能决定自己的回避"):
        decides(till, about_the_head, False, by=HEAD)


@pytest.mark.parametrize(("said", "words"), [
    ({"person_id": "nobody"}, "被申请回避的人员"), ({"ground": "x"}, "回避的理由"), ({"reasons": ""}, "具体情况"),
    ({"applicant": ""}, "申请人"), ({"asked_as": "self"}, "只能为本人提出")])
def test_an_application_says_who_whom_and_why(till, said, words):
    with refused(words):
        asks(till, **said)
    assert till.reads(recusal.of, till.case) == ()


def test_one_application_about_a_person_at_a_time(till):
    asks(till)

    with pytest.raises(InvalidState, match="还没有决定"):
        asks(till)
    asks(till, person_id=OTHER_OFFICER, by=OTHER_OFFICER, asked_as="self", applicant="")
    assert [one.person_id for one in till.reads(recusal.of, till.case)] == [OFFICER, OTHER_OFFICER]


def test_a_declared_relation_to_the_party_bars_until_the_head_decides(till):
    handles(till)
    declares(till, id_number=NUMBER.lower())

    with pytest.raises(NotAllowed, match="表兄“吴某甲”是本案当事人"):
        handles(till)
    number = asks(till, by=OFFICER, asked_as="self", applicant="")
    with pytest.raises(NotAllowed):
        handles(till)
    decides(till, number, False, why="远亲，多年没有往来")
    handles(till)


def test_the_same_name_alone_only_hints(till):
    declares(till)

    handles(till)
    assert [one.relation for one in till.reads(recusal.hints, till.case, OFFICER)] == ["表兄"]
    assert till.reads(recusal.related, till.case, OFFICER) == ()


def test_a_relation_that_ended_no_longer_bars_and_is_ones_own_to_end(till):
    number = declares(till, id_number=NUMBER)

    with pytest.raises(NotFound):
        till.town.run(lambda c: recusal.withdraw_declaration(c, number, till.town.person(LEADER)))
    officer = till.town.person(OFFICER)
    till.town.run(lambda c: recusal.withdraw_declaration(c, number, officer))
    handles(till)
    with pytest.raises(NotFound):
        till.town.run(lambda c: recusal.withdraw_declaration(c, number, officer))


@pytest.mark.parametrize(("said", "words"), [({"name": ""}, "姓名"), ({"relation": ""}, "与本人的关系")])
def test_a_declaration_names_who_and_how(till, said, words):
    with refused(words):
        declares(till, **said)
    assert till.reads(recusal.relations, OFFICER) == ()


def test_the_checks_of_steps_ask_about_recusal(till):
    till.checks(step_checks.two_officers, OFFICER)
    till.checks(step_checks.not_investigator, LEADER)
    decides(till, asks(till), True)
    decides(till, asks(till, person_id=LEADER), True)

    with pytest.raises(NotAllowed, match="第四十三条"):
        till.checks(step_checks.two_officers, OTHER_OFFICER)
    with pytest.raises(NotAllowed, match="第四十三条"):
        till.checks(step_checks.not_investigator, LEADER)
