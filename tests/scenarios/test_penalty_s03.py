"""S03: outdoor advertising below standard, a fine of 5,000 yuan that is not paid, enforcement by the court, the archive."""

import pytest

from engine.cases import dues
from engine.errors import InvalidState, TooEarly
from tests.town import HEAD, LAWYER, LEADER, OFFICER, Town
from tests.whole_case import WholeCase

FINE = {"proposal_kinds": ["fine"], "proposal_fine": "5000", "proposal_grade": "ordinary", "proposal_basis": "XSR:18"}


@pytest.fixture
def case(town: Town) -> WholeCase:
    whole = WholeCase(town, "2025-03-10")
    whole.begins(item="SR-sign", item_name="设置户外广告设施不符合容貌标准", party_kind="organisation", party_name="青石甲公司",
                 act_day="2025-02-24", facts="门头广告破损，责令限期改造，逾期没有改造。")
    return whole


def test_the_dates_up_to_the_decision(case: WholeCase) -> None:
    decided(case)

    assert case.file.number and str(case.file.filed_on) == "2025-03-10"
    assert (case.due("DL-C6"), case.conservative("DL-C6")) == ("2025-06-08", "2025-06-06")
    assert {rule: case.due(rule) for rule in ("DL-C1", "DL-D1")} == {"DL-C1": "2025-03-31", "DL-D1": "2025-04-14"}
    assert case.variables["hearing_right"] is False
    assert case.last("decision").fine == 5000_00
    assert {"DOC-03", "DOC-18", "DOC-19", "DOC-20", "DOC-26", "DOC-27"} <= set(case.papers())
    assert case.variables["decision_served_on"] == "2025-04-02"
    assert sorted(case.todo(OFFICER)) == ["制作公示稿", "安排履行"]


def test_a_fine_above_the_notified_is_refused_and_nothing_is_issued(case: WholeCase) -> None:
    noticed(case)
    case.at("2025-04-02")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.drafts(decision_kind="penalty", decision_fine="6000")

    with pytest.raises(InvalidState, match="第四十五条第二款"):
        case.step(HEAD, "负责人决定处罚", decision_fine="6000")

    assert "DOC-27" not in case.papers() and case.last("decision") is None
    assert case.todo(HEAD) == ["负责人决定处罚"]


def test_nothing_is_decided_before_the_party_has_had_its_days(case: WholeCase) -> None:
    noticed(case)
    case.at("2025-03-31T17:00")

    with pytest.raises(TooEarly, match="2025-04-01"):
        case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="made", statement="请求从轻。")
    case.step(LEADER, "复核陈述申辩", outcome="not_adopted", statement_result="go_on")
    case.drafts(decision_kind="penalty")
    with pytest.raises(TooEarly, match="DL-C1"):
        case.step(HEAD, "负责人决定处罚")

    case.at("2025-04-01")
    case.step(HEAD, "负责人决定处罚")
    assert case.last("decision") is not None


def test_s03_not_paid_enforced_by_the_court_closed_and_filed_away(case: WholeCase) -> None:
    decided(case)
    publishes(case)
    case.step(OFFICER, "安排履行", enforce_path="none")
    assert {rule: case.due(rule) for rule in ("DL-E1", "DL-D1")} == {"DL-E1": "2025-04-17", "DL-D1": "2025-04-14"}

    case.at("2025-05-22")
    with case.town.database.reading() as c:
        owed = dues.of(c, case.town.case, now=case.town.clock())
    assert (owed.surcharge, str(owed.surcharge_from), str(owed.capped_on)) == (5000_00, "2025-04-18", "2025-05-21")  # S03-2
    assert case.due("DL-F9") == "2025-10-09"

    case.at("2025-10-13")
    case.step(OFFICER, "制作催告书", days="10")
    case.serves()
    assert case.due("DL-E7") == "2025-10-27"
    assert (case.due("DL-E8"), case.conservative("DL-E8")) == ("2026-01-09", "2025-12-31")
    case.at("2025-10-27T16:00")
    assert "申请法院强制执行" not in case.todo(HEAD)  # S03-1
    case.at("2025-10-28")
    case.step(OFFICER, "记录陈述申辩", statement_outcome="none")
    case.at("2025-11-03")
    case.step(HEAD, "申请法院强制执行")
    assert case.due("DL-E9") == "2025-11-10"
    case.at("2025-11-07")
    case.step(OFFICER, "登记法院受理", acceptance_outcome="accepted")
    assert case.due("DL-E9.ruling") == "2025-11-18"
    case.at("2025-11-14")
    case.step(OFFICER, "登记法院裁定", ruling_outcome="granted")
    case.at("2025-12-01")
    case.step(OFFICER, "登记法院执行结果", execution_outcome="forced", payment_channel="court", payment_amount="10000",
              receipt_number="法院票 0001")

    case.closes()
    assert (case.file.closure_kind, case.file.status) == ("enforced", "closed")
    assert "DOC-47" in case.papers()
    case.archives()
    assert case.file.status == "archived"
    assert case.town.faults() == [] and case.todo(OFFICER) == case.todo(LAWYER) == []


def noticed(case: WholeCase) -> None:
    case.files()
    case.step(OFFICER, "是否责令改正", correction_choice="before")
    case.at("2025-03-20")
    case.investigates()
    case.reports(**FINE)
    case.at("2025-03-21")
    case.reviews()
    case.at("2025-03-24")
    case.step(OFFICER, "事先告知")
    case.serves()


def decided(case: WholeCase) -> None:
    noticed(case)
    case.at("2025-04-02")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.drafts(decision_kind="penalty")
    case.step(HEAD, "负责人决定处罚")
    case.serves()


def publishes(case: WholeCase) -> None:
    case.step(OFFICER, "制作公示稿", publicity_outcome="publish", redacted=["address"])
    case.step(LAWYER, "核对公示稿", publicity_check_outcome="release")
