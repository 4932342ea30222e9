"""The inspector's day, at a desk: see everything of the own town, change nothing but remind, take a list away."""

import io
import re

import openpyxl
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BOARD = "/supervision"
FIGURES = "links => links.map(a => [a.getAttribute('href'), a.querySelector('strong').textContent])"


@pytest.fixture(scope="module", autouse=True)
def a_working_day_later(busy_town):
    """Nobody has done anything since the morning."""
    busy_town.waits(days=1, hours=1)


def posting_forms(page):
    """Where the forms of this page's main part write to."""
    found = page.locator("main form[method=post]").evaluate_all("forms => forms.map(f => new URL(f.action).pathname)")
    return {address.rpartition("/")[2] for address in found}


def test_every_figure_opens_the_list_behind_it(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes(BOARD)
    inspector.snaps("board")
    figures = page.locator("nav.figures a").evaluate_all(FIGURES)
    assert len(figures) >= 4 and sum(int(number) for _, number in figures) > 10

    for address, number in figures:
        inspector.goes(address)
        expect(page.locator("#list .badge-count")).to_have_text(number)

    for place in (".columns td.num a", "table.heat td a"):
        inspector.goes(BOARD)
        number = page.locator(place).first
        wanted = re.search(r"\d+", number.inner_text())[0]
        number.click()
        expect(page.locator("#list .badge-count")).to_have_text(wanted)


def test_a_filter_goes_on_to_a_case_and_back_again(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes(f"{BOARD}?level=late")
    first = page.locator("main table").last.locator("td.main-cell a").first
    title = first.inner_text()

    first.click()

    expect(page.locator("h1")).to_have_text(title)
    page.go_back()
    assert page.locator("#level").input_value() == "late"


def test_nothing_can_be_changed_but_by_reminding(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes(BOARD)
    assert posting_forms(page) == {"export", "urge", "refresh"}

    page.locator("main table").last.locator("td.main-cell a").first.click()

    expect(page.locator("#copies")).to_be_visible()
    assert posting_forms(page) <= {"comment", "urge"}
    expect(page.get_by_role("link", name="上报问题")).to_have_count(0)


def test_a_reminder_is_seen_by_whoever_holds_the_step(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes(f"{BOARD}?link=feedback")
    row = page.locator("main table").last.locator("tbody tr", has_text="调度员").first
    title = row.locator("td.main-cell a").inner_text()
    row.get_by_role("button", name="催办").click()

    expect(page.locator("#notices")).to_contain_text("已催办")
    centre = staff.enter("dd1")
    urged = centre.goes("/tasks").locator("#rows tr", has_text=title)
    expect(urged.first).to_contain_text("催办")


def test_the_list_can_be_taken_away_as_a_spreadsheet(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes(f"{BOARD}?level=late")
    number = int(page.locator("#list .badge-count").inner_text())

    with page.expect_download() as taken:
        page.get_by_role("button", name="导出表格").click()

    assert taken.value.suggested_filename.endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    text = [[str(cell) for cell in row if cell is not None] for row in book.active.iter_rows(values_only=True)]
    assert sum("SJ2026" in " ".join(row) for row in text) == number
    assert "汤月娥" in " ".join(" ".join(row) for row in text)


def test_a_case_of_the_other_town_is_not_there(staff):
    stranger = staff.enter("lx-jw1")
    stranger.forgives("404")
    case = staff.enter("jw1").goes("/cases").locator("td.main-cell a").first.get_attribute("href")

    page = stranger.goes(case)

    expect(page.locator("main")).to_contain_text("没有找到")
    stranger.snaps("not-found")


def test_a_monday_leads_from_the_board_down_to_a_case_and_to_the_printed_month(staff):
    """Board, a village, its most urgent list, a case; back; the trend's numbers; the report of the month, one number of it, on paper."""
    inspector = staff.enter("jw1")
    page = inspector.goes(BOARD)
    expect(page.locator("svg.chart")).to_be_visible()
    expect(page.locator(".as-of")).to_contain_text("截至")

    villages = page.locator(".columns table", has=page.locator("th", has_text="村社"))
    village = villages.locator("tbody tr", has=page.locator(".chip-late")).first
    name = village.locator("td a").first.inner_text()
    village.locator("td a").first.click()
    expect(page.locator("h1")).to_contain_text(name)
    late = page.locator("nav.figures a").first
    number = late.locator("strong").inner_text()
    late.click()
    expect(page.locator("#list .badge-count")).to_have_text(number)
    inspector.snaps("board-list")
    page.locator("main table td.main-cell a").first.click()
    expect(page.locator(".timeline")).to_be_visible()

    inspector.goes(BOARD).locator("summary", has_text="看每天的数字").click()
    point = page.locator("details[open] td.num a").first
    wanted = re.search(r"\d+", point.inner_text())[0]
    point.click()
    expect(page.locator("#count")).to_have_text(wanted)

    page = inspector.goes("/reports/monthly?month=2026-02")
    inspector.snaps("monthly")
    figure = page.locator("tr.indicator", has_text="按期处置率").locator("td.num a").last
    wanted = figure.inner_text()
    figure.click()
    expect(page.locator("#count")).to_have_text(wanted)

    page.go_back()
    page.emulate_media(media="print")
    expect(page.locator("p.taken")).to_be_visible()
    for hidden in (".topbar", "nav.side", "form.filters"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_month_can_be_taken_away_as_a_spreadsheet(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes("/reports/monthly?month=2026-02")

    with page.expect_download() as taken:
        page.get_by_role("button", name="导出表格").click()

    book = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    assert taken.value.suggested_filename == "监督月报-2026-02.xlsx" and "汤月娥" in book["指标"]["A1"].value
