"""What a designer waits for: the drawing page on a slow line, closed cases played again on a draft, and the memory that a check takes."""

import datetime as dt
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from engine import clock, definitions
from engine.clock import SHANGHAI
from engine.definitions import Package
from engine.people import directory
from engine.rehearsal import past, trial
from engine.studio import drafts
from tests.bench.figure import Figure, seconds
from tests.bench.stores import Store
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.people import Crowd
from tests.browser.serving import build, open_town
from tests.town import FINDER, OFFICER, Town, drawing

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER, PATIENCE = 4, 300_000
"""How much slower than this machine the designer's is, and milliseconds that a page may take before the measuring gives up."""
READY = ".studio[data-ready='1']"
SAME = "async address => { await (await fetch(address, {cache: 'no-store'})).arrayBuffer(); }"
CASES = 300
MOMENT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
STEPS = """
start s
user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
user check name="审核" gl:role="case_officer" gl:scope="town" gl:limit="5" gl:limitUnit="days"
end e
s -> draw -> check -> e
"""


def page() -> list[Figure]:
    """The shipped grid loop in the editor, nothing kept from before."""
    if CHROMIUM is None:
        print("没有浏览器，画图页的数字没有测。")
        return []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        built = Path(folder) / "built"
        built.mkdir()
        build(built)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with open_town(built, Path(folder) / "open") as town:
            with town.database.reading() as c:
                who, version = directory.participant(c, "sheji"), definitions.latest(c, "grid_loop").id
            draft = town.database.run(lambda c: drafts.from_version(c, who, version))
            quick, size, _ = _loaded(browser, town.address, f"/studio/models/{draft.id}/draw", slow=False)
            slow, _, bare = _loaded(browser, town.address, f"/studio/models/{draft.id}/draw", slow=True)
        browser.close()
    return [Figure("画图页第一次打开收到", size / 1024, "kB（压缩后）"),
            Figure("画图页能用为止，本机", quick, "秒"),
            Figure("画图页能用为止，慢线路、慢电脑", slow, "秒", size / bare, "同样的字节在同样的线路上")]


def _loaded(browser: Browser, address: str, path: str, *, slow: bool) -> tuple[float, float, float]:
    """Seconds until the editor can be used, bytes received, and bytes a second of a bare transfer on the same line."""
    crowd, received = Crowd(browser, address), list[float]()
    designer = crowd.enter("sheji")
    line = designer.context.new_cdp_session(designer.page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    if slow:
        line.send("Network.emulateNetworkConditions", LINE)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    designer.page.set_default_navigation_timeout(PATIENCE)
    took = seconds(lambda: (designer.goes(path), designer.page.wait_for_selector(READY, timeout=PATIENCE)))
    size = sum(received)
    script = designer.page.locator("script[src*='/studio-']").first.get_attribute("src")
    received.clear()
    bare = seconds(lambda: designer.page.evaluate(SAME, script))
    crowd.close()
    return took, size, sum(received) / bare


def measure(store: Store, number: int = CASES) -> list[Figure]:
    """Closed cases on a draft that has one step more."""
    simulated = clock.Simulated(MOMENT)
    with clock.use(simulated):
        town = Town(store.copy().open(), simulated)
        town.draws(STEPS)
        plain = number / seconds(lambda: [_one(town) for _ in range(number)])
        with town.database.reading() as c:
            pasts, around = tuple(past.closed(c, "p", number)), trial.shelf(c, leave_out="p")
        town.database.close()
    longer = STEPS.replace("check -> e", 'check -> sign -> e\nuser sign name="签发" gl:role="case_officer" gl:scope="town"')
    verdicts: list[str] = []
    took = seconds(lambda: verdicts.extend(one["verdict"] for one in trial.replay(Package("p", "流程", drawing(longer)), around, pasts)))
    assert len(verdicts) == number and set(verdicts) == {"otherwise"}, verdicts[:5]
    return [Figure(f"在草稿上重演办结的事项，每秒（{store.name}，{number} 件）", number / took, "件/秒", plain,
                   "同样的事项办一遍", lower_is_better=False)]


def _one(town: Town) -> None:
    town.report()
    town.does(FINDER, "拟稿")
    town.does(OFFICER, "审核")


def memory() -> list[Figure]:
    """The most that checking a diagram of three hundred elements holds, in a process of its own beside one that only reads it."""
    held = {act: float(subprocess.run([sys.executable, "-m", "tests.bench.held", act], capture_output=True, text=True, check=True).stdout)
            for act in ("read", "lint")}
    return [Figure("检查三百个元素的流程图，最多占用内存", held["lint"], "MB", held["read"], "只读图")]
