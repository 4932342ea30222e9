"""The list of penalty cases: search, filters, kept filters, sorting, pages, export; everybody sees what they may."""

import csv
import io

import pytest
from openpyxl import load_workbook

from engine.people import directory
from engine.supervision import audit
from tests.web import cases


@pytest.fixture
def town(database):
    cases.publish(database)
    return [cases.opened(database), cases.opened(database, party_name="李四", party_id_number="", item="STD-fumes", item_name="油烟扰民")]


def listed(browser, query=""):
    answer = browser.get(f"/penalty?{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(("query", "first", "second"), [
    ("", True, True), ("words=王小明", True, False), ("words=油烟", False, True), ("words=东街 李四", False, True),
    ("words=没有", False, False), ("item=STD-fumes", False, True), ("status=closed", False, False), ("status=preparing", True, True),
    ("officer=ba1", True, True), ("officer=dz1", False, False), ("step=调查取证", True, True), ("step=法制审核", False, False),
    ("due=week", True, True),
    ("due=late", False, False), ("process=summary_penalty", False, False), ("filed_from=2026-01-01", False, False)])
def test_the_list_is_narrowed(as_person, town, query, first, second):
    page = listed(as_person(cases.CAPTAIN), query)

    assert (f"/penalty/{town[0]}\"" in page, f"/penalty/{town[1]}\"" in page) == (first, second)


@pytest.mark.parametrize("sort", ["due", "new", "old", "number", "nonsense"])
def test_every_order_shows_every_case(as_person, town, sort):
    page = listed(as_person(cases.CAPTAIN), f"sort={sort}")

    assert all(f"/penalty/{case}\"" in page for case in town)
    if sort == "old":
        assert page.index(f"/penalty/{town[0]}\"") < page.index(f"/penalty/{town[1]}\"")


def test_a_day_that_is_none_is_said_and_the_rest_still_shown(as_person, town):
    page = listed(as_person(cases.CAPTAIN), "filed_from=x&words=油烟")

    assert "日期应写成" in page and f"/penalty/{town[1]}\"" in page


def test_an_officer_sees_their_own_cases_only(as_person, town):
    assert f"/penalty/{town[0]}\"" in listed(as_person(cases.ASSISTANT))
    assert "没有符合条件的处罚案件" in listed(as_person("lx-ba1"))


def test_whoever_has_no_part_reads_masked_names(as_person, town):
    page = listed(as_person(cases.DISPATCHER))

    assert "王小明" not in page and "王**" in page


def test_filters_are_kept_for_this_list_alone(as_person, town):
    browser = as_person(cases.CAPTAIN)
    browser.post("/penalty/filters", {"name": "油烟案", "query": "item=STD-fumes"})

    assert "油烟案" in listed(browser) and "油烟案" not in browser.get("/tasks").get_data(as_text=True)
    browser.post("/penalty/filters/1/drop")
    assert "油烟案" not in listed(browser)


def test_the_list_leaves_as_a_sheet_and_as_text_and_the_record_says_so(as_person, database, town):
    browser = as_person(cases.CAPTAIN)

    book = load_workbook(io.BytesIO(browser.post("/penalty/export", {"words": "油烟"}).data))
    text = browser.post("/penalty/export", {"format": "csv"}).data.decode("utf-8-sig")

    rows = list(book.active.iter_rows(values_only=True))
    assert "导出" in rows[0][0] and len(rows) == 3 and rows[2][3] == "李四"
    lines = list(csv.reader(io.StringIO(text)))
    assert "不得外传" in lines[0][0] and {line[3] for line in lines[2:]} == {"王小明", "李四"}
    with database.reading() as c:
        noted = audit.entries(c, directory.participant(c, "shenji"))
    assert sum("导出处罚案件" in entry.text for entry in noted) == 2


def test_nobody_can_smuggle_a_formula_into_the_text(as_person, database, town):
    cases.opened(database, party_name="=HYPERLINK(1)", party_id_number="")

    text = as_person(cases.CAPTAIN).post("/penalty/export", {"format": "csv"}).data.decode("utf-8-sig")

    assert "'=HYPERLINK(1)" in [line[3] for line in csv.reader(io.StringIO(text)) if len(line) > 3]


def test_grid_workers_have_no_list_of_penalty_cases(as_person, town):
    assert as_person(cases.STRANGER).get("/penalty").status_code == 403
