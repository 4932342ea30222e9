"""Next year's holiday notice is loaded in front of legal staff: seen first, then made, and everybody sees what moved."""

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine import clock
from tests.browser.people import PHONE
from tests.browser.serving import START

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NOTICE = Path(__file__).parents[1] / "notices" / "2027.json"
PAGE = "/admin/calendar"
END_OF_YEAR = dt.datetime(2026, 12, 31, 9, 0, tzinfo=clock.SHANGHAI)
"""The last morning of the year: whoever reports now is answered next year."""


@pytest.fixture(scope="module", autouse=True)
def the_end_of_the_year(town):
    """Months go by before anything is reported, in steps that nobody takes for a clock gone wrong."""
    months, days = divmod((END_OF_YEAR - START).days, 30)
    for step in (*[30] * months, days):
        town.waits(days=step)


def test_a_notice_is_loaded_and_what_moved_is_seen(people):
    people.enter("wg01", PHONE).reports()
    admin = people.enter("xitong")
    page = admin.goes(f"{PAGE}?year=2027")
    expect(page.locator("#provisional")).to_contain_text("还没有导入")

    page.locator("#load > summary").click()
    page.locator("#f-file").set_input_files(NOTICE)
    with page.expect_navigation():
        page.get_by_role("button", name="检查并预览").click()
    expect(page.locator("h1")).to_have_text("确认：导入 2027 年放假通知")
    expect(page.locator("main")).to_contain_text("2027年2月20日 周六")
    admin.snaps("calendar-plan")
    moving = int(page.locator("#moving strong").inner_text())
    assert moving >= 1

    with page.expect_navigation():
        page.get_by_role("button", name="确认并重新计算期限").click()
    expect(page.locator("#provisional")).to_have_count(0)
    expect(page.locator("#redating")).to_contain_text("已全部算完", timeout=20_000)
    expect(page.locator("#redating")).to_contain_text(f"移动了 {moving} 个期限")
    admin.snaps("calendar")
    page.locator("#redating a").click()
    expect(page.locator("main tbody tr")).to_have_count(moving)
    expect(page.locator("main")).to_contain_text("推后")
    expect(page.locator("main tbody a")).to_have_count(0)
    admin.snaps("calendar-moves")


def test_legal_staff_open_the_cases_that_moved_and_read_why(people):
    lawyer = people.enter("fzy1")
    page = lawyer.goes(f"{PAGE}?year=2027")
    expect(page.locator("#load")).to_have_count(0)
    page.locator("#redating a").click()
    expect(page.locator("h1")).to_have_text("移动的期限")
    expect(page.locator("main tbody tr")).not_to_have_count(0)

    page.locator("main tbody a").first.click()

    page.wait_for_url("**/cases/*")
    expect(page.locator(".timeline").first).to_contain_text("2027")


def test_a_typhoon_day_is_marked_on_a_phone(people):
    admin = people.enter("xitong", PHONE)
    page = admin.goes(f"{PAGE}?year=2027")
    page.locator("#edit > summary").click()
    admin.fills(date="2027-08-16", off="off", name="台风停工")
    page.locator("#f-reason").fill("三防指挥部 12 号通知")
    with page.expect_navigation():
        page.locator("#edit button[type=submit]").click()
    with page.expect_navigation():
        page.get_by_role("button", name="确认并重新计算期限").click()

    day = page.locator("td[title='台风停工休息（单独修改）']")
    expect(day).to_contain_text("改休")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    admin.snaps("calendar")


def test_overlapping_hours_are_refused_beside_what_was_typed(people):
    admin = people.enter("xitong")
    admin.forgives("422")
    page = admin.goes(PAGE)
    page.locator("#hours > summary").click()
    page.locator("#opens-1").fill("11:00")
    page.locator("#f-why").fill("夏令作息")
    with page.expect_navigation():
        page.locator("#hours button[type=submit]").first.click()

    expect(page.locator(".error-summary")).to_contain_text("与上一段重叠")
    expect(page.locator("#opens-1")).to_have_value("11:00")
