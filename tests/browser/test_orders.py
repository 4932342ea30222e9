"""An inspector's order from beginning to end: late, ordered, answered on the phone, sent back, answered again, closed."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REGISTER = "/supervision/orders"


def first_red(inspector):
    """The page of the first matter with a red card."""
    page = inspector.goes(f"{REGISTER}?rung=2&state=open")
    page.locator("td.main-cell a").first.click()
    page.wait_for_url("**/supervision/orders/*")
    return page


def when_there(person, step):
    """The step is on the list as soon as the worker has been round."""
    for _ in range(200):
        if any(step in row for row in person.rows()):
            return
    raise AssertionError(f"{step} did not come")


def test_an_order_is_issued_answered_sent_back_and_closed(town, people):
    worker = people.enter("wg01", PHONE)
    worker.reports(category="0501")
    town.waits(hours=1, minutes=45)
    town.waits(minutes=30)
    inspector = people.enter("jw1")

    page = first_red(inspector)
    inspector.snaps("ladder")
    matter = page.url
    expect(page.locator("main")).to_contain_text("期限为什么是这一天")
    order = page.locator("details", has_text="拟发督办文书").first
    order.locator("summary").click()
    order.get_by_label("督办事由").fill("到期没有纠正")
    order.get_by_label("要求", exact=True).fill("今日办结并说明原因")
    order.get_by_role("button", name="拟发").click()
    expect(page.locator("#notices")).to_contain_text("已要求拟发")

    when_there(inspector, "签发督办文书")
    inspector.does("签发督办文书", issue_outcome="issue")
    cadre = people.enter("cs01", PHONE)
    when_there(cadre, "签收督办文书")
    cadre.does("签收督办文书", receive_confirmed=True)
    when_there(cadre, "书面说明")
    cadre.snaps("answer")
    cadre.does("书面说明", answer_text="人手不足")
    when_there(inspector, "审查书面说明")
    inspector.does("审查书面说明", review_outcome="send_back", review_note="没有写整改情况")
    when_there(cadre, "书面说明")
    cadre.does("书面说明", answer_text="摊位已劝离，安排专人值守")
    when_there(inspector, "审查书面说明")
    inspector.does("审查书面说明", review_outcome="accept", review_note="已现场核实")

    for _ in range(200):
        if "已销号" in inspector.goes(matter.replace(inspector.address, "")).locator("main").inner_text():
            break
    expect(inspector.page.locator("h1 + p")).to_contain_text("已销号")
    inspector.page.get_by_role("link", name="督办单").click()
    expect(inspector.page.locator("article h1")).to_have_text("督办单")
    inspector.snaps("paper")
