"""Forty running cases go over to a new version: counted, mapped on the picture, tried out, asked for, approved by another, taken back."""

import pytest
from playwright.sync_api import expect

from engine import definitions
from engine.definitions import Package
from engine.people import directory
from engine.runtime import commands, worklist
from tests.browser.test_studio_trying import SLOW, looked_at
from tests.town import drawing

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STEPS = """
start s
user look name="核查" gl:role="case_officer" gl:limit="5" gl:limitUnit="days"
user sign name="签发" gl:role="case_officer"
end e
s -> look -> sign -> e
"""
OTHERWISE = STEPS.replace("user look", "user check").replace("s -> look", "s -> check").replace('limit="5"', 'limit="9"')


def forty(database):
    """Forty cases of the first version, thirty at the first step and ten at the second; then a version with another first step."""
    database.run(lambda c: definitions.deploy(c, Package("p", "露天焚烧秸秆", drawing(STEPS)), by=None))
    with database.reading() as c:
        finder, officer = directory.participant(c, "wg01"), directory.participant(c, "ba1")
    for _ in range(40):
        database.run(lambda c: commands.start(c, "p", {}, by=finder, unit=finder.posts[0].unit_id))
    with database.reading() as c:
        waiting = [one for one in worklist.of(c, officer, "all", {}).entries if one.name == "核查"][:10]
    for one in waiting:
        database.run(lambda c, one=one: commands.complete(c, one.id, {}, by=officer))
    return database.run(lambda c: definitions.deploy(c, Package("p", "露天焚烧秸秆", drawing(OTHERWISE)), by=None)).id


def test_forty_cases_go_over_and_come_back(people, town):
    version = forty(town.database)
    designer, lawyer = people.enter("sheji"), people.enter("fzy1")
    page = looked_at(designer, f"/studio/definitions/{version}/impact", "studio-impact")
    expect(page.locator("main")).to_contain_text("10 件：所在步骤没有变化")
    expect(page.locator("main")).to_contain_text("30 件：原因见下表")

    page.wait_for_function("() => [...document.querySelectorAll('[data-moves] .diagram')].every(one => one.dataset.ready)")
    page.locator("[data-old] .diagram-chip[data-step=look]").drag_to(page.locator("[data-new] [data-element-id=check].djs-shape"))
    expect(page.locator("#map-look")).to_have_value("check")
    expect(page.locator("[data-new] .diagram-chip", has_text="← “核查”")).to_be_visible()
    page.get_by_role("button", name="重新核算").click()
    expect(page.locator("main")).to_contain_text("30 件：所在步骤有变化")
    designer.snaps("studio-impact-mapped")

    page.get_by_role("button", name="试移").click()
    expect(page.locator("h2", has_text="申请移动这 40 件")).to_be_visible(timeout=SLOW)
    page.fill("#f-reason", "核查改由初审办理")
    page.get_by_role("button", name="申请移动").click()
    expect(page.locator("h1")).to_contain_text("移到第 2 版")
    batch = page.url.removeprefix(designer.address)

    judged = looked_at(lawyer, batch, "studio-move-asked")
    judged.get_by_role("button", name="批准移动").click()
    expect(judged.locator("#moving")).to_contain_text("已移动 40 件", timeout=SLOW)
    looked_at(lawyer, batch, "studio-move-done")
    expect(designer.goes(f"/studio/definitions/{version}/impact").locator("main")).to_contain_text("没有需要移动的在办事项")

    judged.fill("#f-undo", "再商量")
    judged.get_by_role("button", name="撤销移动").click()
    expect(judged.locator("#moving")).to_contain_text("已撤销移动 40 件", timeout=SLOW)
    looked_at(designer, "/studio/moves/of/p", "studio-moves")
