"""The designer's corner: look at what runs, be told what is wrong with a drawing, publish the next version."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LOOP = Path(__file__).resolve().parents[2] / "bpmn/grid_loop/grid_loop.bpmn"


def drawing(change=lambda text: text):
    """The shipped diagram, changed, as a file to upload."""
    return {"name": "grid_loop.bpmn", "mimeType": "application/xml", "buffer": change(LOOP.read_text("utf-8")).encode()}


def upload(designer, file):
    """Choose a file and press the button that checks and publishes."""
    page = designer.goes("/studio")
    page.locator("#f-files").set_input_files([file])
    page.get_by_role("button", name="检查并发布").click()
    return page


def test_what_runs_is_listed_and_drawn(people):
    designer = people.enter("sheji")
    page = designer.goes("/studio")
    designer.snaps("studio")
    page.locator("main").get_by_role("link", name="网格闭环", exact=True).click()

    expect(page.locator(".diagram[data-ready]")).to_be_visible()
    assert page.locator(".djs-element.djs-shape").count() > 80
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    designer.snaps("studio-definition")
    page.locator("[data-zoom=fit]").click()


def test_a_bad_drawing_is_refused_with_the_place_and_the_reason(people):
    designer = people.enter("sheji")
    designer.forgives("422")
    page = upload(designer, drawing(lambda text: text.replace(' gl:role="area_head"', "").replace("area_outcome = ", "area_outcome == ")))

    expect(page.locator(".error-summary")).to_be_focused()
    findings = page.locator("section[aria-label='检查结果'] tr")
    expect(findings.filter(has_text="片区研判上报").filter(has_text="area_review").first).to_contain_text("岗位")
    designer.snaps("studio-findings")
    expect(designer.goes("/studio").locator("tr", has_text="网格闭环").locator("td[data-label='版本']")).to_have_text("第 1 版")


def test_a_good_drawing_becomes_the_next_version_and_new_cases_follow_it(people):
    designer = people.enter("sheji")
    before, new = 'id="village_correction" name="村社纠正"', 'id="village_correction" name="村社先行纠正"'
    page = upload(designer, drawing(lambda text: text.replace(before, new)))

    expect(page.locator("#notices")).to_contain_text("已发布第 2 版")
    expect(page.locator("h1")).to_contain_text("第 2 版")
    expect(designer.goes("/studio").locator("tr", has_text="网格闭环").locator("td[data-label='版本']")).to_have_text("第 2 版")
    people.enter("wg01", PHONE).reports()
    assert people.enter("cs01").rows() == ["村社先行纠正"]


def test_a_rule_has_a_page_that_explains_it(people):
    page = people.enter("sheji").goes("/studio/rules")
    page.locator("main tr", has_text="LA12").get_by_role("link").first.click()

    expect(page.locator("main")).to_contain_text("怎么改")
