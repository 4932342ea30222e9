"""Beginning a penalty case: which procedure, what the town may punish, from a finding, what is refused and kept."""

import pytest

from engine.law import powers, sample
from engine.people import directory, qualifications
from engine.runtime import casebook
from tests.web import cases, loop

FORM = {"process": "penalty", "key": "k1", "item": "SR-stall", "party_kind": "natural", "party_name": "王小明", "act_day": "2026-03-02",
        "party_identity_reason": "当场核对", "act_place": "东街 12 号", "facts": "占道经营。", "officer": cases.OFFICER,
        "assistant": cases.ASSISTANT}


@pytest.fixture
def town(database):
    database.run(lambda c: sample.load(c, cases.TOWN))
    database.run(lambda c: qualifications.sample(c, [cases.OFFICER, cases.ASSISTANT]))


def test_an_officer_chooses_a_procedure_and_the_item_among_those_held(as_person, database, town):
    browser = as_person(cases.OFFICER)
    with database.reading() as c:
        held = powers.items(c, cases.TOWN)

    choosing = browser.get("/penalty/new").get_data(as_text=True)
    page = browser.get("/penalty/new?process=penalty").get_data(as_text=True)

    assert "按普通程序登记" in choosing and "按简易程序登记" in choosing
    assert held and all(f'value="{one.code}"' in page for one in held)
    assert "在原事项里选择移送" in page


def test_a_power_taken_back_is_offered_no_more(as_person, database, town):
    with database.reading() as c:
        gone = powers.items(c, cases.TOWN)[0]
    database.run(lambda c: c.execute(powers.table.update().where(powers.table.c.id == gone.id).values(valid_to="2025-12-31")))

    assert f'value="{gone.code}"' not in as_person(cases.OFFICER).get("/penalty/new?process=penalty").get_data(as_text=True)


def test_the_case_is_opened_once_however_often_it_is_sent(as_person, town):
    browser = as_person(cases.OFFICER)

    first, again = browser.post("/penalty/new", FORM), browser.post("/penalty/new", FORM)

    assert first.status_code == 302 and again.location == first.location
    assert "王小明" in browser.get(first.location).get_data(as_text=True)


@pytest.mark.parametrize(("changes", "said"), [
    ({"item": ""}, "f-item"), ({"facts": ""}, "f-facts"), ({"assistant": cases.OFFICER}, "行政处罚法第四十二条"),
    ({"party_id_number": "123", "party_identity_reason": ""}, "身份证号码不对")])
def test_what_is_wrong_is_said_and_what_was_typed_stays(as_person, town, changes, said):
    answer = as_person(cases.OFFICER).post("/penalty/new", {**FORM, "act_place": "留着的地点", **changes})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page and "留着的地点" in page


def test_from_a_finding_its_facts_are_filled_in_and_both_lead_to_each_other(as_person, database, town):
    found, captain = loop.report(database), as_person(cases.CAPTAIN)
    with database.reading() as c:
        number = casebook.show(c, found, directory.participant(c, cases.CAPTAIN)).line.number

    page = captain.get(f"/penalty/new?process=penalty&finding={number}").get_data(as_text=True)
    made = captain.post("/penalty/new", {**FORM, "finding": number})

    assert "沿街店铺占道经营" in page and made.status_code == 302
    assert f"/cases/{found}" in captain.get(made.location).get_data(as_text=True)
    assert made.location in captain.get(f"/cases/{found}").get_data(as_text=True)


def test_whoever_may_not_begin_a_case_is_offered_none(as_person, town):
    inspector = as_person("jw1")

    assert "立案办案" not in inspector.get("/penalty").get_data(as_text=True)
    assert "没有可以由您发起" in inspector.get("/penalty/new").get_data(as_text=True)
    assert inspector.post("/penalty/new", FORM).status_code == 404
