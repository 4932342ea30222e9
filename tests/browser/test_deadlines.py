"""Legal staff check a date and read its reasons; an officer stops a clock with its document and sees the date move, and not without it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESK, PHONE
from tests.browser.test_every_page import ASK, AXE, NARROW, RULES, SPILL, ZOOMED
from tests.web import penalty
from tests.web.penalty import BOSS, OFFICER, REVIEWER

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WIDE = {"width": 1280, "height": 860}
QUESTION = ("/deadlines?rule=DL-C6&set=RS-SAMR&start=2026-02-10&kind=suspend&begins=2026-03-01&ends=2026-03-10&ground=testing"
            "&document=%E6%A3%80%E6%B5%8B%E5%A7%94%E6%89%98%E4%B9%A63%E5%8F%B7&length=&approver=")


@pytest.fixture(scope="module")
def case(town):
    """A penalty case whose inquiry is done: its clocks run."""
    opened = penalty.file_case(town.database)
    penalty.do(town.database, OFFICER, "调查取证")
    return opened


def clock_page(person, case):
    """From the case's page to the clock of the decision."""
    page = person.goes(f"/cases/{case}")
    page.locator("#clocks .clock", has_text="DL-C6").get_by_role("link", name=re.compile("为什么是这一天")).click()
    expect(page.locator("h1")).to_contain_text("DL-C6")
    return page


def test_legal_staff_check_a_date_and_read_its_reasons(people):
    reviewer = people.enter(REVIEWER, WIDE)
    page = reviewer.goes("/tasks")
    page.get_by_role("link", name="期限核算").first.click()
    page.get_by_label("期限规则").fill("DL-C3")
    page.get_by_label("起算日期").fill("2026-09-30")
    page.get_by_role("button", name="核算").click()

    expect(page.locator(".due-date")).to_have_text("2026年10月15日 周四")
    expect(page.locator(".due")).to_contain_text("2026年10月16日 周五 00:00")
    expect(page.locator(".reasons")).to_contain_text("国庆节")
    october = page.locator("table.month", has_text="2026年10月")
    expect(october.locator("td", has_text=re.compile("^10"))).to_contain_text("班")
    expect(october.locator("td.is-due")).to_contain_text("15")
    reviewer.snaps("deadline-check")


def test_a_suspension_is_added_to_the_question_and_the_address_can_be_sent_on(people):
    reviewer = people.enter(REVIEWER, WIDE)
    reviewer.forgives("422")
    page = reviewer.goes("/deadlines?rule=DL-C6&set=RS-SAMR&start=2026-02-10")
    expect(page.locator(".due-date")).to_have_text("2026年5月11日 周一")
    page.locator("summary", has_text="修改条件").click()
    page.locator("#f-events-0-kind").select_option("suspend")
    page.locator("#f-events-0-begins").fill("2026-03-01")
    page.locator("#f-events-0-ends").fill("2026-03-10")
    page.locator("#f-events-0-ground").select_option("testing")
    page.get_by_role("button", name="核算").click()
    expect(page.locator(".error-summary")).to_contain_text("须有")
    page.locator("#f-events-0-document").fill("检测委托书3号")
    page.get_by_role("button", name="核算").click()

    expect(page.locator(".due-date")).to_have_text("2026年5月20日 周三")
    other = people.enter(OFFICER, PHONE)
    expect(other.goes(page.url.removeprefix(other.address)).locator(".due-date")).to_have_text("2026年5月20日 周三")
    other.snaps("deadline-question")


def test_the_page_prints_the_answer_without_the_form(people):
    page = people.enter(REVIEWER, WIDE).goes(QUESTION)
    page.emulate_media(media="print")

    expect(page.locator(".due-date")).to_be_visible()
    expect(page.locator("table.month").first).to_be_visible()
    expect(page.locator("#f-rule")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_without_the_document_nothing_is_entered_and_with_it_the_date_moves(people, case):
    officer = people.enter(OFFICER, WIDE)
    officer.forgives("422")
    page = clock_page(officer, case)
    expect(page.locator(".due-date")).to_have_text("2026年5月31日 周日")
    page.locator("summary", has_text=re.compile("^中止$")).click()
    form = page.locator("form[action$='/suspend']")
    form.get_by_label("法定理由").select_option("testing")
    form.get_by_label("批准人").select_option(BOSS)
    form.get_by_label("说明").fill("样品已送检")
    form.get_by_role("button", name="确定中止").click()

    expect(page.locator(".error-summary")).to_contain_text("DL-C6")
    expect(page.locator(".error-summary")).to_contain_text("没有登记，期限没有变")
    expect(form.get_by_label("说明")).to_have_value("样品已送检")
    expect(page.locator(".due-date")).to_have_text("2026年5月31日 周日")
    officer.snaps("clock-refused")

    form.get_by_label("依据文书").fill("检测委托书〔2026〕3号")
    form.get_by_role("button", name="确定中止").click()
    expect(page.locator("#notices")).to_contain_text("已登记中止")
    expect(page.locator("h1 + p .chip").first).to_contain_text("已中止")
    officer.snaps("clock-suspended")


def test_the_date_has_moved_when_the_clock_goes_on(people, town, case):
    town.waits(days=10)
    officer = people.enter(OFFICER, WIDE)
    page = clock_page(officer, case)
    page.locator("summary", has_text=re.compile("^恢复$")).click()
    form = page.locator("form[action$='/resume']")
    form.get_by_label("依据文书").fill("检测报告〔2026〕9号")
    form.get_by_role("button", name="确定恢复").click()

    expect(page.locator(".due-date")).to_have_text("2026年6月10日 周三")
    expect(page.locator("td.is-excluded")).to_have_count(10)
    page.locator("a.crumb").click()
    expect(page.locator("#clocks")).to_contain_text("检测委托书〔2026〕3号")
    officer.snaps("case-clocks")


def test_a_step_says_what_the_law_still_waits_for_and_keeps_what_was_done(people, town):
    fresh = penalty.file_case(town.database)
    penalty.do(town.database, OFFICER, "调查取证")
    officer = people.enter(OFFICER, PHONE)
    officer.forgives("409")
    page = officer.goes(f"/cases/{fresh}")
    page.get_by_role("link", name="作出决定").first.click()
    expect(page.locator("#gates")).to_contain_text("DL-C1")
    expect(page.locator("#gates")).to_contain_text("最早可以进行的时间")
    officer.snaps("task-gate")
    officer.submits()

    expect(page.locator("#gates")).to_contain_text("没有提交")
    officer.snaps("task-too-early")


@pytest.mark.parametrize(("size", "half"), [(DESK, ZOOMED), (PHONE, NARROW)], ids=["desk", "phone"])
def test_the_pages_are_clean(people, case, size, half):
    officer = people.enter(OFFICER, size)
    link = officer.goes(f"/cases/{case}").locator("#clocks a", has_text="为什么是这一天").first.get_attribute("href")
    found = {}
    for path in ("/deadlines", QUESTION, "/deadlines/rules", link):
        page = officer.goes(path)
        page.evaluate(AXE.read_text("utf-8"))
        violations = page.evaluate(ASK, RULES)
        spilled = page.evaluate(SPILL)
        page.set_viewport_size(half)
        found[path] = violations + spilled + page.evaluate(SPILL)
        page.set_viewport_size(size)

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
