"""The power fails in the middle of a morning: whatever was acknowledged is there, whatever was being written too, and work goes on."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, PHOTOS, Crowd

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


class Machine:
    """`gridloop serve` in a process of its own, on a port that stays the same."""

    def __init__(self, folder, port):
        self.address = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, "GRIDLOOP_DATABASE_URL": f"sqlite:///{folder}/town.db", "GRIDLOOP_DATA": str(folder),
                             "GRIDLOOP_DEMO": "1", "GRIDLOOP_PORT": str(port), "PYTHONUNBUFFERED": "1"}
        self._process = None

    def starts(self):
        """Start, and wait for the line that says so."""
        command = [sys.executable, "-c", "from web.cli import main; main()", "serve"]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "已启动" in line:
                return
        raise AssertionError("".join(said))

    def dies(self):
        """No time for anything."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture
def machine(built_town, tmp_path) -> Iterator[Machine]:
    shutil.copytree(built_town, tmp_path / "town")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Machine(tmp_path / "town", port)
    running.starts()
    yield running
    running.dies()


@pytest.fixture
def crowd(chromium, machine) -> Iterator[Crowd]:
    people = Crowd(chromium, machine.address)
    yield people
    faults = people.faults()
    people.close()
    assert faults == []


def test_a_morning_with_a_power_cut(machine, crowd):
    worker, cadre, area = crowd.enter("wg01", PHONE), crowd.enter("cs01"), crowd.enter("pq1")
    for person in (worker, cadre, area):
        person.forgives("ERR_CONNECTION", "htmx:")
    number = worker.reports(description="断电前报的事")
    cadre.opens("村社纠正")
    cadre.fills(correction_outcome="refused", correction_measures=["persuade"], correction_words="断电前写的经过", photos_before=PHOTOS)
    task = cadre.page.url.removeprefix(machine.address)
    expect(cadre.page.locator("#draft-line")).to_contain_text("自动保存", timeout=15_000)
    page = worker.goes("/report")
    worker.fills(category="0102", description="断电时报的事", location__address="东街 9 号", photos=PHOTOS)

    machine.dies()
    page.get_by_role("button", name="上报", exact=True).click()
    expect(page.locator("#queue li")).to_have_count(1)
    machine.starts()

    page.get_by_role("button", name="立即重传").click()
    expect(page.locator("#queue")).to_be_hidden()
    assert worker.goes("/cases?words=断电").locator("td.main-cell").count() == 2
    page = cadre.goes(task)
    expect(page.locator(".notice-info")).to_contain_text("已恢复")
    assert page.input_value("[name=correction_words]") == "断电前写的经过"
    expect(page.locator("[data-photos=photos_before] .photos li")).to_have_count(2)
    cadre.fills(correction_reason="当事人不在家")
    cadre.submits()
    expect(page.locator("#notices")).to_contain_text("“村社纠正”已提交")
    assert area.rows() == ["片区研判上报"]
    told = area.goes(f"/cases?words={number}")
    told.locator("td.main-cell a").first.click()
    expect(told.locator(".timeline")).to_contain_text("当事人不听劝阻")
