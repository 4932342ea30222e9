"""What may be entered in the ledger of a clock, and what is refused with the rule's name and the ledger unchanged."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.deadlines import Calendar, Entry, EntryKind, Rule, Unit, default_calendar, read, rulebook, step_rule
from engine.deadlines.ledger_check import approvers, check
from engine.errors import DeadlineRefused
from tests.clock_words import NOW, at, entry, ledger, started

CALENDAR = default_calendar()
START = "2026-09-14"


def rule(rule_id: str = "DL-C6", rule_set: str = "RS-SAMR") -> Rule:
    return rulebook.rule(rule_id, day=at(START).date(), rule_set=rule_set)


def enter(words: str, *before: str, of: Rule | None = None, now: dt.datetime = NOW, start: str = START, **changed: object) -> None:
    """Try one more entry on a ledger, perhaps with a field changed; the ledger itself must stay as it is."""
    entries = ledger(start, before)
    kept = list(entries)
    try:
        check(of or rule(), entries, replace(entry(len(entries) + 1, words), **changed), CALENDAR, now=now)
    finally:
        assert entries == kept


@pytest.mark.parametrize(("words", "before"), [
    ("exclude testing 2026-09-16 2026-09-30", ()),
    ("exclude hearing 2026-09-20 2026-10-10", ("exclude testing 2026-09-16 2026-09-30",)),  # overlaps merge
    ("suspend suspended 2026-09-20", ()),
    ("resume 2026-10-20", ("suspend suspended 2026-09-20",)),
    ("suspend suspended 2026-11-01", ("suspend suspended 2026-09-20", "resume 2026-10-20")),
    ("extend 30", ()), ("extend 400", ("extend 30",)),
    ("correct 2 2026-09-16 2026-09-25", ("exclude testing 2026-09-16 2026-09-30",)),
    ("correct 3 2026-10-25", ("suspend suspended 2026-09-20", "resume 2026-10-20")),
    ("correct 2 2026-09-18", ("suspend suspended 2026-09-20", "resume 2026-10-20")),
    ("correct 1 2026-09-10", ("exclude testing 2026-09-16 2026-09-30",)),
    ("revoke 2", ("exclude testing 2026-09-16 2026-09-30",)),
    ("revoke 3", ("suspend suspended 2026-09-20", "resume 2026-10-20")),
])
def test_what_is_lawful_is_entered(words: str, before: tuple[str, ...]) -> None:
    entries = ledger(START, before)
    check(rule(), entries, entry(len(entries) + 1, words), CALENDAR, now=NOW)

    assert read(rule(), [*entries, entry(len(entries) + 1, words)], CALENDAR, NOW).due > at(START)


@pytest.mark.parametrize(("words", "before", "why"), [
    ("exclude testing 2026-09-30 2026-09-16", (), "起止颠倒"),
    ("exclude testing 2026-09-20 2026-09-20", (), "同一天没有可以扣除的日子"),
    ("exclude testing 2026-09-18 2026-09-25", ("exclude testing 2026-09-16 2026-09-30",), "不必重复登记"),
    ("exclude testing 2026-12-13 2026-12-20", (), "届满"),
    ("exclude testing 2026-09-10 2026-09-20", (), "早于起算"),
    ("exclude testing 2026-09-16", (), "起止日期"),
    ("exclude rain 2026-09-16 2026-09-30", (), "不是法定的中止或者扣除事由"),
    ("exclude testing 2046-09-16 2046-09-30", (), "超过十年"),
    ("suspend suspended 2026-09-25", ("suspend suspended 2026-09-20",), "已经中止"),
    ("suspend suspended 2026-09-18", ("suspend suspended 2026-09-20", "resume 2026-10-20"), "请用扣除"),
    ("resume 2026-09-25", (), "没有中止，不能恢复"),
    ("resume 2026-09-19", ("suspend suspended 2026-09-20",), "不能恢复"),
    ("resume 2026-10-25", ("suspend suspended 2026-09-20", "resume 2026-10-20"), "不能恢复"),
    ("extend 31", (), "最多可以延长30日"), ("extend 0", (), "大于零"), ("extend -3", (), "大于零"), ("extend 1.5", (), "整数"),
    ("extend inf", ("extend 30",), "大于零"), ("extend nan", (), "大于零"), ("extend 4000", ("extend 30",), "十年"),
    ("extend 30", ("extend 30", "extend 30"), "只能延长 2 次"),
    ("correct 7 2026-09-16 2026-09-20", (), "没有第 7 条"), ("revoke 9", (), "没有第 9 条"),
    ("correct 1 2026-09-20", ("exclude testing 2026-09-16 2026-09-30",), "早于新的起算日"),
    ("correct 2 2026-09-30 2026-09-16", ("exclude testing 2026-09-16 2026-09-30",), "起止颠倒"),
    ("correct 2 2026-09-16 2026-09-20", ("exclude testing 2026-09-16 2026-09-30", "revoke 2"), "已经撤销"),
    ("revoke 2", ("exclude testing 2026-09-16 2026-09-30", "revoke 2"), "已经撤销"),
    ("revoke 2", ("suspend suspended 2026-09-20", "resume 2026-10-20"), "先撤销它的恢复"),
    ("revoke 1", (), "不能撤销"), ("revoke 3", ("extend 30", "revoke 2"), "重新登记"),
    ("correct 3 2026-10-01", ("extend 30", "revoke 2"), "重新登记"),
])
def test_what_is_not_lawful_is_refused_with_the_rule_s_name(words: str, before: tuple[str, ...], why: str) -> None:
    with pytest.raises(DeadlineRefused, match=why) as refusal:
        enter(words, *before)

    assert refusal.value.message.startswith("DL-C6 立案到处罚决定：") and refusal.value.rule == "DL-C6"


@pytest.mark.parametrize(("changed", "why"), [
    ({"document": ""}, "检测、检验、检疫或者技术鉴定委托书"), ({"approver": ""}, "须经批准"), ({"approver": "officer"}, "同一人"),
    ({"ground": ""}, "事由"), ({"recorded_at": NOW - dt.timedelta(days=400)}, None),
    ({"from_at": dt.datetime(2026, 9, 16)}, "时区"), ({"from_at": at("2020-09-16")}, "施行日"),
])
def test_a_period_needs_ground_document_and_another_person_s_approval(changed: dict[str, object], why: str | None) -> None:
    if why is None:
        enter("exclude testing 2026-09-16 2026-09-30", **changed)  # the first entry after the start: nothing to be earlier than
        return
    with pytest.raises(DeadlineRefused, match=why):
        enter("exclude testing 2026-09-16 2026-09-30", **changed)

    assert why


@pytest.mark.parametrize(("changed", "why"), [
    ({"document": ""}, "延长办案期限审批表"), ({"approver": ""}, "须经批准"), ({"approver": "officer"}, "同一人"),
    ({"length": None}, "大于零"),
    ({"from_at": at("2026-12-14")}, "届满之后不能再延长"),
])
def test_an_extension_needs_document_and_approval_before_the_end(changed: dict[str, object], why: str) -> None:
    with pytest.raises(DeadlineRefused, match=why):
        enter("extend 30", **changed)


def test_the_default_rule_set_cannot_be_stopped_or_prolonged() -> None:
    for rule_set in ("", "RS-CFF"):
        with pytest.raises(DeadlineRefused, match="没有规定可以中止或者扣除的事由"):
            enter("exclude testing 2026-09-16 2026-09-30", of=rule(rule_set=rule_set))
        with pytest.raises(DeadlineRefused, match="没有规定可以延长"):
            enter("extend 30", of=rule(rule_set=rule_set))


def test_a_limit_of_our_own_cannot_be_stopped_or_prolonged_by_the_law() -> None:
    own = step_rule("核查", 5, Unit.WORKING_DAYS, None)
    for words in ("exclude testing 2026-09-15 2026-09-16", "extend 3"):
        with pytest.raises(DeadlineRefused, match="核查：本期限没有规定"):
            enter(words, of=own)


def test_seizure_is_prolonged_once_by_thirty_days_at_most() -> None:
    enter("extend 30", of=rule("DL-B3", ""))
    with pytest.raises(DeadlineRefused, match="DL-B3 查封、扣押处理：最多可以延长30日"):
        enter("extend 31", of=rule("DL-B3", ""))
    with pytest.raises(DeadlineRefused, match="只能延长 1 次"):
        enter("extend 1", "extend 15", of=rule("DL-B3", ""))


def test_an_extension_that_a_higher_body_grants_needs_no_approver_in_the_town() -> None:
    of = rule(rule_set="RS-EMER")
    enter("extend 90", "extend 60", of=of, approver="")

    assert approvers(of, ledger(START), EntryKind.EXTENDED) == ("leader", "head")
    assert approvers(of, ledger(START, ["extend 60"]), EntryKind.EXTENDED) == ()
    assert approvers(of, ledger(START), EntryKind.SUSPENDED) == ("leader", "head")
    assert approvers(of, ledger(START), EntryKind.RESUMED) == ()


def test_after_the_decision_nothing_is_entered_any_more() -> None:
    entries = ledger(START, ["exclude testing 2026-09-16 2026-09-30"])
    for words, why in (("correct 2 2026-09-16 2026-09-20", "已经作出决定"), ("revoke 2", "已经作出决定"), ("extend 30", "已经停止")):
        with pytest.raises(DeadlineRefused, match=why):
            check(rule(), entries, entry(3, words), CALENDAR, now=NOW, decided=True)

    assert len(entries) == 2


def test_a_server_clock_that_was_set_back_is_noticed() -> None:
    earlier = NOW - dt.timedelta(minutes=5)
    with pytest.raises(DeadlineRefused, match="往回拨过"):
        enter("extend 30", "exclude testing 2026-09-16 2026-09-30", now=earlier, recorded_at=earlier)
    with pytest.raises(DeadlineRefused, match="往回拨过"):
        enter("extend 30", now=at("2026-09-13"), recorded_at=at("2026-09-13"))


def test_a_start_is_entered_once_and_not_before_the_law_nor_after_it() -> None:
    check(rule(), [], started(START), CALENDAR, now=NOW)
    with pytest.raises(DeadlineRefused, match="已经起算"):
        check(rule(), [started(START)], replace(started(START), seq=2), CALENDAR, now=NOW)
    with pytest.raises(DeadlineRefused, match="施行日"):
        check(rule(), [], started("2021-07-14"), CALENDAR, now=NOW)
    old = rulebook.rule("DL-A5", day=dt.date(2026, 4, 14))
    with pytest.raises(DeadlineRefused, match="失效"):
        check(old, [], started("2026-04-15"), CALENDAR, now=NOW)
    with pytest.raises(DeadlineRefused, match="没有写起算的日期"):
        check(rule(), [], Entry(1, EntryKind.STARTED, NOW), CALENDAR, now=NOW)


def test_working_days_of_a_past_year_without_its_notice_are_not_guessed() -> None:
    bare = Calendar.of([])
    of = rulebook.rule("DL-C7", day=dt.date(2024, 5, 1))
    with pytest.raises(DeadlineRefused, match="没有导入 2024 年放假通知"):
        check(of, [], started("2024-05-01"), bare, now=NOW)

    assert read(of, [started("2027-03-01")], CALENDAR, at("2026-11-23")).provisional


def test_without_a_start_or_beyond_the_calendar_there_is_no_date() -> None:
    with pytest.raises(DeadlineRefused, match="没有起算的日期"):
        read(rule(), [entry(2, "extend 30")], CALENDAR, NOW)
    for far in (rule(), step_rule("事项", 9, Unit.HOURS, None), rulebook.rule("DL-F9", day=at(START).date())):
        with pytest.raises(DeadlineRefused, match="超出了日历"):
            read(far, [started("9999-12-31 23:00:00")], CALENDAR, NOW)


def test_the_twenty_ninth_of_february_ends_on_the_last_of_the_month() -> None:
    of = rulebook.rule("DL-A1", day=dt.date(2024, 2, 29))
    assert f"{read(of, [started('2024-02-29')], CALENDAR, NOW).due:%Y-%m-%d}" == "2026-02-28"


def test_an_open_suspension_lasts_until_now_or_until_the_matter_was_done() -> None:
    entries = ledger(START, ["suspend suspended 2026-09-20"])
    found = [read(rule(), entries, CALENDAR, at(day)) for day in ("2026-09-20", "2026-09-25", "2026-10-20")]
    stopped = read(rule(), [*entries, Entry(3, EntryKind.STOPPED, NOW, from_at=at("2026-09-25"))], CALENDAR, NOW)

    assert [f"{one.due:%m-%d}" for one in found] == ["12-13", "12-18", "01-12"]
    assert {one.status for one in found} == {"suspended"}
    assert (stopped.status, stopped.due) == ("stopped", found[1].due)


def test_a_correction_that_is_revoked_leaves_what_stood_before() -> None:
    words = ["exclude testing 2026-09-16 2026-09-30", "correct 2 2026-09-16 2026-09-20", "revoke 3"]
    dues = [f"{read(rule(), ledger(START, words[:number]), CALENDAR, NOW).due:%m-%d}" for number in range(4)]
    check(rule(), ledger(START, words[:2]), entry(4, words[2]), CALENDAR, now=NOW)

    assert dues == ["12-13", "12-27", "12-17", "12-27"]


@pytest.mark.parametrize(("seq", "word"), [(2, "停止"), (3, "继续计算")])
def test_what_the_system_entered_when_the_matter_was_done_and_came_back_is_not_corrected(seq: int, word: str) -> None:
    """A return moved to before the stop would make an open step's clock read as stopped."""
    entries = [started(START), Entry(2, EntryKind.STOPPED, NOW, from_at=NOW), Entry(3, EntryKind.REOPENED, NOW, from_at=NOW)]
    assert read(rule(), entries, CALENDAR, NOW).status == "running"
    with pytest.raises(DeadlineRefused, match=f"第 {seq} 条是{word}，由系统"):
        check(rule(), entries, entry(4, f"correct {seq} {START} {START}"), CALENDAR, now=NOW)


def test_a_correction_of_a_correction_is_about_the_first_entry() -> None:
    words = ["exclude testing 2026-09-16 2026-09-30", "correct 2 2026-09-16 2026-09-20", "correct 3 2026-09-16 2026-09-18"]
    check(rule(), ledger(START, words[:2]), entry(4, words[2]), CALENDAR, now=NOW)

    assert f"{read(rule(), ledger(START, words), CALENDAR, NOW).due:%m-%d}" == "12-15"
