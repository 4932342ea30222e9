"""The list of what is to be done, and several rows at once."""

import re

import pytest

from tests.web.grid import CADRE, FINDER, OTHER_CADRE, correct, only_task, report, text


@pytest.fixture
def cadre(as_person):
    finder = as_person(FINDER)
    report(finder, "k1")
    report(finder, "k2", description="菜场门口占道摆摊", category="0501")
    return as_person(CADRE)


def ids(browser) -> list[str]:
    return re.findall(r'name="item" value="([0-9a-f]{32})"', text(browser.get("/tasks")))


def test_the_list_shows_what_is_offered_with_numbers_from_the_same_question(cadre):
    page = text(cadre.get("/tasks"))

    assert "东街口垃圾堆放" in page and "菜场门口占道摆摊" in page
    assert re.search(r"待领取<span class=\"badge-count\">2", page)


def test_others_see_nothing_of_it(cadre, as_person):
    page = text(as_person(OTHER_CADRE).get("/tasks"))

    assert "没有待办" in page and "东街口" not in page


def test_filters_stand_in_the_address(cadre):
    page = text(cadre.get("/tasks?q=占道&view=claimable"))

    assert "菜场门口占道摆摊" in page and "东街口" not in page


def test_htmx_gets_a_piece_and_the_back_button_the_whole_page(cadre):
    piece = text(cadre.get("/tasks", headers={"HX-Request": "true"}))
    whole = text(cadre.get("/tasks", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}))

    assert "<html" not in piece and "<html" in whole


def test_the_refresh_brings_rows_and_the_numbers_on_the_tabs(cadre):
    page = text(cadre.get("/tasks/rows?view=all", headers={"HX-Request": "true"}))

    assert 'hx-swap-oob="true"' in page and "东街口垃圾堆放" in page


def test_several_rows_are_claimed_at_once_and_each_says_how_it_went(cadre):
    taken = ids(cadre)

    page = text(cadre.post("/tasks/batch", {"act": "claim", "item": [*taken, "0" * 32]}))

    assert "2 件成功" in page and "1 件没有成功" in page
    assert "已领取" in page or "办理中" in page


def test_handing_over_to_somebody_without_the_post_is_refused_row_by_row(cadre):
    page = text(cadre.post("/tasks/batch", {"act": "transfer", "item": ids(cadre), "to": FINDER}))

    assert "0 件成功" in page and "不能办理" in page


def test_one_row_claimed_opens_at_once(cadre):
    item = ids(cadre)[0]

    answer = cadre.post("/tasks/batch", {"one": item})

    assert answer.headers["Location"] == f"/tasks/{item}"


def test_a_filter_is_kept_and_dropped_by_its_owner_alone(cadre, as_person):
    cadre.post("/tasks/filters", {"name": "占道的", "query": "view=claimable&q=占道"})
    page = text(cadre.get("/tasks"))
    number = re.search(r"/tasks/filters/(\d+)/drop", page).group(1)

    stranger = as_person(OTHER_CADRE).post(f"/tasks/filters/{number}/drop")
    own = cadre.post(f"/tasks/filters/{number}/drop")

    assert "占道的" in page
    assert stranger.status_code == 404 and own.status_code == 302


def test_a_finished_row_is_gone_at_once(as_person):
    report(as_person(FINDER))
    cadre = as_person(CADRE)

    correct(cadre, only_task(cadre))

    assert "东街口垃圾堆放" not in text(cadre.get("/tasks"))
    assert "东街口垃圾堆放" in text(cadre.get("/tasks?view=done"))
