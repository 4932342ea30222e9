"""The designer's corner: look at what runs, be told what is wrong, compare, ask, and let another person publish the next version."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LOOP = Path(__file__).resolve().parents[2] / "bpmn/grid_loop/grid_loop.bpmn"
EXAMPLES = LOOP.with_name("scenarios.yaml")


def drawing(change=lambda text: text):
    """The shipped diagram, changed, as a file to upload."""
    return {"name": "grid_loop.bpmn", "mimeType": "application/xml", "buffer": change(LOOP.read_text("utf-8")).encode()}


def examples(change):
    """The examples that stand beside it, changed alike."""
    return {"name": EXAMPLES.name, "mimeType": "text/yaml", "buffer": change(EXAMPLES.read_text("utf-8")).encode()}


def upload(designer, *files):
    """Choose files and store them as a draft on top of the newest version."""
    page = designer.goes("/studio")
    page.locator("#f-files").set_input_files(list(files))
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator("h1")).to_contain_text("草稿")
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


def test_a_bad_drawing_is_told_with_the_place_and_the_reason_and_cannot_be_asked_for(people):
    designer = people.enter("sheji")
    page = upload(designer, drawing(lambda text: text.replace(' gl:role="area_head"', "").replace("area_outcome = ", "area_outcome == ")))

    findings = page.locator("tr")
    expect(findings.filter(has_text="片区研判上报").filter(has_text="area_review").first).to_contain_text("岗位")
    expect(page.locator(".diagram[data-ready]")).to_be_visible()
    page.locator("[data-element=area_review]").click()
    expect(page.locator(".djs-element.st-here")).to_have_attribute("data-element-id", "area_review")
    designer.snaps("studio-findings")
    page.get_by_role("link", name="申请发布").click()
    expect(page.locator("h2", has_text="改好之前不能申请")).to_be_visible()
    expect(page.get_by_role("button", name="提交审批")).to_have_count(0)


def test_a_pattern_becomes_a_draft(people):
    designer = people.enter("sheji")
    page = designer.goes("/studio")
    page.fill("#f-name", "养犬登记")
    page.locator("form[action='/studio/models'] #f-key").fill("dog_keeping")
    page.locator("input[value=return_loop]").check()
    page.get_by_role("button", name="新建草稿").click()

    expect(page.locator("h1")).to_contain_text("养犬登记")
    expect(page.locator(".diagram[data-ready]")).to_be_visible()
    expect(page.locator("main")).to_contain_text("错误 0 条")
    designer.snaps("studio-draft")


def test_a_good_drawing_is_compared_asked_for_approved_and_followed_by_new_cases(people):
    designer = people.enter("sheji")
    before, new = 'id="village_correction" name="村社纠正"', 'id="village_correction" name="村社先行纠正"'
    renamed = examples(lambda text: text.replace("村社纠正", "村社先行纠正").replace("村社先行纠正即将到期", "村社纠正即将到期"))
    page = upload(designer, drawing(lambda text: text.replace(before, new)), renamed)
    page.get_by_role("link", name="比较", exact=True).click()
    expect(page.locator(".diagram[data-ready]")).to_have_count(2)
    page.locator("[data-element=village_correction]").click()
    expect(page.locator(".djs-element.st-changed.st-here")).to_have_count(2)
    designer.snaps("studio-compare")
    page.go_back()
    page.get_by_role("link", name="申请发布").click()
    page.fill("#f-reason", "先由村社自己纠正")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator("#notices")).to_contain_text("已提交审批", timeout=120_000)  # the examples are played first
    address = re.sub(r"^https?://[^/]+", "", page.url)

    judge = people.enter("fzy1")
    page = judge.goes(address)
    expect(page.locator(".diagram[data-ready]")).to_have_count(2)
    judge.snaps("studio-request")
    page.get_by_role("button", name="批准发布").click()

    expect(page.locator("#notices")).to_contain_text("新版本已发布", timeout=120_000)
    expect(designer.goes("/studio").locator("tr", has_text="网格闭环").locator("td[data-label='版本']")).to_have_text("第 2 版")
    people.enter("wg01", PHONE).reports()
    assert people.enter("cs01").rows() == ["村社先行纠正"]


def test_a_rule_has_a_page_that_explains_it(people):
    page = people.enter("sheji").goes("/studio/rules")
    page.locator("main tr", has_text="LA12").get_by_role("link").first.click()

    expect(page.locator("main")).to_contain_text("怎么改")
