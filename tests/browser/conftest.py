"""One Chromium for the folder, one open town for each file; no file starts where another has already worked."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import Crowd
from tests.browser.serving import OpenTown, build, open_town
from web import assets

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
MISSING = ("没有找到 Chromium 浏览器（chromium、chromium-browser 或 google-chrome），浏览器测试全部没有运行！"
           "安装后再测，例如 apt install chromium。")
UNBUILT = "前端资源还没有构建，浏览器测试全部没有运行！请先运行 make bundle。"


def _ready() -> str:
    """The browser's path; without it the tests are skipped aloud, or fail where GRIDLOOP_REQUIRE_BROWSER is set."""
    lacking = MISSING if CHROMIUM is None else UNBUILT if "ui.js" not in assets.manifest() else ""
    if lacking and os.environ.get("GRIDLOOP_REQUIRE_BROWSER"):
        pytest.fail(lacking)
    if lacking:
        pytest.skip(lacking)
    return str(CHROMIUM)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser that all tests share."""
    path = _ready()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def built_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample town, made once and copied by every file."""
    _ready()
    folder = tmp_path_factory.mktemp("built")
    build(folder)
    return folder


@pytest.fixture(scope="package")
def built_busy_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sample town in which sixty findings have come in and are in every state."""
    _ready()
    folder = tmp_path_factory.mktemp("busy")
    build(folder, findings=60)
    return folder


@pytest.fixture(scope="module")
def busy_town(built_busy_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """The same for towns with a past."""
    with open_town(built_busy_town, tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture(scope="module")
def town(built_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """An open town for the tests of one file, one after the other."""
    with open_town(built_town, tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture
def staff(chromium: Browser, busy_town: OpenTown) -> Iterator[Crowd]:
    """People of the town with a past."""
    yield from _crowd(chromium, busy_town)


@pytest.fixture
def people(chromium: Browser, town: OpenTown) -> Iterator[Crowd]:
    """People with browsers; at the end of the test no page may have complained."""
    yield from _crowd(chromium, town)


def _crowd(browser: Browser, town: OpenTown) -> Iterator[Crowd]:
    crowd = Crowd(browser, town.address)
    yield crowd
    faults = crowd.faults()
    crowd.close()
    assert faults == []
