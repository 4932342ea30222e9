"""One finding from the street to the last look back, through the hands of six people; and what must not get lost on the way."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, PHOTOS, photo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REFUSED = {"correction_outcome": "refused", "correction_measures": ["persuade", "slip"], "correction_words": "三次上门劝导，均不收摊",
           "correction_reason": "当事人不听劝阻"}
CORRECTED = {"correction_outcome": "corrected", "correction_measures": ["persuade"], "correction_words": "劝导后当场收摊",
             "photos_after": [photo("收摊后", "#9fc5e8")]}
STEPS = ("村社纠正", "片区研判上报", "协调中心受理", "执法队签收", "现场核查", "责令改正", "复查", "办结审核", "反馈网格员", "回访")
WAY = ("finding_reported", "triage", "village_correction", "area_review", "accept", "sign", "onsite", "rectify_order", "recheck", "close")


def hands_over(giver, step, taker, next_step, **values):
    """The step leaves the giver's list the moment it is done, and the next one stands on the taker's."""
    giver.does(step, **values)
    assert step not in giver.rows()
    assert next_step in taker.rows()


def from_the_village_to_the_team(cadre, area, centre, leader, officer):
    """Refused in the village, passed on, accepted, signed for."""
    cadre.opens("村社纠正")
    cadre.fills(**REFUSED)
    cadre.snaps("task-village")
    cadre.submits()
    expect(cadre.page.locator("#notices")).to_contain_text("片区研判上报")
    assert cadre.rows() == []
    hands_over(area, "片区研判上报", centre, "协调中心受理", area_outcome="report", area_note="情况属实，建议执法队处置")
    hands_over(centre, "协调中心受理", leader, "执法队签收", accept_outcome="accepted", accept_note="请当天到场")
    hands_over(leader, "执法队签收", officer, "现场核查", officer="ba1", assistant="ba2", sign_note="注意取证")


def on_site(officer, leader, worker):
    """Looked at, ordered, rechecked, closed."""
    facts = {"onsite_outcome": "order", "onsite_facts": "摊位占用盲道约十平方米", "photos_onsite": PHOTOS}
    hands_over(officer, "现场核查", officer, "责令改正", **facts)
    hands_over(officer, "责令改正", officer, "复查", rectify_kind="at_once", rectify_demand="立即撤除摊位，恢复盲道")
    hands_over(officer, "复查", leader, "办结审核", recheck_outcome="corrected", recheck_note="摊位已撤", photos_recheck=PHOTOS)
    hands_over(leader, "办结审核", worker, "反馈网格员", close_outcome="corrected", close_note="同意办结")


def feedback(worker, cadre, centre):
    """Everybody who began it hears the end of it."""
    worker.does("反馈网格员", finder_acknowledged=True)
    assert "反馈村社" in cadre.rows()
    hands_over(cadre, "反馈村社", centre, "回访", village_acknowledged=True)
    centre.does("回访", visit_outcome="satisfied", visit_words="周边居民满意")
    assert centre.rows() == []


def check_the_story(reader, number):
    """The case's page tells it in plain words and shows the way taken."""
    case = reader.goes(f"/cases?words={number}")
    case.locator("td.main-cell a").first.click()
    told = case.locator(".timeline").inner_text()
    assert [step for step in STEPS if step not in told] == []
    assert "village_correction" not in told and "None" not in told
    expect(case.locator("main")).to_contain_text("三次上门劝导，均不收摊")
    expect(case.locator(".diagram[data-ready]")).to_be_visible()
    for element in WAY:
        expect(case.locator(f".djs-element[data-element-id={element}]")).to_have_class("djs-element djs-shape st-done")
    assert case.locator(".djs-connection.st-taken").count() >= len(WAY) - 1
    assert case.locator("[data-element-id=grid_check].st-done").count() == 0
    reader.snaps("case-done")


def test_from_the_street_to_the_last_look_back(people, town):
    worker, cadre = people.enter("wg01", PHONE), people.enter("cs01", PHONE)
    area, centre = people.enter("pq1"), people.enter("dd1")
    leader, officer = people.enter("dz1"), people.enter("ba1")
    number = worker.reports(description="烧烤摊每天晚上占用盲道")
    assert "村社纠正" in cadre.rows()

    from_the_village_to_the_team(cadre, area, centre, leader, officer)
    on_site(officer, leader, worker)
    feedback(worker, cadre, centre)
    check_the_story(centre, number)

    town.waits(days=7)
    for person in (worker, cadre, area, centre, leader, officer):
        person.forgives("401")
    worker.signs_in("wg01")
    worker.does("网格员回头看", look_back_outcome="clear", photos_look_back=PHOTOS)
    assert worker.rows() == []
    expect(worker.goes(f"/cases?words={number}").locator(".status")).to_have_text("已办结")


def test_corrected_in_the_village_it_never_leaves_the_village(people):
    worker, cadre, area = people.enter("wg02", PHONE), people.enter("cs01", PHONE), people.enter("pq1")
    worker.reports(description="菜场门口乱停的三轮车")

    hands_over(cadre, "村社纠正", worker, "网格员复核", **CORRECTED)
    hands_over(worker, "网格员复核", cadre, "反馈村社", grid_check_outcome="passed")

    assert area.rows() == []


def test_the_second_of_two_tabs_sees_both_versions_and_loses_nothing(people):
    worker, cadre = people.enter("wg03", PHONE), people.enter("cs01")
    cadre.forgives("409")
    worker.reports(description="校门口的流动摊贩")
    first = cadre.opens("村社纠正")
    second = cadre.context.new_page()
    second.goto(first.url)
    cadre.fills(**REFUSED)
    cadre.page = second
    cadre.fills(**{**REFUSED, "correction_measures": ["mediate"], "correction_words": "第二个标签页里写的经过"})
    cadre.page = first
    cadre.submits()

    cadre.page = second
    cadre.submits()

    notice = second.locator(".notice-warning")
    expect(notice).to_contain_text("没有提交")
    expect(notice).to_be_focused()
    both = second.locator(".compare")
    expect(both).to_contain_text("第二个标签页里写的经过")
    expect(both).to_contain_text("葛文博")
    cadre.snaps("task-conflict")


def test_a_double_click_submits_once(people):
    worker, cadre = people.enter("wg02", PHONE), people.enter("cs01")
    worker.reports(description="占道的广告牌", category="0202")
    cadre.opens("村社纠正")
    cadre.fills(**CORRECTED)
    before = len(cadre.posts)

    with cadre.page.expect_navigation(url="**/tasks"):
        cadre.page.locator(".submit-bar button[type=submit]").dblclick()

    assert [path for path in cadre.posts[before:] if "/preview" not in path and "/draft" not in path] == [cadre.posts[-1]]
    expect(cadre.page.locator("#notices")).to_contain_text("“村社纠正”已提交")


def test_a_double_click_without_scripts_submits_once(people):
    worker, cadre = people.enter("wg03", PHONE), people.enter("cs01", java_script_enabled=False)
    cadre.forgives("422")
    worker.reports(description="窨井边的垃圾", category="0102")
    page = cadre.opens("村社纠正")
    page.check("[name=correction_outcome][value=cannot]")
    page.check("[name=correction_measures][value=persuade]")
    page.fill("[name=correction_words]", "村里没有清运车")
    page.locator(".submit-bar button").click()
    page.fill("[name=correction_reason]", "没有清运能力")
    waiting = people.enter("pq1").rows().count("片区研判上报")

    page.locator(".submit-bar button").dblclick()

    page.wait_for_url("**/tasks")
    assert "村社纠正" not in cadre.rows()
    assert people.enter("pq1").rows().count("片区研判上报") == waiting + 1


def test_what_is_typed_while_the_fields_change_is_not_lost(people):
    worker, cadre = people.enter("wg01", PHONE), people.enter("cs01")
    worker.reports(description="网速很慢的地方", category="0105")
    page = cadre.opens("村社纠正")
    held = []
    page.route("**/preview", lambda route: held.append(route), times=1)
    page.check("[name=correction_outcome][value=refused]")
    page.wait_for_function("() => document.querySelector('.htmx-request')")
    page.locator("[name=correction_words]").press_sequentially("等待的时候继续写")
    for _ in range(500):  # the browser has asked; its request is on the way to this test
        if not held:
            page.wait_for_timeout(20)

    held[0].continue_()

    expect(page.locator("[name=correction_reason]")).to_be_visible()
    assert page.input_value("[name=correction_words]") == "等待的时候继续写"
    expect(page.locator("[name=correction_words]")).to_be_focused()
