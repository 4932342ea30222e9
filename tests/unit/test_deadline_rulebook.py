"""The rule book: complete, strict about its own mistakes, and looked up by day, rule set and local parameters."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from engine.deadlines import Gate, Kind, Roll, Unit, default_calendar, read, rulebook
from engine.deadlines.book_row import BookError
from engine.errors import DeadlineRefused
from tests.clock_words import NOW, started

DAY = dt.date(2026, 9, 14)
MASTER = [f"DL-{group}{number}" for group, last in (("A", 6), ("B", 9), ("C", 12), ("D", 7), ("E", 15), ("F", 16), ("G", 10))
          for number in range(1, last + 1)]


def rule(rule_id: str, day: dt.date = DAY, **more: object) -> rulebook.Rule:
    return rulebook.rule(rule_id, day=day, **more)


def test_every_row_of_the_master_table_is_there_and_says_who_what_and_from_when() -> None:
    known = {one.id: one for one in rulebook.rules()}

    assert [row for row in MASTER if row not in known] == []
    assert [one.id for one in known.values() if not (one.trigger and one.matter and one.who and one.law and one.tag)] == []
    assert [one.id for one in known.values() if one.tag in ("K-M", "K-L") and not one.parameter] == []


def test_hard_gates_block_what_they_should() -> None:
    gates = {one.id: one.gate for one in rulebook.rules() if one.gate is not None}

    assert {key: gates[key] for key in ("DL-C1", "DL-C2", "DL-C3", "DL-E7", "DL-E10", "DL-E11")} == dict.fromkeys(
        ("DL-C1", "DL-C2", "DL-C3", "DL-E7", "DL-E10", "DL-E11"), Gate.AFTER)
    assert (gates["DL-B1"], gates["DL-B3"], gates["DL-E13"]) == (Gate.WITHIN, Gate.WITHIN, Gate.BARRED)
    assert {rule(one).kind for one in ("DL-C6", "DL-C7", "DL-D1", "DL-E8", "DL-F6", "DL-F10")} == {Kind.SUPERVISE}


@pytest.mark.parametrize(("law", "numbers"), [
    ("CFF", {2, 3, 5, 7}), ("QZF", set(range(1, 11))), ("FYF", {3, 5, 7, 10}), ("YSF", set()), ("MSF", set()), ("XSF", set()),
])
def test_the_law_and_the_number_make_days_working_days(law: str, numbers: set[int]) -> None:
    known = rulebook.laws()[law]

    assert {days for days in range(1, 100) if known.unit_of(days)[0] is Unit.WORKING_DAYS} == numbers
    assert known.name in known.unit_of(15)[1]


@pytest.mark.parametrize(("rule_id", "day", "why"), [
    ("DL-C6", "2021-07-14", "2021年修订（2021-07-15起）"), ("DL-A1.eco", "2026-08-14", "生态环境法典"),
    ("DL-F6", "2023-12-31", "行政复议法"),
    ("DL-C8", "2017-06-30", "民事诉讼法"), ("DL-X9", "2026-01-01", "没有“DL-X9”"), ("DL-C6", "1990-02-28", "没有可用"),
])
def test_without_a_version_of_the_law_there_is_no_rule(rule_id: str, day: str, why: str) -> None:
    with pytest.raises(DeadlineRefused, match=re.escape(why)) as refusal:
        rule(rule_id, dt.date.fromisoformat(day))

    assert rule_id in refusal.value.message and refusal.value.rule == rule_id


def test_the_version_in_force_on_the_day_applies() -> None:
    before, after, now = (rule("DL-C8", dt.date(year, month, 1)) for year, month in ((2021, 12), (2022, 1), (2026, 1)))

    assert [(one.length, one.article, one.extra["version"]) for one in (before, after, now)] == [
        (60, "第92条", "2017年修正"), (30, "第95条", "2021年修正"), (30, "第95条", "2023年修正")]
    assert (before.valid_to, now.valid_from, now.valid_to) == (dt.date(2021, 12, 31), dt.date(2024, 1, 1), None)
    assert rulebook.rules()[0] == rule("DL-A1") and len(rulebook.rules(dt.date(2015, 1, 1))) < len(rulebook.rules())


def test_a_rule_set_rewrites_its_rules_and_no_others() -> None:
    assert [rule("DL-C6", rule_set=one).limit_text for one in ("", "RS-EMER", "RS-LAND", "RS-AGRI", "RS-POLICE")] == [
        "90日", "30日", "60日", "6个月", "30日"]
    assert rule("DL-E1", rule_set="RS-EMER").length == 15 and rule("DL-E1", rule_set="RS-EMER").rule_set == "RS-EMER"
    assert [one.length for one in rule("DL-C6", rule_set="RS-EMER").extensions] == [60, 90]
    assert (rule("DL-C6", rule_set="RS-EMER").cap, rule("DL-C6", rule_set="RS-SAMR").cap, rule("DL-C6").cap) == (150, None, 0)
    with pytest.raises(DeadlineRefused, match="没有规则集“RS-NONE”"):
        rule("DL-C6", rule_set="RS-NONE")


def test_no_rule_set_shortens_what_only_a_law_may_set() -> None:
    rewritten = {row for one in rulebook.rule_sets().values() for row in one.rows}

    assert not {row for row in rewritten if row.startswith("DL-F")}
    assert "RS-PROV" in rulebook.rule_sets() and len(rulebook.rule_sets()) == 11


@pytest.mark.parametrize(("rule_id", "rule_set", "parameter"), [
    ("DL-A6", "", "PRM-dispute.days"), ("DL-B5", "", "PRM-seizure.perishableNotice"), ("DL-C4", "", "PRM-hearing.total"),
    ("DL-C5", "", "PRM-review.days"), ("DL-C11", "", "PRM-recusal.days"), ("DL-D7", "", "PRM-publicity.scope"),
    ("DL-E14", "", "PRM-enforce.recheckDays"), ("DL-E15", "", "PRM-demolish.provincial"),
    ("DL-C6", "RS-FIRE", "PRM-ruleset.values.RS-FIRE.DL-C6"),
    ("DL-C6", "RS-PROV", "PRM-ruleset.province"),
])
def test_a_parameter_without_a_value_is_asked_for_by_name(rule_id: str, rule_set: str, parameter: str) -> None:
    with pytest.raises(DeadlineRefused, match=re.escape(parameter)):
        rule(rule_id, rule_set=rule_set)
    unset = next(one for one in rulebook.rules(DAY, rule_set=rule_set) if one.id == rule_id)

    assert not unset.is_set and parameter in unset.limit_text
    assert rule(rule_id, rule_set=rule_set, parameters={parameter: 6}).length == 6
    with pytest.raises(DeadlineRefused, match=re.escape(parameter)):
        read(unset, [started("2026-09-14")], default_calendar(), NOW)


@pytest.mark.parametrize(("value", "length", "unit"), [
    (3, 3, Unit.WORKING_DAYS), ("10 days", 10, Unit.DAYS), ("5个工作日", 5, Unit.WORKING_DAYS), ("24小时", 24, Unit.HOURS),
    ("1.5 hours", 1.5, Unit.HOURS),
    ({"length": 2, "unit": "months"}, 2, Unit.MONTHS), ("8", 8, Unit.WORKING_DAYS),
])
def test_a_parameter_may_bring_its_unit(value: object, length: float, unit: Unit) -> None:
    found = rule("DL-C5", parameters={"PRM-review.days": value})

    assert (found.length, found.unit) == (length, unit)


def test_the_time_for_a_decision_stands_still_for_nothing_unless_a_rule_set_says_so() -> None:
    """处罚法第六十条 itself excludes neither hearing nor appraisal nor service by announcement."""
    assert rule("DL-C6").grounds == ()
    assert {"hearing", "testing"} <= {one.id for one in rule("DL-C6", rule_set="RS-SAMR").grounds}


def test_the_record_of_a_fine_on_the_spot_and_its_cash_are_two_limits() -> None:
    """第五十二条 gives no number for the record, the town does; the two days of 第七十一条 are for cash, and no parameter moves them."""
    town = {"PRM-summary.filing": 5}
    assert (rule("DL-C12").parameter, rule("DL-C12", parameters=town).length) == ("PRM-summary.filing", 5)
    cash = rule("DL-E3", parameters=town)
    assert (cash.parameter, cash.length, cash.unit, cash.article) == ("", 2, Unit.WORKING_DAYS, "第71条")


NO_LENGTHS = (0, -1, True, "soon", "3 fortnights", "1.5 days", float("inf"), {"length": 3, "colour": "red"}, [3], 10**6)


@pytest.mark.parametrize("value", NO_LENGTHS)
def test_a_parameter_that_is_no_length_is_refused_by_name(value: object) -> None:
    with pytest.raises(DeadlineRefused, match=re.escape("PRM-review.days")):
        rule("DL-C5", parameters={"PRM-review.days": value})


def test_parameters_change_extensions_grounds_and_reminders() -> None:
    province = {"PRM-ruleset.province": {"length": 60, "extensions": [20], "grounds": ["hearing"]}}
    found = rule("DL-C6", rule_set="RS-PROV", parameters=province)
    assert (found.length, found.cap, [one.id for one in found.grounds]) == (60, 20, ["hearing"])

    assert [one.id for one in rule("DL-C6", parameters={"PRM-crime.suspend90": True}).grounds] == ["crime-transfer"]
    assert rule("DL-C6", rule_set="RS-SAMR").ground("crime-transfer")
    assert not rule("DL-C6", rule_set="RS-SAMR", parameters={"PRM-crime.suspend90": False}).ground("crime-transfer")
    leads = {"PRM-reminder.leadTimes": {"hours": [2], "days": [{"from": 0, "before": [4]}]}}
    assert rule("DL-C6", parameters=leads).leads == (4,) and rule("DL-B2", parameters=leads).leads == (2,)
    with pytest.raises(DeadlineRefused, match="PRM-reminder.leadTimes"):
        rule("DL-C6", parameters={"PRM-reminder.leadTimes": 3})


def test_reminders_come_as_early_as_the_length_asks() -> None:
    assert [rule(one).leads for one in ("DL-C6", "DL-E1", "DL-C7", "DL-B2", "DL-F9", "DL-C9")] == [
        (15, 7, 3), (5, 2), (2, 1), (4, 1), (15, 7, 3), ()]


def test_the_night_is_a_parameter() -> None:
    assert rule("DL-E13").extra["night"] == "22:00-06:00"
    assert rule("DL-E13", parameters={"PRM-enforce.night": "21:30–07:00"}).extra["night"] == "21:30-07:00"
    for wrong in ("late", "25:00-06:00", 22):
        with pytest.raises(DeadlineRefused, match="PRM-enforce.night"):
            rule("DL-E13", parameters={"PRM-enforce.night": wrong})


def test_a_stored_length_needs_no_parameter() -> None:
    assert rule("DL-C5", length=12).length == 12


@pytest.mark.parametrize(("file", "old", "new", "why"), [
    ("rules", 'name = "追责时效"', "", "缺少 name"),
    ("rules", 'law = "CFF"\narticle = "第36条"', 'law = "NOPE"', "laws.toml 里没有 NOPE"),
    ("rules", 'roll = "authority"', 'roll = "sideways"', "只能是"), ("rules", "length = 2\nunit", "length = -2\nunit", "不小于零"),
    ("rules", 'unit = "years"', 'unit = "workingDays"', "unit"), ("rules", "length = 2\n", "", "要么写 length"),
    ("rules", 'matter = "给予行政处罚"', 'mater = "给予行政处罚"', "缺少 matter"),
    ("rules", 'tag = "V:CFF"', 'tag = "K-L"', "必须是参数"),
    ("rules", 'length = 7\nwho = "机关负责人"', 'length = 7\ncounts = "calendar"\nwho = "机关负责人"', "不能另写 counts"),
    ("rules", 'id = "DL-A1.severe"', 'id = "DL-A1"', "写了两次"), ("rules", 'id = "DL-B9"', 'id = "DL-B10"', "没有主规则 DL-B9"),
    ("rules", 'grounds = ["testing-notified"]', 'grounds = ["rain"]', "没有事由 rain"), ("rules", 'night = "22:00-06:00"\n', "", "night"),
    ("rules", 'unit = "hours"\nwho = "执法人员"', 'unit = "hours"\nroll = "none"\nwho = "执法人员"', "roll"),
    ("rules", "[leads]", "[leads]\nminutes = 3", "不认识的字段 minutes"),
    ("rules", "length = 30, approvers", "length = 0, approvers", "大于零"),
    ("laws", "from = 2021-07-15", 'from = "2021-07-15"', "应为日期"), ("laws", 'working_article = "第85条"\n', "", "须同时写"),
    ("laws", "to = 2021-12-31", "to = 2016-12-31", "早于施行日"), ("laws", "to = 2021-12-31", "to = 2022-12-31", "施行日排列"),
    ("laws", 'versions = [{ title = "2011年公布", from = 2012-01-01, tag = "V:QZF" }]', "versions = []", "至少要有一个版本"),
    ("rule_sets", 'id = "DL-A2"', 'id = "DL-A99"', "总表里没有 DL-A99"),
    ("rule_sets", ", inclusive = true", ', inclusive = "yes"', "true 或 false"),
    ("rule_sets", "[grounds]", "[grounds", "不是有效的 TOML"), ("rule_sets", 'id = "DL-A6"', 'id = "DL-A2"', "改写了两次"),
])
def test_a_mistake_in_the_book_is_named(tmp_path: Path, file: str, old: str, new: str, why: str) -> None:
    folder = tmp_path / "law"
    shutil.copytree(rulebook.FOLDER, folder)
    text = (folder / f"{file}.toml").read_text("utf-8")
    assert old in text
    (folder / f"{file}.toml").write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(BookError, match=re.escape(why)):
        rulebook.load(folder)


def test_limits_of_the_authority_before_a_court_move_but_are_kept_carefully() -> None:
    reading = read(rule("DL-F10", dt.date(2025, 9, 19)), [started("2025-09-19")], default_calendar(), NOW)

    assert rule("DL-F10").roll is Roll.COURT
    assert [f"{one:%m-%d}" for one in (reading.due, reading.conservative or NOW, reading.unrolled)] == ["10-09", "09-30", "10-04"]
