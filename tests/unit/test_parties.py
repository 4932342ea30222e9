"""Parties: identity, age and capacity, who may read what, what they did before."""

import pytest

from engine.cases import history_of_party, identity, masking, parties, step_acts
from engine.errors import InvalidState, InvalidValues
from tests.penalty_town import Docket, citizen, credit_code, day, sign, stall
from tests.town import COMMANDER, DISPATCHER, INSPECTOR, LAWYER, LEADER, OFFICER, Town


@pytest.fixture
def docket(town: Town) -> Docket:
    return Docket(town)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_numbers_with_a_right_check_digit_are_citizens(number: str) -> None:
    assert identity.is_id_card(number)


@pytest.mark.parametrize("number", ["110105194912310021", "11010519490231002X", "1101051949123100", "１１010519491231002X", "A" * 18, ""])
def test_other_numbers_are_not(number: str) -> None:
    assert not identity.is_id_card(number)


@pytest.mark.parametrize(("code", "right"), [("91350100M000100Y43", True), ("91350100M000100Y44", False), ("9135010OM000100Y43", False),
                                             ("91350100m000100y43", False), ("", False)])
def test_codes_of_organisations_are_checked(code: str, right: bool) -> None:
    assert identity.is_credit_code(code) is right


def test_each_single_wrong_digit_is_found() -> None:
    number, code = citizen(order=7), credit_code(7)
    for place in range(17):
        other = str((int(number[place]) + 1) % 10)
        assert not identity.is_id_card(number[:place] + other + number[place + 1:])
        sign_there = identity.CREDIT_SIGNS[(identity.CREDIT_SIGNS.index(code[place]) + 1) % 31]
        assert not identity.is_credit_code(code[:place] + sign_there + code[place + 1:])


@pytest.mark.parametrize(("on", "age"), [("2026-03-01", 13), ("2026-03-02", 13), ("2026-03-03", 14)])
def test_a_year_is_full_on_the_day_after_the_birthday(on: str, age: int) -> None:
    assert identity.age_on(day("2012-03-02"), day(on)) == age


@pytest.mark.parametrize(("birth", "act", "said"), [
    ("2012-03-02", "2026-03-02", "none"), ("2012-03-02", "2026-03-03", "mitigate"), ("2008-02-29", "2026-02-28", "mitigate"),
    ("2008-02-29", "2026-03-01", "full")])
def test_age_decides_on_the_day_of_the_act(docket: Docket, birth: str, act: str, said: str) -> None:
    docket.begins(stall(party_id_number=citizen(birth.replace("-", "")), party_guardian="吴父", act_day=act))
    assert parties.responsibility(docket.one.party, day(act)) == said


def test_a_wrong_number_is_refused_unless_the_identity_was_checked_otherwise(docket: Docket) -> None:
    with pytest.raises(InvalidValues) as refused:
        docket.begins(stall(party_id_number="110105194912310021"))
    assert "校验码" in refused.value.errors["party_id_number"]

    docket.begins(stall(party_id_number="110105194912310021", party_identity_reason="外籍，护照原件核对"))
    assert docket.one.party.identity_reason == "外籍，护照原件核对"


def test_a_birthday_that_contradicts_the_number_is_refused(docket: Docket) -> None:
    with pytest.raises(InvalidValues) as refused:
        docket.begins(stall(party_id_number=citizen("19900307"), party_birth="1991-03-07"))
    assert "1990-03-07" in refused.value.errors["party_birth"]


@pytest.mark.parametrize("reader", [DISPATCHER, COMMANDER, INSPECTOR])
def test_whoever_has_no_part_reads_no_numbers(docket: Docket, reader: str) -> None:
    values = stall()
    docket.begins(values)
    seen = masking.masked(docket.one.party, docket.town.person(reader), docket.one)

    assert values["party_id_number"] not in str(seen) and values["party_phone"] not in str(seen) and seen.address == ""
    assert seen.birth is None
    assert seen.name == ("吴**" if reader == DISPATCHER else "吴某甲")


@pytest.mark.parametrize("reader", [OFFICER, LEADER, LAWYER])
def test_whoever_handles_or_answers_for_it_reads_all(docket: Docket, reader: str) -> None:
    docket.begins()
    assert masking.masked(docket.one.party, docket.town.person(reader), docket.one) == docket.one.party


def test_a_minor_is_named_to_nobody_without_a_part(docket: Docket) -> None:
    docket.begins(stall(party_id_number=citizen("20111001"), party_guardian="吴父"))
    seen = masking.masked(docket.one.party, docket.town.person(INSPECTOR), docket.one)
    assert (seen.name, seen.guardian) == ("吴**", "吴*")


def test_an_organisation_keeps_its_name_and_code(docket: Docket) -> None:
    values = sign()
    docket.begins(values)
    seen = masking.masked(docket.one.party, docket.town.person(DISPATCHER), docket.one)
    assert (seen.name, seen.id_number) == ("青石甲公司", values["party_id_number"])


def test_the_same_act_must_be_answered_before_a_second_filing(docket: Docket) -> None:
    number = citizen()
    first = docket.begins_filed(stall(party_id_number=number))
    docket.begins(stall(party_id_number=number, party_name="吴某甲 "))
    with pytest.raises(InvalidValues, match="第二十九条"):
        docket.file()
    docket.file(duplicate_reason="当日先后两处摆摊，两个行为")

    assert docket.one.answers == {"duplicate_reason": "当日先后两处摆摊，两个行为"}
    assert [case.instance_id for case in docket.reads(history_of_party.of, docket.one)] == [first]


def test_another_act_of_the_same_party_needs_no_answer(docket: Docket) -> None:
    number = citizen()
    docket.begins_filed(stall(party_id_number=number))
    docket.begins(stall(party_id_number=number, act_day="2026-02-20"))
    assert docket.file()["number"].endswith("〕2号")


def test_another_person_of_the_same_name_is_another_person(docket: Docket) -> None:
    docket.begins_filed(stall())
    docket.begins(stall())
    assert docket.file()["number"].endswith("〕2号")


def test_a_first_offence_is_one_without_a_decision_in_the_window(docket: Docket) -> None:
    number = citizen()
    docket.begins_filed(stall(party_id_number=number, act_day="2026-01-05"))
    docket.acts(step_acts.no_penalty, reasons="轻微并及时改正，没有造成危害后果", decision_kind="no_penalty")
    docket.begins(stall(party_id_number=number))

    assert not docket.reads(history_of_party.is_first_offence, docket.one, 730, day("2026-03-02"))
    assert docket.reads(history_of_party.is_first_offence, docket.one, 30, day("2026-03-02"))


def test_a_second_offence_is_not_let_off_as_a_first(docket: Docket) -> None:
    number, reasons = citizen(), "初次违法，轻微并及时改正"
    for act, first in (("2026-01-05", True), ("2026-02-27", False)):
        docket.begins_filed(stall(party_id_number=number, act_day=act))
        if first:
            docket.acts(step_acts.no_penalty, reasons=reasons, first_offence=True)
        else:
            with pytest.raises(InvalidState, match="第三十三条.*不是初次违法"):
                docket.acts(step_acts.no_penalty, reasons=reasons, first_offence=True)


def test_an_old_act_needs_a_reason(docket: Docket) -> None:
    docket.begins(stall(act_day="2024-03-01"))
    with pytest.raises(InvalidValues, match="第三十六条.*2年"):
        docket.file()
    docket.begins(stall(act_day="2024-03-02"))
    assert docket.file()["number"].endswith("〕1号")
    docket.begins(stall(act_day="2024-03-01"))
    assert docket.file(late_reason="行为处于继续状态")["late_reason"] == "行为处于继续状态"
    docket.begins(stall(act_day="2021-03-02"))
    assert docket.file(limit_is_five_years=True)["number"]


def test_a_childs_guardian_is_known_before_filing(docket: Docket) -> None:
    values = stall(party_id_number=citizen("20140101"))
    docket.begins(values)
    with pytest.raises(InvalidValues, match="登记监护人"):
        docket.file()
    docket.begins(values | {"party_guardian": "吴父", "act_day": "2026-02-26"})
    assert docket.file()["responsibility"] == "none"
