"""`gridloop deadline`: any legal time limit from the command line, with its reasons, or a plain refusal."""

import json

import pytest
from click.testing import CliRunner, Result

from engine import migrations
from engine.database import connect
from web.cli import main


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path, clock):
    """No database is there to be asked; it is Monday, 2 March 2026."""
    monkeypatch.setenv("GRIDLOOP_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    monkeypatch.setenv("GRIDLOOP_DATA", str(tmp_path))


def ask(*words: str) -> Result:
    return CliRunner().invoke(main, ["deadline", *words])


def asked(*words: str) -> dict:
    answer = ask(*words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@pytest.mark.parametrize(("words", "due", "conservative"), [
    (("DL-C6", "--from", "2026-09-14"), "2026-12-13", "2026-12-11"),  # 90 days end on a Sunday
    (("dl-c6", "--from", "2026-09-14", "--rule-set", "RS-SAMR", "--exclude", "2026-09-16:2026-09-30:testing:检测委托书1号"),
     "2026-12-27", "2026-12-25"),
    (("DL-C2", "--from", "2026-09-21"), "2026-09-29", None),  # 25 to 27 September are days off
    (("DL-B3", "--from", "2025-09-15", "--extend", "30:王镇长:延长审批表5号"), "2025-11-14", None),
    (("DL-E1", "--from", "2026-10-13"), "2026-10-28", None),
])
def test_the_dates_of_the_reference_cases(words, due, conservative):
    found = asked(*words)

    assert found["due"] == f"{due}T23:59:59+08:00"
    assert (found["conservative"] or "")[:10] == (conservative or "")


def test_an_hour_rule_ends_at_its_minute():
    assert asked("DL-B2", "--from", "2025-09-15T10:20")["due"] == "2025-09-16T10:20:00+08:00"


def test_the_earliest_lawful_moment_follows_the_whole_limit():
    assert asked("DL-C3", "--from", "2026-09-30")["earliest"] == "2026-10-16T00:00:00+08:00"


def test_the_text_names_law_article_dates_and_reasons():
    answer = ask("DL-C6", "--from", "2026-02-10", "--rule-set", "RS-SAMR", "--suspend", "2026-03-01:2026-03-10:testing:检测委托书：3号")

    assert answer.exit_code == 0, answer.output
    assert "市场监督管理行政处罚程序规定" in answer.stdout and "第64条" in answer.stdout
    assert "2026-05-20 周三" in answer.stdout and "为什么是这一天" in answer.stdout and "程序附带的工作日历" in answer.stdout


def test_every_day_can_be_listed():
    lines = [line for line in ask("DL-C2", "--from", "2026-09-21", "--days").stdout.splitlines() if line.startswith("  2026-")]

    assert len(lines) == 9 and "第 5 日" in lines[-1]
    assert [line for line in lines if "2026-09-25" in line] == ["  2026-09-25  不计入  中秋节放假，不计"]


def test_a_suspension_that_lasts_moves_the_end_on_with_the_day_of_looking():
    lasting = ("DL-C6", "--from", "2026-02-10", "--rule-set", "RS-SAMR", "--suspend", "2026-03-01::testing:检测委托书3号")

    early, late = asked(*lasting, "--on", "2026-03-11"), asked(*lasting, "--on", "2026-03-21")

    assert (early["status"], early["due"][:10], late["due"][:10]) == ("suspended", "2026-05-21", "2026-05-31")


def test_a_time_of_day_in_a_period_keeps_its_own_colons():
    found = asked("DL-B3", "--from", "2026-03-02", "--exclude", "2026-03-03T09:30:2026-03-05T10:00:00:testing-notified:告知书:第2号")

    assert found["due"][:10] == "2026-04-03"


def test_a_parameter_without_a_value_can_be_tried():
    unset, tried = ask("DL-C5", "--from", "2026-03-02"), asked("DL-C5", "--from", "2026-03-02", "--parameter", "PRM-review.days=5个工作日")

    assert unset.exit_code == 1 and "PRM-review.days" in unset.output
    assert tried["due"][:10] == "2026-03-09"


def test_the_list_holds_every_rule_and_can_be_searched():
    whole, some = ask("--list").stdout.splitlines(), ask("查封", "--list").stdout

    assert len(whole) > 100 and all(any(line.startswith(rule) for line in whole) for rule in ("DL-A1", "DL-C6", "DL-E8", "DL-F15", "DL-G3"))
    assert "DL-B3" in some and "DL-C6" not in some
    assert {one["rule"] for one in json.loads(ask("--list", "--json").stdout)} >= {"DL-C1", "DL-C2", "DL-C3"}


@pytest.mark.parametrize(("words", "said"), [
    (("DL-C6", "--from", "2026-02-30"), "没有 2026-02-30 这一天"),
    (("DL-C6", "--from", "2027-02-29"), "2 月只有 28 天"),
    (("DL-C6", "--from", "2016-12-31T23:59:60"), "闰秒"),
    (("DL-C6", "--from", "2026-03-02T25:00"), "没有这个时刻"),
    (("DL-C6", "--from", "12026-03-02"), "不是日期"),
    (("DL-C6", "--from", "0001-01-01"), "1 年不在能核算的范围内"),
    (("DL-C6", "--from", "１９９９-01-01"), "不是日期"),
    (("DL-C6", "--from", "-1"), "不是日期"),
    (("DL-C6",), "请填写日期"),
    ((), "请选择期限规则"),
    (("DL-C6", "--from", "1991-05-05"), "行政处罚法"),
    (("DL-Z9", "--from", "2026-03-02"), "DL-Z9"),
    (("DL-C6", "--from", "2026-03-02", "--rule-set", "RS-NONE"), "RS-NONE"),
    (("DL-C6", "--from", "2026-03-02", "--suspend", "2026-03-05"), "写得不完整"),
    (("DL-C6", "--from", "2026-03-02", "--extend", "30"), "写得不完整"),
    (("DL-C6", "--from", "2026-03-02", "--parameter", "x"), "名称=值"),
    (("DL-C6", "--from", "2026-03-02", "--suspend", "2026-03-05:2026-03-06:testing:x"), "DL-C6"),  # RS-CFF has no grounds
    (("DL-C6", "--from", "2026-03-02", "--rule-set", "RS-SAMR", "--suspend", "2026-03-05:2026-03-06:testing:"), "须有"),
    (("DL-C6", "--from", "2026-03-02", "--rule-set", "RS-SAMR", "--exclude", "2026-03-16:2026-03-06:testing:x"), "DL-C6"),
    (("DL-C6", "--from", "2026-03-02", "--rule-set", "RS-SAMR", "--extend", "31:王:表"), "DL-C6"),
    (("DL-C6", "--from", "2026-03-02", "--rule-set", "RS-SAMR", "--extend", "-30:王:表"), "整数"),
    (("DL-C6", "--from", "2026-03-02", "--rule-set", "RS-SAMR", "--extend", "30::表"), "DL-C6"),
])
def test_a_refusal_is_one_plain_sentence_and_status_one(words, said):
    answer = ask(*words)

    assert answer.exit_code == 1
    assert said in answer.output and "Traceback" not in answer.output


def test_no_list_of_events_is_too_long_to_be_refused():
    words = [word for n in range(60) for word in ("--suspend", f"2026-03-{n % 28 + 1:02}:2026-03-{n % 28 + 1:02}:testing:x")]

    answer = ask("DL-C6", "--from", "2026-03-02", "--rule-set", "RS-SAMR", *words)

    assert answer.exit_code == 1 and "最多核算 40 条" in answer.output


def test_the_calendar_of_the_installation_is_the_one_that_counts(tmp_path):
    database = connect(f"sqlite:///{tmp_path}/none.db")
    migrations.upgrade(database)
    database.close()

    assert asked("DL-C2", "--from", "2026-09-21")["calendar"].startswith("工作日历第")
