"""S12: the party cannot be found, letters come back, both documents are served by public notice; service without effect is refused."""

import pytest

from engine.errors import InvalidState, InvalidValues
from tests.side_case import SideCase, grade
from tests.town import HEAD, LAWYER, OFFICER, Town

SPILL = {"item": "STD-spill", "item_name": "运输散装物料沿途遗撒", "party_kind": "organisation", "party_name": "丙物流公司",
         "act_day": "2026-08-20", "facts": "车辆沿途遗撒渣土。"}


@pytest.fixture
def case(town: Town) -> SideCase:
    found = SideCase(town, "2026-08-26")
    found.begins(**SPILL)
    found.files()
    found.step(OFFICER, "是否责令改正", correction_choice="none")
    found.investigates()
    found.at("2026-09-07")
    found.reports(proposal_kinds=["fine"], proposal_fine="3000", proposal_basis="STD:1129",
                  proposal_grade=grade("STD-spill", "2026-09-07", "3000"))
    found.reviews()
    found.step(OFFICER, "事先告知")
    return found


def posts(case: SideCase, returned_on: str) -> None:
    """The letter is posted, and comes back on that day."""
    case.step(OFFICER, "送达", method="mail", service_on=case.today, tracking="EMS123456", place="邮局")
    assert case.todo(OFFICER).count("登记邮寄结果") == 1
    case.at(returned_on)
    case.step(OFFICER, "登记邮寄结果", mail_outcome="returned", service_on=returned_on, return_reason="查无此人",
              next_way="public_notice")


def publishes(case: SideCase) -> None:
    case.step(OFFICER, "公告送达", service_on=case.today, reason="邮寄被退回，电话无人接听。", content="限期领取文书。",
              place="镇政府公告栏")


def test_s12_both_documents_are_served_by_public_notice(case: SideCase) -> None:
    posts(case, "2026-09-15")
    case.at("2026-09-16")
    with pytest.raises(InvalidValues) as refused:  # S12-1
        case.town.does(OFFICER, "公告送达", reason="", content="公告", service_on="2026-09-16", place="公告栏", photos=[])
    assert {"reason", "photos"} <= set(refused.value.errors)
    assert "DOC-32" not in case.papers()
    publishes(case)
    assert case.due("DL-C8") == "2026-10-16" and case.papers()["DOC-32"].number
    case.at("2026-10-16T20:00")
    assert case.todo(OFFICER) == []
    case.at("2026-10-17")
    assert case.variables["notice_served_on"] == "2026-10-16" and case.due("DL-C1") == "2026-10-23"

    case.at("2026-10-27")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.drafts(decision_kind="penalty")
    case.step(HEAD, "负责人决定处罚")
    posts(case, "2026-11-03")
    publishes(case)
    case.at("2026-12-04")
    assert case.variables["decision_served_on"] == "2026-12-03"
    case.step(OFFICER, "安排履行", enforce_path="none")
    assert (case.due("DL-E1"), case.due("DL-D1")) == ("2026-12-18", "2026-11-05")  # S12-2
    case.at("2026-12-19T10:00")
    owed = case.owes()
    assert (str(owed.surcharge_from), owed.daily) == ("2026-12-19", 90_00)


def test_nt_28_electronic_service_needs_the_signed_confirmation(case: SideCase) -> None:
    with pytest.raises(InvalidState, match="第六十一条第二款"):
        case.step(OFFICER, "送达", method="electronic", service_on=case.today, electronic_address="a@b.cn")
    assert case.variables.get("notice_served_on") is None and case.todo(OFFICER) == ["送达"]


def test_a_failed_attempt_is_kept_and_another_way_is_tried(case: SideCase) -> None:
    case.step(OFFICER, "送达", method="direct", service_on=case.today, returned=True, place="公司住所",
              failure_reason="大门紧闭，无人应答。", next_way="again")
    assert case.todo(OFFICER) == ["送达"]
    case.step(OFFICER, "送达", method="left", service_on=case.today, place="公司住所", refusal="前台拒收", witness="柳林村干部李某")
    assert case.variables["notice_served_on"] == case.today
    assert "听取陈述申辩" in case.todo(OFFICER) and case.todo(LAWYER) == []
