"""Who does what in a case: officers and their history, and what one person may not be at once."""

import datetime as dt

import pytest

from engine import clock
from engine.cases import duties, officers, step_checks
from engine.cases.duties import Change
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.people import directory
from engine.runtime import casebook, history
from tests.penalty_town import Docket, certify
from tests.town import BOSS, INSPECTOR, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town

THIRD = "tao"


@pytest.fixture
def docket(town: Town) -> Docket:
    docket = Docket(town)
    town.run(lambda c: directory.save_person(c, THIRD, {"name": "陶戊"}, None))
    town.run(lambda c: directory.set_posts(c, THIRD, [("case_officer", "qs")]))
    docket.begins()
    return docket


def _change(docket: Docket, what: Change, by: str = LEADER) -> None:
    docket.does(lambda c, who: officers.change(c, docket.case, what, who), by=by)


def test_an_officer_is_changed_with_approval_and_reason(docket: Docket) -> None:
    docket.town.does(LEADER, "立案")
    docket.town.claims(OFFICER, "办理")
    _change(docket, Change("officer", THIRD, "卫十外出培训"))

    assert docket.one.officers == (THIRD, OTHER_OFFICER)
    assert [(one.person_id, one.until is None) for one in docket.reads(duties.of, docket.case)] == [
        (OFFICER, False), (OTHER_OFFICER, True), (THIRD, True)]
    view = docket.reads(casebook.show, docket.case, docket.town.person(LEADER))
    assert view.values["officer"] == THIRD
    assert docket.town.todo(THIRD) == ["办理"] and docket.town.todo(OFFICER) == []
    assert "褚九批准将承办人由卫十更换为陶戊，理由：卫十外出培训。" in [event.text for event in docket.reads(history.of, docket.case)]
    assert docket.reads(history.verify) == []


def test_a_case_goes_on_with_the_new_officer(docket: Docket) -> None:
    docket.town.does(LEADER, "立案")
    docket.town.claims(OFFICER, "办理")
    _change(docket, Change("officer", THIRD, "卫十外出培训"))
    docket.town.does(THIRD, "办理")
    assert docket.reads(casebook.show, docket.case, docket.town.person(LEADER)).line.status == "completed"


@pytest.mark.parametrize(("who", "refusal"), [(OFFICER, NotAllowed), (INSPECTOR, NotAllowed), (LAWYER, NotAllowed)])
def test_nobody_else_changes_an_officer(docket: Docket, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        _change(docket, Change("assistant", THIRD, "理由"), by=who)
    assert docket.one.officers == (OFFICER, OTHER_OFFICER)


@pytest.mark.parametrize(("new", "words"), [
    (Change("officer", OTHER_OFFICER, "理由"), "不得少于两人"), (Change("officer", BOSS, "理由"), "不是本镇街的办案人员"),
    (Change("officer", LEADER, "理由"), "批准人不能")])
def test_not_everybody_can_come_in(docket: Docket, new: Change, words: str) -> None:
    with pytest.raises(InvalidState, match=words):
        _change(docket, new)


def test_a_change_needs_a_reason(docket: Docket) -> None:
    with pytest.raises(InvalidValues):
        _change(docket, Change("officer", THIRD, " "))


@pytest.mark.parametrize(("what", "article"), [
    (duties.REVIEWER, "第五十八条"), (duties.HOST, "第六十四条"), (duties.APPROVER, "第五十七条"), (duties.KEEPER, "应当分离")])
def test_an_officer_has_no_second_part(docket: Docket, what: str, article: str) -> None:
    for person in (OFFICER, OTHER_OFFICER):
        with pytest.raises(InvalidState, match=article):
            docket.town.run(lambda c, person=person: duties.take(c, docket.case, Change(what, person)))


def test_whoever_was_an_officer_stays_apart(docket: Docket) -> None:
    _change(docket, Change("assistant", THIRD, "蒋甲调离"))
    with pytest.raises(NotAllowed, match="第六十四条"):
        docket.checks(step_checks.not_investigator, by=OTHER_OFFICER)
    docket.town.run(lambda c: certify(c, OTHER_OFFICER, "A2019", kind="legal", valid_to=None))
    with pytest.raises(InvalidState, match="第五十八条.*蒋甲是本案协办人"):
        docket.checks(step_checks.qualified_reviewer, by=OTHER_OFFICER)
    docket.checks(step_checks.not_investigator, by=LAWYER)


def test_a_first_reviewer_holds_the_legal_qualification(docket: Docket) -> None:
    with pytest.raises(InvalidState, match="第五十八条第二款"):
        docket.checks(step_checks.qualified_reviewer, by=LAWYER)
    docket.town.run(lambda c: certify(c, LAWYER, "A2019", kind="legal", valid_to=None))
    docket.checks(step_checks.qualified_reviewer, by=LAWYER)


def test_reviewer_and_host_are_two(docket: Docket) -> None:
    docket.town.run(lambda c: duties.take(c, docket.case, Change(duties.REVIEWER, LAWYER)))
    with pytest.raises(InvalidState, match="第六十四条"):
        docket.town.run(lambda c: duties.take(c, docket.case, Change(duties.HOST, LAWYER)))


def test_whoever_collects_does_not_reconcile(docket: Docket) -> None:
    docket.town.run(lambda c: duties.take(c, docket.case, Change(duties.COLLECTOR, OFFICER)))
    with pytest.raises(InvalidState, match="核销"):
        docket.town.run(lambda c: duties.take(c, docket.case, Change(duties.RECONCILER, OFFICER)))


def test_only_the_head_hands_a_crime_over(docket: Docket) -> None:
    docket.town.run(lambda c: directory.save_person(c, "zhang", {"name": "吕壬"}, None))
    docket.town.run(lambda c: directory.set_posts(c, "zhang", [("head", "qs")]))
    with pytest.raises(NotAllowed, match="第五条"):
        docket.checks(step_checks.head_only, by=BOSS)
    docket.checks(step_checks.head_only, by="zhang")


def test_two_officers_with_valid_certificates_are_asked_for(docket: Docket) -> None:
    docket.checks(step_checks.two_officers)
    docket.town.clock.move_to(dt.datetime(2026, 12, 31, 15, 0, tzinfo=clock.UTC))
    docket.checks(step_checks.two_officers)
    docket.town.clock.move_to(dt.datetime(2026, 12, 31, 17, 0, tzinfo=clock.UTC))
    with pytest.raises(InvalidState, match="第四十二条.*卫十的执法证.*已于 2026-12-31 期满"):
        docket.checks(step_checks.two_officers)
    with pytest.raises(InvalidState, match="第四十二条"):
        docket.file()
    assert docket.one.number == ""


def test_a_case_without_evidence_is_told_so(docket: Docket) -> None:
    with pytest.raises(InvalidState, match="第四十六条"):
        docket.checks(step_checks.has_evidence)
