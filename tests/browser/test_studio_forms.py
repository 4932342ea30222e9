"""The page on which one form is designed: at a desk and on a phone, without seeing it, with the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DESK, PHONE, Crowd, Person
from tests.browser.test_every_page import ASK, AXE, NARROW, READY, RULES, SPILL, ZOOMED

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def begin(designer: Person) -> Page:
    """A draft of the whole loop, its largest form open with a list of choices picked."""
    page = designer.goes("/studio")
    page.locator("main a[href^='/studio/definitions/']", has_text="网格闭环").first.click()
    page.get_by_role("button", name="在此版基础上修改").click()
    page.goto(f"{page.url}/forms/F-report")  # the one with most fields
    page.locator("#fields-title + ol a", has_text="问题类别").first.click()
    page.wait_for_function(READY)
    return page


@pytest.mark.parametrize(("size", "half"), [(DESK, ZOOMED), (PHONE, NARROW)], ids=["desk", "phone"])
def test_the_page_of_a_form_is_clean(people: Crowd, size: dict[str, int], half: dict[str, int]) -> None:
    designer = people.enter("sheji", size)
    page = begin(designer)
    designer.snaps("studio-form")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(ASK, RULES)
    spilled = [page.evaluate(SPILL)]
    page.set_viewport_size(half)
    spilled.append(page.evaluate(SPILL))

    assert (found, spilled) == ([], [[], []])


def test_the_keys_alone_are_enough_and_a_change_leaves_its_maker_where_it_was_made(people: Crowd) -> None:
    designer = people.enter("sheji")
    page = begin(designer)
    with page.expect_navigation(url="**#line"):
        page.get_by_role("button", name="“问题类别”下移").press("Enter")
    assert page.locator("#fields-title + ol li").nth(1).inner_text().startswith("问题类别")
    page.keyboard.press("Tab")
    expect(page.locator("#line :focus")).to_have_text("问题类别")
    page.keyboard.press("Tab")
    with page.expect_navigation(url="**#line"):
        page.keyboard.press("Enter")
    assert page.locator("#fields-title + ol li").nth(0).inner_text().startswith("问题类别")

    page.get_by_label("标题", exact=True).fill("哪一类问题")
    with page.expect_navigation(url="**#settings"):
        page.keyboard.press("Enter")
    expect(page.locator("#settings-title")).to_contain_text("哪一类问题")
    expect(page.locator("#preview")).to_contain_text("哪一类问题")


def test_the_preview_is_as_wide_as_a_phone_when_asked(people: Crowd) -> None:
    designer = people.enter("sheji")
    page = begin(designer)
    field = page.locator("#preview textarea").first
    wide = field.bounding_box()["width"]
    page.get_by_label("宽度").select_option("phone")
    page.get_by_role("button", name="按它预览").press("Enter")
    page.wait_for_url("**width=phone**")
    page.wait_for_function(READY)
    designer.snaps("studio-form-narrow")

    assert field.bounding_box()["width"] <= PHONE["width"] < wide
    assert page.evaluate(SPILL) == []
