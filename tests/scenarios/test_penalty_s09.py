"""S09: night construction noise; hearing, the second legal review, discussion by the leaders, a decision lighter than notified."""

import datetime as dt

import pytest

from engine.clock import SHANGHAI
from engine.errors import InvalidState, NotAllowed, TooEarly
from engine.people import directory
from engine.runtime.commands import keeping
from engine.runtime.commands.keeping import Paper, Stretch
from tests.town import BOSS, HEAD, HOST, LAWYER, LEADER, OFFICER, Town
from tests.whole_case import WholeCase

FINE = {"proposal_kinds": ["fine"], "proposal_fine": "60000", "proposal_grade": "ordinary", "proposal_basis": "STD:1185(二)",
        "reasons": "夜间连续施工，没有证明。"}


@pytest.fixture
def case(town: Town) -> WholeCase:
    whole = WholeCase(town, "2026-09-10")
    whole.begins(item="STD-noise", item_name="夜间违法施工产生噪声", rule_set="RS-SAMR", party_kind="organisation", party_name="乙建筑公司",
                 act_day="2026-09-08", facts="2026年9月8日23时10分在噪声敏感建筑物集中区域浇筑，没有证明。")
    whole.files()
    whole.step(OFFICER, "是否责令改正", correction_choice="none")
    whole.investigates()
    whole.reports(**FINE)
    whole.reviews()
    whole.at("2026-09-21")
    whole.step(OFFICER, "事先告知并告知听证")
    whole.serves()
    return whole


def applied(case: WholeCase) -> None:
    case.at("2026-09-28")
    case.step(OFFICER, "听证申请", hearing_wish="requested", hearing_applied_on="2026-09-28", hearing_manner="书面")


def arranged(case: WholeCase) -> None:
    applied(case)
    case.step(LAWYER, "审查听证申请", hearing_acceptance="accept")
    case.step(BOSS, "受理并指定主持人", host=HOST, clerk=LAWYER)
    case.at("2026-09-30")


def test_the_party_is_told_of_its_right_and_has_five_days(case: WholeCase) -> None:
    assert case.variables["hearing_right"] is True
    assert "DOC-21" in case.papers() and "DOC-20" not in case.papers()
    assert (case.due("DL-C2"), case.due("DL-C6")) == ("2026-09-29", "2026-12-09")


def test_a_hearing_before_seven_full_days_is_refused(case: WholeCase) -> None:
    """S09-1."""
    arranged(case)

    with pytest.raises(TooEarly, match="2026-10-16"):
        case.step(LAWYER, "安排听证并通知", hearing_at="2026-10-14T09:00", open="public")
    case.step(LAWYER, "安排听证并通知", hearing_at="2026-10-16T09:00", open="public")
    case.serves()
    assert case.due("DL-C3") == "2026-10-15"
    case.at("2026-10-15T16:00")
    with pytest.raises(TooEarly, match="DL-C3"):
        case.step(HOST, "举行听证", hearing_outcome="held")


def test_a_hearing_that_the_calendar_does_not_know_was_not_held(case: WholeCase) -> None:
    """Article 64: room and time are booked and told seven days before, on a day that has come."""
    arranged(case)
    case.step(LAWYER, "安排听证并通知", hearing_at="2026-10-16T09:00", open="public")
    case.serves()
    case.at("2026-10-16")
    with pytest.raises(InvalidState, match="第六十四条.*没有订听证室"):
        case.step(HOST, "举行听证", hearing_outcome="held")
    case.books("2026-10-19")
    with pytest.raises(InvalidState, match="第六十四条.*2026-10-19"):
        case.step(HOST, "举行听证", hearing_outcome="held")
    case.at("2026-10-19")
    case.step(HOST, "举行听证", hearing_outcome="held")
    assert "听证报告" in case.todo(HOST)


def test_who_investigates_neither_reviews_nor_hosts(case: WholeCase) -> None:
    """S09-2, NT-06."""
    applied(case)
    case.step(LAWYER, "审查听证申请", hearing_acceptance="accept")
    with pytest.raises(InvalidState, match="第六十四条"):
        case.step(BOSS, "受理并指定主持人", host=OFFICER, clerk=LAWYER)


def test_an_officer_of_the_case_cannot_review_it(town: Town) -> None:
    """S09-2, NT-05."""
    town.run(lambda c: directory.set_posts(c, OFFICER, [("case_officer", "qs"), ("legal_reviewer", "qs")]))
    whole = WholeCase(town, "2026-09-10")
    whole.begins(item="STD-noise", party_kind="organisation", party_name="乙建筑公司", act_day="2026-09-08", facts="夜间施工。")
    whole.files()
    whole.investigates()
    whole.reports(**FINE)

    with pytest.raises((InvalidState, NotAllowed), match="第五十八条"):
        whole.step(OFFICER, "接收审核材料", review_way="direct")
    assert whole.last("notice") is None


def test_s09_heard_reviewed_again_discussed_and_decided_lighter(case: WholeCase) -> None:
    applied(case)
    case.at("2026-09-30")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.hears("2026-10-16", "2026-10-16")
    officer = case.town.person(OFFICER)
    since, until = (dt.datetime(2026, month, day, tzinfo=SHANGHAI) for month, day in ((9, 28), (10, 16)))
    paper = Paper("听证通知书", BOSS, "hearing", "听证期间不计入")
    clock_id = case.clocks()["DL-C6"].id
    case.town.run(lambda c: keeping.exclude_period(c, clock_id, Stretch(since, until), paper, by=officer))
    assert (case.due("DL-C6"), case.conservative("DL-C6")) == ("2026-12-27", "2026-12-25")

    assert case.todo(LAWYER) == ["接收审核材料"]  # 58(1)(二): reviewed once more after the hearing
    case.reviews()
    case.discusses()
    assert case.variables["discussion_needed"] is True
    case.at("2026-10-26")
    case.drafts(decision_kind="penalty", decision_fine="40000", hearing_text="当事人提出已整改，部分采纳。")
    case.step(HEAD, "负责人决定处罚", decision_fine="40000")
    case.serves()

    assert case.last("decision").fine == 40000_00
    assert {"DOC-22", "DOC-23", "DOC-24b", "DOC-19", "DOC-27"} <= set(case.papers())
    assert case.due("DL-D1") == "2026-11-04"
    case.step(OFFICER, "安排履行", enforce_path="none")
    assert case.due("DL-E1") == "2026-11-10"


def test_a_decision_above_the_notice_is_refused_after_a_hearing_too(case: WholeCase) -> None:
    """S09-3."""
    applied(case)
    case.at("2026-09-30")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.hears("2026-10-16", "2026-10-16")
    case.reviews()
    case.discusses()
    case.drafts(decision_kind="penalty", decision_fine="60001")
    with pytest.raises(InvalidState, match="第四十五条第二款"):
        case.step(HEAD, "负责人决定处罚", decision_fine="60001")


def test_facts_that_change_are_notified_once_more(case: WholeCase) -> None:
    """45(2): back to the report, reviewed, notified and heard again."""
    case.step(OFFICER, "听取陈述申辩", statement_outcome="made", statement="只浇筑了半小时。")
    case.step(LEADER, "复核陈述申辩", outcome="partly", statement_result="renotify")
    case.step(OFFICER, "听证申请", hearing_wish="waived")

    assert case.todo(OFFICER) == ["调查终结报告"]
    case.reports(**{**FINE, "proposal_fine": "70000", "proposal_grade": "serious"})
    case.reviews()
    case.step(OFFICER, "事先告知并告知听证")
    assert case.last("notice").fine == 70000_00
    case.serves()
    assert sorted(case.todo(OFFICER)) == ["听取陈述申辩", "听证申请"]
