"""Whose time it was, why cases stand, and the diagram with its figures, as an inspector and a village cadre see them."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CHIPS = "chips => chips.map(chip => chip.textContent)"


@pytest.fixture(scope="module", autouse=True)
def a_working_day_later(busy_town):
    """What has ended is counted."""
    busy_town.waits(days=1, hours=1)


def test_every_open_case_says_why_it_stands(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes("/time/standing")
    inspector.snaps("standing")

    first = page.locator("tbody tr").first
    expect(first.locator("[data-label='为什么停在这里']")).to_contain_text("；")
    first.locator("td.main-cell a").click()

    expect(page.locator("h2", has_text="为什么停在这里")).to_be_visible()
    expect(page.locator("svg.timebar rect").first).to_be_visible()
    inspector.snaps("case-time")


def test_the_diagram_carries_a_number_and_a_word_on_each_step(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes("/time/diagrams/grid_loop")
    place = page.locator(".diagram")
    place.scroll_into_view_if_needed()
    expect(page.locator(".diagram[data-ready='1']")).to_be_visible()
    chips = page.locator(".diagram-chip").evaluate_all(CHIPS)
    inspector.snaps("diagram-times")

    rows = page.locator("table").first.locator("tbody tr")
    assert len(chips) == rows.count() > 10
    assert any("中位" in chip for chip in chips) and all(chip.strip() for chip in chips)


def test_months_of_a_unit_lead_to_a_person(staff):
    inspector = staff.enter("jw1")
    page = inspector.goes("/time/units")
    inspector.snaps("times-unit")
    link = page.locator("table").last.locator("td.main-cell a").first
    name = link.inner_text()

    link.click()

    expect(page.locator("h1")).to_have_text(f"{name}的用时")
    inspector.snaps("times-person")


def test_on_a_phone_the_own_time_and_the_diagram_fit(staff):
    cadre, inspector = staff.enter("cs01", PHONE), staff.enter("jw1", PHONE)
    cadre.goes("/time/mine")
    cadre.snaps("times-mine")
    assert _fits(cadre.page)
    for path, name in (("/time/standing", "standing"), ("/time/diagrams/grid_loop", "diagram-times"), ("/time/units", "times-unit")):
        inspector.goes(path)
        inspector.snaps(name)
        assert _fits(inspector.page), path
    case = cadre.goes("/cases").locator("td.main-cell a").first.get_attribute("href")
    cadre.goes(case)
    cadre.snaps("case-time")
    assert _fits(cadre.page)


def _fits(page) -> bool:
    return page.evaluate("() => document.documentElement.scrollWidth <= innerWidth + 1")
