"""On the page of a penalty case: changing an officer, and what the party did before."""

import pytest

from engine.people import directory
from tests.web import cases

THIRD = "ba3"
CHANGE = {"duty": "officer", "person": THIRD, "officer_reason": "外出培训"}


@pytest.fixture
def case(database):
    cases.publish(database)
    database.run(lambda c: directory.save_person(c, THIRD, {"name": "陶新"}, None))
    database.run(lambda c: directory.set_posts(c, THIRD, [("case_officer", cases.TOWN)]))
    return cases.opened(database)


def test_a_leader_changes_an_officer_with_a_reason(as_person, case):
    browser = as_person(cases.CAPTAIN)
    assert "更换办案人" in browser.get(f"/penalty/{case}").get_data(as_text=True)

    without = browser.post(f"/penalty/{case}/officers", {**CHANGE, "officer_reason": ""})
    done = browser.post(f"/penalty/{case}/officers", CHANGE)

    assert without.status_code == 422 and "写明理由" in without.get_data(as_text=True)
    assert done.status_code == 302
    page = browser.get(f"/penalty/{case}").get_data(as_text=True)
    assert "更换为陶新，理由：外出培训" in page


@pytest.mark.parametrize(("who", "status"), [(cases.OFFICER, 403), (cases.REVIEWER, 403), (cases.STRANGER, 403)])
def test_nobody_else_does(as_person, case, who, status):
    browser = as_person(who)
    assert browser.post(f"/penalty/{case}/officers", CHANGE).status_code == status
    if who != cases.STRANGER:
        assert "更换办案人" not in browser.get(f"/penalty/{case}").get_data(as_text=True)


def test_earlier_cases_of_the_party_are_shown_to_whoever_may_know_it(as_person, database, case):
    cases.opened(database, act_day="2026-02-20")

    assert "当事人的其他案件" in as_person(cases.OFFICER).get(f"/penalty/{case}").get_data(as_text=True)
    assert "当事人的其他案件" not in as_person(cases.DISPATCHER).get(f"/penalty/{case}").get_data(as_text=True)
