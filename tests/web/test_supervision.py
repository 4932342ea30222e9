"""The supervisor's pages."""

import datetime as dt
import html
import io
import re

import pytest
from openpyxl import load_workbook

from engine.database import Database
from engine.supervision import audit
from tests.steps import a_case
from tests.web import loop

HOUR = dt.timedelta(hours=1)
TOWN, OTHER_TOWN = "/990100/990100101/", "/990100/990100102/"
INSPECTOR, FOREIGN_INSPECTOR, GRID_WORKER = "jw1", "lx-jw1", "wg01"


@pytest.fixture
def steps(database: Database) -> None:
    database.run(lambda c: a_case(c, 1, TOWN, [("late", "handling", -30 * HOUR, None), ("fine", "handling", 72 * HOUR, None)]))
    database.run(lambda c: a_case(c, 2, OTHER_TOWN, [("foreign", "handling", -30 * HOUR, None)]))


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def test_the_board_shows_the_own_town_with_links_to_the_lists(as_person, steps) -> None:
    page = text(as_person(INSPECTOR).get("/supervision"))

    assert "SJ-1" in page and "SJ-2" not in page
    assert 'href="/supervision?link=handling&amp;level=late#list"' in page
    assert "超期1天" in page or "超期30小时" in page


def test_a_number_opens_the_list_behind_it(as_person, steps) -> None:
    page = text(as_person(INSPECTOR).get("/supervision?level=fine"))

    assert "步骤fine" in page and "步骤late" not in page


def test_another_town_is_not_shown_whatever_is_asked_for(as_person, steps) -> None:
    page = text(as_person(INSPECTOR).get("/supervision?unit=990100102&q=SJ-2"))

    assert "事项2" not in page


@pytest.mark.parametrize("person, status", [(GRID_WORKER, 403), ("xitong", 403), ("sfj", 200), (FOREIGN_INSPECTOR, 200)])
def test_only_supervising_posts_may_look(as_person, person: str, status: int) -> None:
    assert as_person(person).get("/supervision").status_code == status


def test_nobody_signed_in_is_sent_to_the_sign_in_page(visitor) -> None:
    assert visitor.get("/supervision").status_code in (302, 401)


def test_an_unknown_filter_is_refused_in_words(as_person) -> None:
    answer = as_person(INSPECTOR).get("/supervision?level=purple")

    assert answer.status_code == 422 and "时限状态" in text(answer)


def test_the_export_names_who_took_it_and_holds_no_formulas(as_person, database: Database) -> None:
    database.run(lambda c: a_case(c, 7, TOWN, [("=1+1", "handling", -HOUR, None)]))

    answer = as_person(INSPECTOR).post("/supervision/export", {"level": "late"})

    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert "jw1" in sheet["A1"].value and "导出" in sheet["A1"].value and "已超期" in sheet["A1"].value
    cells = [cell for row in sheet.iter_rows(min_row=3) for cell in row if isinstance(cell.value, str)]
    assert cells and all(cell.data_type != "f" and cell.quotePrefix for cell in cells)
    with database.reading() as c:
        from_record = c.exec_driver_sql("SELECT kind, actor FROM record WHERE stream = ?", (audit.STREAM,)).all()
    assert [tuple(row) for row in from_record] == [("exported", "jw1")]


def test_an_export_needs_the_word_of_our_own_page(as_person) -> None:
    assert as_person(INSPECTOR).client.post("/supervision/export").status_code == 400


def test_a_reminder_reaches_the_holder_and_the_record(as_person, database: Database) -> None:
    case = loop.report(database)
    item = loop.first_task(database, "cs01")

    answer = as_person(INSPECTOR).post(f"/supervision/steps/{item.id}/urge", {"next": "/supervision?level=fine"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/supervision?level=fine")
    assert loop.first_task(database, "cs01").urged == 1
    assert "催办" in text(as_person(INSPECTOR).get(f"/cases/{case}"))


def test_a_reminder_beyond_the_own_town_is_refused(as_person, database: Database) -> None:
    loop.report(database)
    item = loop.first_task(database, "cs01")

    assert as_person(FOREIGN_INSPECTOR).post(f"/supervision/steps/{item.id}/urge").status_code == 404
    assert "催办" not in text(as_person("sfj").get("/supervision"))


def test_a_board_leads_to_the_case(as_person, database: Database) -> None:
    case = loop.report(database)

    assert f'href="/cases/{case}"' in text(as_person(INSPECTOR).get("/supervision"))


def figures(page: str) -> list[tuple[int, str]]:
    """Every number on a page that leads to a list of the board, with its address."""
    links = re.findall(r'<a[^>]*href="(/supervision\?[^"]*#list)"[^>]*>(.*?)</a>', page, re.DOTALL)
    hidden = re.compile(r'<span class="visually-hidden">.*?</span>|<[^>]+>')
    shown = [(hidden.sub(" ", inner), html.unescape(address)) for address, inner in links]
    return [(int(number[1]), address) for words, address in shown if (number := re.search(r"(\d+)", words))]


def test_every_figure_on_the_page_opens_a_list_of_that_length(as_person, steps) -> None:
    inspector = as_person("sfj")
    found = figures(text(inspector.get("/supervision")))

    assert len(found) > 15
    for number, address in found:
        listed = text(inspector.get(address.partition("#")[0]))
        assert re.search(r'id="list">.*?badge-count">(\d+)', listed)[1] == str(number), address


def test_figures_can_be_brought_up_to_date_at_once(as_person, steps, database: Database) -> None:
    inspector = as_person(INSPECTOR)
    assert "SJ-9" not in text(inspector.get("/supervision"))
    database.run(lambda c: a_case(c, 9, TOWN, [("more", "handling", -HOUR, None)]))
    loop.report(database)

    answer = inspector.post("/supervision/refresh", {"next": "/supervision?level=late"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/supervision?level=late")
    assert "村社纠正" in text(inspector.get("/supervision?link=correction"))


@pytest.mark.parametrize("facet", ["town", "village", "grid", "holder", "matter", "office", "nothing"])
def test_every_group_has_a_page_of_all(as_person, steps, facet: str) -> None:
    page = text(as_person("sfj").get(f"/supervision/by/{facet}"))

    assert "截至" in page and "未办结环节按" in page


@pytest.mark.parametrize("query, status", [
    ("measure=opened&day=2026-03-02", 200), ("measure=opened&day=2026-13-40", 422), ("measure=money&day=2026-03-02", 422),
    ("measure=late&day=2026-03-02&until=2029-01-01", 422), ("measure=late&day=2026-03-02&unit=nowhere", 404)])
def test_a_day_opens_its_list_and_a_wrong_one_is_refused(as_person, steps, query: str, status: int) -> None:
    assert as_person(INSPECTOR).get(f"/supervision/days?{query}").status_code == status


@pytest.mark.parametrize("address", ["/supervision", "/supervision/by/village", "/supervision/days?measure=opened&day=2026-03-02"])
def test_no_page_of_the_board_is_for_others(as_person, steps, address: str) -> None:
    assert as_person(GRID_WORKER).get(address).status_code == 403


def test_a_list_cannot_be_paged_beyond_its_end(as_person, steps) -> None:
    page = text(as_person(INSPECTOR).get("/supervision?kind=step&page=999999999"))

    assert "步骤late" in page
