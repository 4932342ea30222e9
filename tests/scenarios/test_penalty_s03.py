"""S03: outdoor advertising below standard, a fine of 5,000 yuan; up to the decision, its service and its publication."""

import pytest

from tests.town import BOSS, HEAD, LAWYER, LEADER, OFFICER, Town
from tests.whole_case import WholeCase

FINE = {"proposal_kinds": ["fine"], "proposal_fine": "5000", "proposal_basis": "SR-18"}


@pytest.fixture
def case(town: Town) -> WholeCase:
    whole = WholeCase(town, "2025-03-10")
    whole.begins(item="SR-sign", item_name="设置户外广告设施不符合容貌标准", party_kind="organisation", party_name="青石甲公司", act_day="2025-02-24",
                 facts="门头广告破损，责令限期改造，逾期没有改造。")
    return whole


def test_a_sign_that_is_not_mended_is_fined(case: WholeCase) -> None:
    case.files()
    assert case.file.status == "filed" and case.file.number
    assert (case.due("DL-C6"), case.conservative("DL-C6")) == ("2025-06-08", "2025-06-06")
    case.step(OFFICER, "是否责令改正", correction_choice="before")

    case.at("2025-03-20")
    case.investigates()
    case.reports(**FINE)
    case.at("2025-03-21")
    case.reviews()
    case.at("2025-03-24")
    assert case.todo(OFFICER) == ["事先告知"]
    case.step(OFFICER, "事先告知")
    case.serves()
    assert case.due("DL-C1") == "2025-03-31"

    case.at("2025-04-02")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.drafts(decision_kind="penalty")
    case.step(HEAD, "负责人决定处罚")
    case.serves()

    assert case.variables["decision_served_on"] == "2025-04-02"
    assert case.due("DL-D1") == "2025-04-14"
