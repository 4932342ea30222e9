"""The reasons of a date, in words and as data, for the kinds of limits that differ."""

import json

from engine.deadlines import Calendar, Unit, default_calendar, read, rulebook, step_rule
from engine.deadlines.explain import Explanation, explain
from tests.clock_words import NOW, at, ledger

CALENDAR = default_calendar()


def told(rule_id: str, start: str, *events: str, rule_set: str = "", careful: str | None = None) -> Explanation:
    rule = rulebook.rule(rule_id, day=at(start).date(), rule_set=rule_set)
    entries = ledger(start, events, careful)
    return explain(rule, read(rule, entries, CALENDAR, NOW), entries, CALENDAR)


def test_working_days_name_the_holiday_the_weekend_and_the_weekend_worked() -> None:
    found = told("DL-C3", "2026-09-30")

    assert found.sentences == (
        "DL-C3 听证通知：依据《行政处罚法》第64条第2项（2021年修订），期限7个工作日。",
        "2026-09-30（周三）起算（送达听证通知书），首日不算，从次日 2026-10-01（周四）起数第一天。",
        "《行政处罚法》第85条规定“7日”是工作日。",
        "期间的周末不计（2026-10-11（周日））。",
        "2026-10-01（周四）至 10-07（周三）：国庆节放假，不计，共 7 日。",
        "2026-10-10（周六）：国庆节调休上班，是工作日，计入。",
        "数到第7个工作日，是 2026-10-15（周四）。",
        "须期满之后才能进行下一步，最早为 2026-10-16 00:00。",
    )


def test_an_excluded_period_names_its_ground_and_its_paper_and_the_careful_day_its_reason() -> None:
    text = told("DL-C6", "2026-09-14", "exclude testing 2026-09-16 2026-09-30", rule_set="RS-SAMR").text()

    assert "2026-09-17（周四）至 09-30（周三）：检测、检验、检疫、技术鉴定（文书〔2026〕1号），不计，共 14 日。" in text
    assert "数到第90日，是 2026-12-27（周日）。" in text
    assert "2026-12-27（周日）是周末，法律没有明写机关的期限可以顺延，稳妥起见最迟在前一个工作日 2026-12-25（周五）办完（保守日）。" in text


def test_a_party_s_day_rolls_over_the_holiday_by_name() -> None:
    text = told("DL-F9", "2025-04-02").text()

    assert "满6个月，对应日是 2025-10-02（周四）。" in text
    assert "2025-10-02（周四）是国庆节、中秋节假期，当事人的期限顺延到其后第一个工作日 2025-10-09（周四）。" in text


def test_a_chained_limit_says_from_where_the_careful_day_was_counted() -> None:
    text = told("DL-E8", "2025-10-09", careful="2025-10-02").text()

    assert "从没有顺延的 2025-10-02（周四）起算，不再顺延，遇休息日提前，最迟在 2025-12-31（周三）办完（保守日）。" in text


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert "没有对应日，取当月最后一天，是 2026-02-28（周六）" in told("DL-F9", "2025-08-31").text()


def test_months_that_were_interrupted_move_on_by_the_days_taken_out() -> None:
    text = told("DL-C6", "2026-01-12", "exclude testing 2026-02-01 2026-02-12", rule_set="RS-AGRI").text()

    assert "满6个月，对应日是 2026-07-12（周日）；扣除 11 日，移到 2026-07-23（周四）。" in text


def test_hours_say_whether_they_stop_and_where_they_were_cut() -> None:
    plain, own = told("DL-B2", "2025-09-15 10:20"), step_rule("研判", 4, Unit.WORKING_HOURS, None)
    entries = ledger("2026-02-14 16:00", ["exclude halt 2026-02-24T09:00:00 2026-02-24T10:00:00"])
    cut = explain(own, read(own, entries, CALENDAR, NOW), entries, CALENDAR)

    assert plain.sentences[-2:] == ("2025-09-15 10:20 起算（情况紧急当场实施强制措施），连续计算，昼夜和节假日都不停。",
                                    "数满24小时，到 2025-09-16 10:20 届满。")
    assert "2026-02-24 09:00 至 2026-02-24 10:00：案件挂起（文书〔2026〕1号），不计。" in cut.text()
    assert [(line.counted, line.seconds) for line in cut.lines] == [(True, 7200), (False, 0), (True, 7200)]
    assert "到 2026-02-24 14:00 届满" not in cut.text() and "到 2026-02-24 12:00 届满" in cut.text()


def test_corrections_and_caps_are_told() -> None:
    text = told("DL-B3", "2026-01-20", "extend 30", "extend 30", "exclude testing-notified 2026-01-22 2026-02-01", "revoke 4").text()

    assert "第 5 条登记撤销了第 4 条，按撤销后的内容计算。" in text
    assert "连同延长，期限共60日，延长合计以上限为准。" in text and "届满之后不得继续。" in text


def test_what_is_uncertain_or_stands_is_said() -> None:
    rule = rulebook.rule("DL-C7", day=at("2026-12-28").date())
    entries = ledger("2026-12-28")
    unsure = explain(rule, read(rule, entries, CALENDAR, NOW), entries, CALENDAR).text()

    assert "还没有放假通知，按周末休息暂算" in unsure
    assert "处于中止状态" in told("DL-C6", "2026-09-14", "suspend suspended 2026-09-20", rule_set="RS-SAMR").text()


def test_an_explanation_is_data_too() -> None:
    plain = told("DL-E1", "2026-09-04").plain()

    assert json.loads(json.dumps(plain, ensure_ascii=False)) == plain
    assert [line["why"] for line in plain["lines"]] == ["start", "counted", "last"]
    assert plain["lines"][1]["numbers"] == [1, 15] and plain["lines"][2]["reason"] == "国庆节调休上班，顺延到这一天届满"


def test_a_calendar_without_names_explains_as_well() -> None:
    bare, rule = Calendar.of([]), rulebook.rule("DL-C7", day=at("2026-09-30").date())
    entries = ledger("2026-09-30")

    assert "数到第7个工作日，是 2026-10-09（周五）。" in explain(rule, read(rule, entries, bare, NOW), entries, bare).text()


def test_barred_times_are_told_for_the_day() -> None:
    assert told("DL-E13", "2026-02-17").sentences[-1] == "2026-02-17（周二）是春节假期，全天不得进行；情况紧急的除外。"
    assert told("DL-E13", "2026-02-25").sentences == (
        "DL-E13 不得强制执行的时段：依据《行政强制法》第43条（2011年公布），"
        "不得进行的时段为每日 22:00-06:00 和法定节假日，取自本地参数 PRM-enforce.night。",
        "2026-02-25（周三）不是法定节假日，除 22:00-06:00 以外可以进行。",
    )
    assert "放假通知还没有导入" in told("DL-E13", "2027-02-25").text()
