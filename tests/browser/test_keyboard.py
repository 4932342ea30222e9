"""Without a mouse: keys in the list, focus that can be seen and is where one expects it, and the way back."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.people import AT_REST, DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RING = """() => { const s = getComputedStyle(document.activeElement), inside = 'input[type=date]:not(:focus-visible)';
  return document.activeElement.matches(inside) || s.boxShadow !== 'none'
    || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2); }"""
"""True when one sees where one is. The parts inside a date field are the browser's own, and so is their ring."""

COVERED = """() => { const at = document.activeElement, bar = document.querySelector('.topbar');
  const sticks = getComputedStyle(bar).position === 'sticky' && !at.closest('.topbar, .skip'), box = at.getBoundingClientRect();
  return sticks && box.height > 0 && box.bottom <= bar.getBoundingClientRect().bottom; }"""
"""True when what has the focus lies under the bar."""


def test_the_list_is_walked_ticked_and_opened_by_keys(staff):
    page = staff.enter("dd1").goes("/tasks")
    rows = page.locator("#rows tr[data-row]")
    assert rows.count() >= 2

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")

    expect(rows.nth(1)).to_have_class("at")
    assert page.evaluate(RING)
    page.keyboard.press("x")
    expect(page.locator("[data-selection]")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text("1")
    title = rows.nth(1).locator(".main-cell a").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")
    expect(page.locator(".task-line")).to_contain_text(title)


def test_a_key_claims_and_opens(staff):
    page = staff.enter("dd1").goes("/tasks?view=claimable")
    page.keyboard.press("j")
    page.keyboard.press("c")

    page.wait_for_url("**/tasks/*")
    expect(page.locator(".submit-bar button")).to_be_visible()


def test_keys_explain_themselves_and_can_be_switched_off(staff):
    clerk = staff.enter("dd2")
    page = clerk.goes("/tasks")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    clerk.snaps("keys")
    page.get_by_role("button", name="关闭快捷键").click()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()

    page.keyboard.press("j")

    assert page.locator("tr.at").count() == 0


def test_keys_stay_out_of_what_is_being_typed(staff):
    page = staff.enter("dd2").goes("/tasks")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()

    page.keyboard.type("xjc?")

    assert page.input_value("#q") == "xjc?"
    expect(page.locator("#keys-help")).to_be_hidden()


def test_back_after_a_filter_shows_the_whole_page(staff):
    page = staff.enter("dd1").goes("/tasks")
    before = page.locator("#rows tr[data-row]").count()
    page.select_option("[name=link]", "handling")
    page.wait_for_url("**link=handling**")
    page.wait_for_function(AT_REST)
    page.fill("#q", "没有这样的事")
    page.wait_for_url("**/tasks?*q=%E6%B2%A1**")
    expect(page.locator("#rows")).to_contain_text("没有符合条件")

    page.go_back()
    page.go_back()

    expect(page.locator("#rows tr[data-row]")).to_have_count(before)
    expect(page.locator(".topbar")).to_be_visible()
    expect(page.locator("nav.side")).to_be_visible()
    assert page.locator("#list #list, main main").count() == 0
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator("tr.at")).to_have_count(1)


def test_what_is_typed_into_the_search_while_it_answers_is_searched_for_too(staff):
    page, held = staff.enter("dd1").goes("/tasks"), []
    page.route("**/tasks?*", lambda route: held.append(route), times=1)
    page.locator("#q").press_sequentially("没有")
    page.wait_for_function("() => document.querySelector('.htmx-request')")
    page.locator("#q").press_sequentially("这样的事")

    held[0].continue_()

    expect(page.locator("#rows")).to_contain_text("没有符合条件")
    expect(page).to_have_url(re.compile(quote("没有这样的事")))
    expect(page.locator("#q")).to_have_value("没有这样的事")
    expect(page.locator("#q")).to_be_focused()


def test_mistakes_take_the_focus_and_lead_to_the_fields(people):
    people.enter("wg01", PHONE).reports()
    clerk = people.enter("cs01")
    clerk.forgives("422")
    page = clerk.opens("村社纠正")
    clerk.submits()

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    clerk.snaps("task-wrong")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.field') !== null")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_focus_can_be_seen_wherever_it_goes(staff, size):
    clerk = staff.enter("dd1", size)
    for path in ("/tasks", "/report", "/cases"):
        page = clerk.goes(path)
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            where = page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
            assert page.evaluate(RING), where
            assert not page.evaluate(COVERED), where


def test_tabs_are_walked_with_arrows(staff):
    page = staff.enter("dd1").opens("回访")
    page.get_by_role("tab", name="表单").focus()
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("tab", name="流程图")).to_be_focused()
    expect(page.locator("#diagram .diagram[data-ready]")).to_be_visible()
    expect(page.locator("#form")).to_be_hidden()
