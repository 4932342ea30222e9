"""Taking a report back, and adding to a case that is open already."""

import re

import pytest

from tests.web import grid
from tests.web.grid import CADRE, DISPATCHER, FINDER, STRANGER, report, text

NEIGHBOUR = "wg02"


@pytest.fixture
def number(as_person) -> str:
    return grid.number_of(report(as_person(FINDER)))


def case_of(browser, number: str) -> str:
    """The address of the case page, from the page that confirms a report."""
    return re.search(r'href="(/cases/\d+)"', text(browser.get(f"/report/done/{number}"))).group(1)


def adds(browser, number: str, **changes):
    values = {"key": "e1", "same_as": number, "category": "0102", "description": "垃圾又多了一堆", "photos:files": [grid.photo("blue")]}
    return browser.post("/report/extra", {**values, **changes}, content_type="multipart/form-data")


def test_the_finder_is_offered_to_take_the_report_back_where_it_is_shown(as_person, number):
    finder = as_person(FINDER)
    case = case_of(finder, number)

    assert f'action="{case}/withdraw"' in text(finder.get(f"/report/done/{number}"))
    assert f'action="{case}/withdraw"' in text(finder.get(case))
    assert "/withdraw" not in text(as_person(DISPATCHER).get(case))


def test_a_report_taken_back_ends_the_case_and_says_why(as_person, number):
    finder = as_person(FINDER)
    case = case_of(finder, number)

    assert finder.post(f"{case}/withdraw", {"reason": " "}).status_code == 422
    page = text(finder.post(f"{case}/withdraw", {"reason": "看错了地方"}, follow_redirects=True))

    assert "已撤回上报" in page and "看错了地方" in page
    assert finder.post(f"{case}/withdraw", {"reason": "再来一次"}).status_code == 409


def test_nobody_else_takes_it_back(as_person, number):
    case = case_of(as_person(FINDER), number)

    assert as_person(CADRE).post(f"{case}/withdraw", {"reason": "不归我管"}).status_code == 409
    assert as_person(STRANGER).post(f"{case}/withdraw", {"reason": "x"}).status_code == 404
    assert as_person("jw1").post(f"{case}/withdraw", {"reason": "x"}).status_code == 403


def test_the_suggestion_offers_to_join_and_links_only_what_may_be_opened(as_person, number):
    place = {"category": "0102", "location.lon": "118.908", "location.lat": "29.177"}

    foreign = text(as_person(NEIGHBOUR).post("/report/similar", place))
    own = text(as_person(FINDER).post("/report/similar", place))

    assert f'value="{number}"' in foreign and "/cases/" not in foreign
    assert f'value="{number}"' in own and "/cases/" in own


def test_what_is_added_stands_on_the_case_page_and_its_writer_may_follow(as_person, number):
    neighbour = as_person(NEIGHBOUR)

    answer = adds(neighbour, number)
    again = adds(neighbour, number)

    assert answer.status_code == 302 and again.headers["Location"] == answer.headers["Location"]
    page = text(neighbour.get(answer.headers["Location"]))
    assert page.count("垃圾又多了一堆</p>") == 1 and "新增线索" in page
    photo = re.search(r'新增线索.*?src="(/files/[0-9a-f]{32}/thumb)"', page, re.DOTALL).group(1)
    assert as_person(CADRE).get(photo).status_code == 200


def test_without_words_nothing_is_added_and_what_was_chosen_stays(as_person, number):
    answer = adds(as_person(NEIGHBOUR), number, description="")

    assert answer.status_code == 422 and "情况描述" in text(answer)
    assert '<option value="0102" selected>' in text(answer)


def test_a_program_gets_the_address_or_the_errors(as_person, number):
    neighbour = as_person(NEIGHBOUR)
    json = {"headers": {"Accept": "application/json"}}
    token = neighbour.token()

    wrong = neighbour.client.post("/report/extra", data={"csrf": token, "key": "w1", "same_as": number, "description": ""}, **json)
    right = neighbour.client.post("/report/extra", data={"csrf": token, "key": "w2", "same_as": number, "description": "还在"}, **json)

    assert wrong.status_code == 422 and "description" in wrong.get_json()["error"]["errors"]
    assert right.get_json()["number"] == number
    assert adds(as_person(STRANGER), number).status_code == 404
