"""The grid worker's day, on a phone: report in a minute, with or without scripts, with or without a network; lose nothing."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import HERE, PHONE, PHOTOS, photo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def waiting(worker):
    """The lines of the queue on the phone."""
    return worker.page.locator("#queue li")


def cases_named(worker, words):
    """How many cases the server knows by these words."""
    return worker.goes(f"/cases?words={words}").locator("td.main-cell").count()


def test_a_finding_is_reported_in_few_steps_and_found_again(people):
    worker = people.enter("wg01", PHONE, geolocation=HERE, permissions=["geolocation"])
    page = worker.goes("/report")
    worker.snaps("report-empty")
    worker.fills(photos=PHOTOS, category="0501", description="店铺把货架摆到人行道上，行人只能走机动车道")
    page.get_by_role("button", name="定位到当前位置").click()
    expect(page.locator("[data-location] [data-progress]")).to_contain_text("已定位，误差约 12 米")
    page.locator("[name='location.address']").fill("东街 12 号门前")
    worker.snaps("report-filled")

    page.get_by_role("button", name="上报", exact=True).click()

    page.wait_for_url("**/report/done/*")
    number = page.url.rpartition("/")[2]
    expect(page.locator("h1")).to_have_text("上报成功")
    expect(page.locator("main")).to_contain_text(number)
    expect(page.locator("main")).to_contain_text("村社纠正")
    worker.snaps("report-done")
    page.get_by_role("link", name="案件查询").click()
    page.locator("td.main-cell a").first.click()
    expect(page.locator("main")).to_contain_text(number)
    expect(page.locator("main")).to_contain_text("货架摆到人行道上")
    worker.snaps("case-own")
    expect(page.locator(".photo-groups img")).to_have_count(2)


def test_without_scripts_the_form_is_an_ordinary_form(people):
    worker = people.enter("wg01", PHONE, java_script_enabled=False)
    page = worker.goes("/report")
    page.select_option("[name=category]", "0102")
    page.fill("[name='location.address']", "东街 20 号")
    page.fill("[name=description]", "不用脚本也能上报")
    page.locator("#f-photos").set_input_files(list(PHOTOS))
    page.get_by_role("button", name="上报", exact=True).click()

    expect(page.locator("h1")).to_have_text("上报成功")
    assert cases_named(worker, "不用脚本也能上报") == 1


def test_without_scripts_mistakes_are_named_and_what_was_typed_stays(people):
    worker = people.enter("wg01", PHONE, java_script_enabled=False)
    worker.forgives("422")
    page = worker.goes("/report")
    page.fill("[name=description]", "只写了这一句")
    page.get_by_role("button", name="上报", exact=True).click()

    expect(page.locator(".error-summary")).to_contain_text("问题类别")
    assert page.input_value("[name=description]") == "只写了这一句"
    worker.snaps("report-wrong-plain")


def test_mistakes_are_named_before_anything_waits_on_the_phone(people):
    worker = people.enter("wg01", PHONE)
    worker.forgives("422")
    page = worker.goes("/report")
    page.fill("[name=description]", "忘了选类别和照片")
    page.get_by_role("button", name="上报", exact=True).click()

    summary = page.locator("#errors .error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("问题类别")
    expect(summary).to_contain_text("现场照片")
    assert waiting(worker).count() == 0
    assert page.input_value("[name=description]") == "忘了选类别和照片"
    worker.snaps("report-wrong")


def test_what_was_typed_comes_back_after_the_page_was_left(people):
    worker = people.enter("wg01", PHONE)
    page = worker.goes("/report")
    worker.fills(category="0501", description="写到一半接了个电话", photos=PHOTOS)
    expect(page.locator("#report-form")).to_have_attribute("data-kept", "2")

    worker.goes("/tasks")
    page = worker.goes("/report")

    expect(page.locator("#draft-line")).to_contain_text("已恢复")
    assert page.input_value("[name=description]") == "写到一半接了个电话"
    assert page.input_value("[name=category]") == "0501"
    expect(page.locator("[data-photos=photos] .photos li")).to_have_count(2)
    worker.snaps("report-draft")


def test_a_report_without_a_network_waits_and_arrives_once(people):
    worker = people.enter("wg01", PHONE)
    worker.forgives("ERR_INTERNET_DISCONNECTED")
    page = worker.goes("/report")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    worker.context.set_offline(True)
    page = worker.goes("/report")
    expect(page.locator("#net")).to_contain_text("没有网络")
    worker.fills(category="0102", description="山坳里没有信号", location__address="后山垃圾点", photos=PHOTOS)
    page.get_by_role("button", name="上报", exact=True).click()
    expect(waiting(worker)).to_have_count(1)
    worker.snaps("report-offline")
    worker.fills(category="0104", description="路上又看到一处", location__address="进村路口", photos=[photo("三"), photo("四")])
    page.get_by_role("button", name="上报", exact=True).click()
    expect(waiting(worker)).to_have_count(2)

    worker.context.set_offline(False)

    expect(page.locator("#queue")).to_be_hidden()
    assert cases_named(worker, "山坳里没有信号") == 1
    assert cases_named(worker, "路上又看到一处") == 1


def test_an_answer_lost_on_the_way_makes_no_second_case(people):
    worker = people.enter("wg01", PHONE, service_workers="block")
    worker.forgives("ERR_FAILED", "Service Worker registration blocked")
    page = worker.goes("/report")

    def lose_the_answer(route):
        route.fetch()
        route.abort()
    page.route("**/report", lambda route: lose_the_answer(route) if route.request.method == "POST" else route.continue_(), times=1)
    worker.fills(category="0102", description="回执在路上丢了", location__address="东街 3 号", photos=PHOTOS)
    page.get_by_role("button", name="上报", exact=True).click()
    expect(waiting(worker)).to_have_count(1)

    page.get_by_role("button", name="立即重传").click()

    expect(page.locator("#queue")).to_be_hidden()
    assert cases_named(worker, "回执在路上丢了") == 1
