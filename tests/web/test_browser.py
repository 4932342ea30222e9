"""The pages in a real browser: nothing foreign is asked for, nothing is lost without a network, axe finds nothing.

Skipped where Chromium or the built scripts are missing.
"""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from tests.web.grid import CADRE, FINDER, only_task, photo, report
from web import assets

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(assets.__file__).parent / "assets/node_modules/axe-core/axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK_AXE = "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))"
DESK, PHONE = {"width": 1360, "height": 860}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="本机没有 Chromium"),
    pytest.mark.skipif("mobile.js" not in assets.manifest(), reason="前端资源还没有构建，请先运行 make"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def signed_in(context: BrowserContext, address: str, person: str) -> tuple[Page, list[str]]:
    """A page with a person signed in, and what went wrong on it."""
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith((address, "data:", "blob:")) else None)
    page.goto(f"{address}/sign-in")
    page.locator(f"button[value={person}]").first.evaluate("button => button.click()")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page, faults


def filled(page: Page, words: str) -> None:
    page.select_option("[name=category]", "0102")
    page.fill("[name='location.address']", "东街 12 号")
    page.fill("[name=description]", words)
    files = [{"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": photo(colour)[0].read()} for colour in ("green", "blue")]
    page.set_input_files("#f-photos", files)
    page.locator(".photos li").nth(1).wait_for()


def test_a_report_without_a_network_waits_on_the_phone_and_arrives_once(address, chromium):
    context = chromium.new_context(viewport=PHONE, locale="zh-CN")
    page, _ = signed_in(context, address, FINDER)
    page.goto(f"{address}/report")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.goto(f"{address}/report")
    filled(page, "离线时写的")
    page.click("#report-form [type=submit]")
    page.locator("#queue li").wait_for()

    context.set_offline(False)
    page.locator("#queue").wait_for(state="hidden")

    page.goto(f"{address}/cases")
    assert page.locator("td.main-cell", has_text="离线时写的").count() == 1
    context.close()


def test_what_was_typed_comes_back_after_the_page_was_lost(address, chromium):
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")
    page, _ = signed_in(context, address, FINDER)
    page.goto(f"{address}/report")
    filled(page, "写到一半")
    page.locator("#report-form[data-kept='2']").wait_for()

    page.reload()

    page.locator(".photos li").nth(1).wait_for()
    assert page.input_value("[name=description]") == "写到一半"
    context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_are_clean_for_axe_and_ask_nobody_else(address, chromium, size, as_person):
    report(as_person(FINDER))
    item = only_task(as_person(CADRE))
    context = chromium.new_context(viewport=size, locale="zh-CN", service_workers="block")
    page, faults = signed_in(context, address, CADRE)

    for path in ("/tasks", f"/tasks/{item}", "/report", "/cases", "/cases/1", "/account", "/notices"):
        page.goto(address + path)
        page.wait_for_load_state("load")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(ASK_AXE, RULES)
        assert found == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path

    assert [fault for fault in faults if "Service Worker" not in fault] == []
    context.close()
