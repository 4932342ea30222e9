"""The panel and the bar of the drawing page under a person's hands: nothing typed is lost, steps back and forth, a session that ended."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_studio_editor import MISSING, READY, SELECT, SHAPES, begin, saved

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LATIN = """() => [...document.querySelectorAll('[class*="bts-"]')].filter(one => one.offsetParent)
  .flatMap(one => [one.title || '', ...[...one.childNodes].filter(n => n.nodeType === 3).map(n => n.data)])
  .filter(text => /[A-Za-z]{3}/.test(text) && !/^Flow_|^[0-9a-z]{7}$/.test(text.trim()))"""
STATE = "[data-studio=state]"


def step(page):
    task = page.evaluate(SHAPES, "bpmn:UserTask")[0]
    page.evaluate(SELECT, task)
    return task


def test_what_is_typed_field_after_field_stays(people):
    page = begin(people.enter("sheji"), "连着填", "typing")
    step(page)
    page.get_by_label("名称", exact=True).fill("")
    page.keyboard.type("上门核对")
    page.get_by_label("说明", exact=True).click()  # at once, before the pause in which the panel writes
    page.keyboard.type("带上登记表")
    expect(page.get_by_label("名称", exact=True)).to_have_value("上门核对")
    page.wait_for_timeout(700)
    page.keyboard.type("和收据")
    focused = page.evaluate("() => [document.activeElement.tagName, document.activeElement.value]")
    assert focused == ["TEXTAREA", "带上登记表和收据"]
    saved(page)
    page.reload()
    page.wait_for_selector(READY)
    step(page)
    expect(page.get_by_label("说明", exact=True)).to_have_value("带上登记表和收据")
    expect(page.get_by_label("名称", exact=True)).to_have_value("上门核对")


def test_a_choice_made_by_keys_keeps_the_focus(people):
    page = begin(people.enter("sheji"), "用键盘选", "by_keys")
    step(page)
    role = page.get_by_label("办理岗位")
    role.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    first = role.input_value()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    assert role.input_value() != first and role.evaluate("one => one === document.activeElement")


def test_a_step_back_after_a_reload_leaves_the_forms_alone_and_forth_again(people):
    designer = people.enter("sheji")
    page = begin(designer, "只退图", "back_forth")
    draft = page.url.rpartition("/")[0]
    step(page)
    name = page.get_by_label("名称", exact=True)
    before = name.input_value()
    name.fill("改过的名称")
    name.press("Tab")
    saved(page)
    token = page.evaluate("() => document.querySelector('meta[name=csrf-token]').content")
    told = page.request.get(f"{draft}/files", headers={"Accept": "application/json"}).json()
    form = next(one for one in told["files"] if one.startswith("forms/"))
    other = told["files"][form].replace('"label"', '"description": "另一窗口加的", "label"', 1)
    answer = page.request.post(f"{draft}/files", data={"base": told["revision"], "files": {form: other}},
                               headers={"X-CSRF-Token": token, "Accept": "application/json"})
    assert answer.ok, answer.text()

    page.reload()
    page.wait_for_selector(READY)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(STATE)).to_contain_text("流程图已回到第 1 次保存")  # past the save of the form
    step(page)
    expect(page.get_by_label("名称", exact=True)).to_have_value(before)
    files = page.request.get(f"{draft}/files", headers={"Accept": "application/json"}).json()["files"]
    assert "另一窗口加的" in files[form]
    page.get_by_role("button", name="重做").click()
    expect(page.locator(STATE)).to_contain_text("流程图已回到第 3 次保存")
    step(page)
    expect(page.get_by_label("名称", exact=True)).to_have_value("改过的名称")


def test_a_form_saved_in_another_window_is_no_clash_and_the_diagram_saved_there_is(people):
    designer = people.enter("sheji")
    designer.forgives("409")
    page = begin(designer, "两个窗口", "two_windows")
    draft = page.url.rpartition("/")[0]
    token = page.evaluate("() => document.querySelector('meta[name=csrf-token]').content")
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    told = page.request.get(f"{draft}/files", headers=headers).json()
    form = next(one for one in told["files"] if one.startswith("forms/"))
    text = told["files"][form].replace('"label"', '"description": "说明", "label"', 1)
    assert page.request.post(f"{draft}/files", data={"base": told["revision"], "files": {form: text}}, headers=headers).ok
    step(page)
    page.get_by_label("名称", exact=True).fill("第一窗口改的")
    page.keyboard.press("Tab")
    saved(page)

    now = page.request.get(f"{draft}/files", headers=headers).json()
    diagram = "two_windows.bpmn"
    drawn = now["files"][diagram].replace("第一窗口改的", "第二窗口改的")
    assert page.request.post(f"{draft}/files", data={"base": now["revision"], "files": {diagram: drawn}}, headers=headers).ok
    page.get_by_label("名称", exact=True).fill("又改一次")
    page.keyboard.press("Tab")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("别人先保存了", timeout=20_000)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_contain_text("别人先保存了")
    page.get_by_role("button", name="用我的覆盖").click()
    saved(page)


def test_who_is_signed_out_keeps_the_drawing_and_is_told_once(people):
    designer = people.enter("sheji")
    designer.forgives("401", "403", "400")
    page = begin(designer, "登录过期", "signed_out")
    step(page)
    sent = []
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/files") and one.method == "POST" else None)
    page.context.clear_cookies()
    page.get_by_label("名称", exact=True).fill("退出以后改的")
    page.keyboard.press("Tab")
    expect(page.locator(STATE)).to_contain_text("登录已过期", timeout=20_000)
    page.wait_for_timeout(3000)
    assert len(sent) == 1
    assert "退出以后改的" in page.evaluate("() => Object.values(localStorage).join()")


def test_a_field_added_in_another_window_is_offered_without_a_reload(people):
    designer = people.enter("sheji")
    page = begin(designer, "新字段", "new_field")
    draft = page.url.rpartition("/")[0]
    headers = {"X-CSRF-Token": page.evaluate("() => document.querySelector('meta[name=csrf-token]').content"), "Accept": "application/json"}
    told = page.request.get(f"{draft}/files", headers=headers).json()
    form = next(one for one in told["files"] if one.startswith("forms/"))
    content = json.loads(told["files"][form])
    content["components"].append({"type": "textfield", "id": "field_collar", "key": "collar_number", "label": "项圈号"})
    assert page.request.post(f"{draft}/files", data={"base": told["revision"], "files": {form: json.dumps(content)}}, headers=headers).ok

    with page.expect_response(lambda one: one.url.endswith("/choices")):
        page.evaluate("() => dispatchEvent(new Event('focus'))")
    step(page)
    area = page.get_by_label("指定办理人")
    area.press_sequentially("coll")
    expect(page.get_by_role("option", name=re.compile("collar_number"))).to_be_visible()
    assert page.locator(".djs-palette .entry:not([title])").count() == 0
    area.fill("")


def test_searching_opens_from_the_bar_and_the_animation_speaks_chinese(people):
    page = begin(people.enter("sheji"), "查找", "finding_it")
    page.locator("[data-act=find]").click()
    expect(page.locator(".djs-search-input input")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("[data-act=walk]").click()
    page.locator(".bts-context-pad[title='触发这个事件']").first.click()
    expect(page.locator(".bts-log")).to_contain_text("流程开始", timeout=20_000)
    assert page.evaluate(LATIN) == []
    assert re.search("经过", page.locator(".bts-log").inner_text())
    assert page.evaluate(MISSING) == []
