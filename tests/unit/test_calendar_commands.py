"""The calendar from the command line, in the self-check, and in the worker that dates open clocks again by itself."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.administration import calendar as administration
from engine.clock import SHANGHAI, Simulated
from engine.database import connect
from engine.deadlines import calendars
from engine.runtime import redating
from tests.town import CADRE, Town
from web import doctor
from web.cli import main
from web.scheduler import Worker
from web.settings import Settings

NOTICE = Path(__file__).parents[1] / "notices" / "2027.json"
DRAWN = 'start s\nuser a name="核查" gl:role="village_cadre" gl:scope="village" gl:limit="5" gl:limitUnit="workingDays"\nend e\ns -> a -> e'
END_OF_YEAR = dt.datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Simulated) -> Run:
    """One command after the other on one SQLite file, at the end of 2026."""
    clock.move_to(END_OF_YEAR)
    monkeypatch.setenv("GRIDLOOP_DATABASE_URL", f"sqlite:///{tmp_path}/town.db")
    monkeypatch.setenv("GRIDLOOP_DATA", str(tmp_path))

    def one(*arguments: str, fails: bool = False) -> str:
        answer = CliRunner().invoke(main, list(arguments))
        assert (answer.exit_code != 0) == fails, answer.output
        assert "Traceback" not in answer.output
        return answer.output

    one("migrate")
    return one


def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/town.db", data=str(tmp_path))


def test_a_notice_is_previewed_then_loaded_and_then_known(run: Run):
    assert "临时日历" in run("calendar", "show", "2027")
    preview = run("calendar", "import", str(NOTICE))
    assert "2027-02-20 周六 春节 休息 → 上班" in preview and "没有改动" in preview
    assert "临时日历" in run("calendar", "show", "2027")

    assert "已导入" in run("calendar", "import", str(NOTICE), "--apply")

    shown = run("calendar", "show", "2027")
    assert "虚构" in shown and "2027-10-01 周五 休 国庆节" in shown and "08:30–12:00" in shown
    assert "内容与现行工作日历相同" in run("calendar", "import", str(NOTICE), "--apply")
    assert "2026-12-31 周四 休 元旦" in run("calendar", "show")


def test_a_bad_file_is_refused_in_words(run: Run, tmp_path: Path):
    bad = tmp_path / "bad.csv"
    bad.write_text("2027-02-30,春节,off\n2027-02-06,春节,off\n", "utf-8")

    assert "第 1 行（2027-02-30）：没有这一天" in run("calendar", "import", str(bad), "--apply", fails=True)
    assert "不是 2028 年的" in run("calendar", "import", str(NOTICE), "--year", "2028", fails=True)
    assert "临时日历" in run("calendar", "show", "2027")


def test_open_clocks_are_dated_again_with_a_count(run: Run, tmp_path: Path, clock: Simulated):
    database = connect(f"sqlite:///{tmp_path}/town.db")
    town = Town(database, clock)
    town.draws(DRAWN)
    for _ in range(3):
        town.report()
    database.close()
    run("calendar", "import", str(NOTICE), "--apply")

    assert "已核对 3 个，现行日历共移动 3 个期限" in run("calendar", "redate")
    assert "已核对 0 个，现行日历共移动 3 个期限" in run("calendar", "redate")


def test_the_self_check_asks_for_next_year_from_december_on(run: Run, tmp_path: Path, clock: Simulated):
    def said() -> doctor.Check:
        return next(check for check in doctor.installation(settings(tmp_path)) if check.name == "工作日历")

    assert not said().ok and said().usable and "2027 年的放假通知还没有导入" in said().words
    clock.move_to(dt.datetime(2027, 1, 1, tzinfo=SHANGHAI))
    assert not said().ok
    run("calendar", "import", str(NOTICE), "--apply")
    assert said().ok
    clock.move_to(dt.datetime(2027, 11, 30, 23, 59, tzinfo=SHANGHAI))
    assert said().ok
    clock.move_to(dt.datetime(2027, 12, 1, tzinfo=SHANGHAI))
    assert not said().ok and "2028" in said().words


def test_the_worker_dates_open_clocks_again_by_itself(town: Town):
    town.clock.move_to(END_OF_YEAR)
    town.draws(DRAWN)
    for _ in range(redating.BATCH + 1):
        town.report()
    due = town.page(CADRE).entries[0].due_at
    document = NOTICE.read_bytes()
    town.run(lambda c: administration.apply(c, None, administration.plan_notice(c, None, document)).version)

    Worker(town.database).drain()

    with town.database.reading() as c:
        found = redating.progress(c)
        assert found == redating.Progress(calendars.version(c), 0, redating.BATCH + 1, 0)
    assert town.page(CADRE).entries[0].due_at > due
