"""Approving with three buttons, stock phrases, and what stands beside a step."""

import pytest

from engine.people import directory
from engine.runtime import casebook, worklist
from tests.notation import extension
from tests.web import cases

FORM = {"schemaVersion": 19, "type": "default", "id": "F-agree", "name": "审批", "components": [
    {"type": "radio", "id": "f1", "key": "filing_outcome", "label": "审批意见", "validate": {"required": True}, "values": [
        {"label": "同意", "value": "agree"}, {"label": "退回补充", "value": "return"}, {"label": "不同意", "value": "refuse"}]},
    {"type": "textarea", "id": "f2", "key": "filing_opinion", "label": "意见", "validate": {"maxLength": 500}},
    {"type": "textfield", "id": "f3", "key": "filing_mend", "label": "要补充的材料",
     "conditional": {"hide": '=filing_outcome != "return"'}}]}
WANTED = extension('<gl:document template="DOC-03" name="立案审批表" required="true"/><gl:evidence name="现场照片" min="2"/>')
APPROVAL = f"""
    {cases.KNOWN}
    start s
    <userTask id="approve" name="立案审批" gl:role="leader" gl:scope="town" gl:formRef="F-agree">{WANTED}</userTask>
    user next name="调查取证" {cases.STEP} gl:assignee="officer"
    end e
    s -> approve -> next -> e
"""


@pytest.fixture
def case(database):
    cases.publish(database, APPROVAL, {"F-agree": FORM})
    return cases.opened(database)


@pytest.fixture
def item(database, case):
    with database.reading() as c:
        return worklist.of(c, directory.participant(c, cases.BOSS)).entries[0].id


def values_of(database, case):
    with database.reading() as c:
        return casebook.show(c, case, directory.participant(c, cases.BOSS)).values


def sent(item, **changes):
    return {"key": "k1", "revision": "1", **changes}


def test_the_page_shows_the_case_and_one_big_button_an_outcome(as_person, item):
    page = as_person(cases.BOSS).get(f"/penalty/approve/{item}").get_data(as_text=True)

    assert "王小明" in page and "占道摆放桌椅经营" in page
    for value, words in (("agree", "同意"), ("return", "退回补充"), ("refuse", "不同意")):
        assert f'name="filing_outcome" value="{value}">{words}</button>' in page
    assert "要补充的材料" in page, "what only one outcome asks for is there as well"


def test_agreeing_takes_one_press(as_person, database, case, item):
    answer = as_person(cases.BOSS).post(f"/penalty/approve/{item}", sent(item, filing_outcome="agree"))

    assert answer.status_code == 302
    assert values_of(database, case)["filing_outcome"] == "agree"


def test_a_phrase_stands_for_an_opinion_that_was_not_typed(as_person, database, case, item):
    as_person(cases.BOSS).post(f"/penalty/approve/{item}", sent(item, filing_outcome="return", phrase="请补充证据后再报。"))

    assert values_of(database, case)["filing_opinion"] == "请补充证据后再报。"


@pytest.mark.parametrize("outcome", ["return", "refuse"])
def test_whatever_is_not_agreed_to_needs_a_reason(as_person, database, case, item, outcome):
    answer = as_person(cases.BOSS).post(f"/penalty/approve/{item}", sent(item, filing_outcome=outcome))

    assert answer.status_code == 422 and "请写明理由" in answer.get_data(as_text=True)
    assert "filing_outcome" not in values_of(database, case)


def test_a_second_press_and_a_stale_page_are_told(as_person, item):
    browser = as_person(cases.BOSS)
    browser.post(f"/penalty/approve/{item}", sent(item, filing_outcome="agree"))

    again = browser.post(f"/penalty/approve/{item}", sent(item, key="k2", filing_outcome="refuse", filing_opinion="不行"))

    assert again.status_code == 409 and "已由" in again.get_data(as_text=True)


def test_phrases_are_kept_for_their_owner_and_dropped(as_person, item):
    browser = as_person(cases.BOSS)
    browser.post("/penalty/phrases", {"text": "同意，注意办案期限。", "item": item})

    assert "<option>同意，注意办案期限。</option>" in browser.get(f"/penalty/approve/{item}").get_data(as_text=True)
    foreign = as_person(cases.HEAD).post("/penalty/phrases/1/drop")
    browser.post("/penalty/phrases/1/drop", {"item": item})
    assert foreign.status_code == 404
    assert "同意，注意办案期限。" not in browser.get(f"/penalty/approve/{item}").get_data(as_text=True)


def test_an_empty_phrase_is_refused(as_person):
    assert as_person(cases.BOSS).post("/penalty/phrases", {"text": "  "}).status_code == 422


def test_the_page_of_the_step_shows_its_documents_its_evidence_and_the_way_to_the_buttons(as_person, item):
    page = as_person(cases.BOSS).get(f"/tasks/{item}").get_data(as_text=True)

    assert f"/penalty/approve/{item}" in page and "立案审批表" in page and "现场照片（至少 2 份）" in page


def test_a_step_that_asks_more_has_no_buttons(as_person, database, case, item):
    as_person(cases.BOSS).post(f"/penalty/approve/{item}", sent(item, filing_outcome="agree"))
    with database.reading() as c:
        following = worklist.of(c, directory.participant(c, cases.OFFICER)).entries[0].id

    officer = as_person(cases.OFFICER)
    assert officer.get(f"/penalty/approve/{following}").status_code == 404
    assert "三键审批" not in officer.get(f"/tasks/{following}").get_data(as_text=True)
