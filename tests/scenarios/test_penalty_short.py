"""S05, S07, S15 and S17: put right at once, the milder law, a short rule set, a first slight act."""

import pytest

from engine.errors import InvalidState
from tests.town import BOSS, HEAD, LEADER, OFFICER, OTHER_OFFICER, Town
from tests.whole_case import WholeCase

NONE = {"proposal_kind": "no_penalty", "no_penalty_ground": "行政处罚法第三十三条第一款", "first_offence": True,
        "reasons": "轻微并及时改正，没有危害后果。"}


def no_penalty(case: WholeCase) -> None:
    case.drafts(decision_kind="no_penalty")
    case.step(HEAD, "负责人决定不予处罚", decision_kind="no_penalty", clause="行政处罚法第三十三条第一款", education="已当面教育。",
              reasons="轻微并及时改正，没有危害后果。")
    case.serves()


def test_s05_a_village_building_put_right_at_once_is_not_punished(town: Town) -> None:
    case = WholeCase(town, "2026-04-08")
    case.begins(item="CX-rural", item_name="未取得乡村建设规划许可建设", party_name="丁", act_day="2026-04-07",
                facts="未办乡村建设规划许可打地基。")
    case.files()
    case.step(OFFICER, "是否责令改正", correction_choice="order")
    case.step(OFFICER, "责令改正", order_kind="correct", correction="停止建设，恢复原状", correction_days="7", correct_by="2026-04-15")
    case.serves()
    assert case.papers()["DOC-15"].number
    case.at("2026-04-15T18:00")
    assert "复查" not in case.todo(OFFICER)
    case.at("2026-04-16")
    case.step(OFFICER, "复查", correction_outcome="corrected")

    case.investigates()
    case.reports(**NONE)
    case.reviews()
    no_penalty(case)
    case.closes(recheck_result="已恢复")
    assert (case.file.closure_kind, str(case.file.closed_on)) == ("no_penalty", "2026-04-16")
    assert not {"DOC-20", "DOC-27"} & set(case.papers())
    assert "罚款" not in str(case.papers()["DOC-29"].data["decision"])  # S05-1


def test_s07_confiscation_beside_a_fine_under_the_ordinary_procedure(town: Town) -> None:
    case = WholeCase(town, "2026-08-10")
    case.begins(item="STD-barbecue", item_name="露天烧烤", party_name="己", act_day="2026-08-07", facts="在禁烧区露天烧烤。")
    case.files()
    assert (case.due("DL-C6"), case.conservative("DL-C6")) == ("2026-11-08", "2026-11-06")
    case.step(OFFICER, "是否责令改正", correction_choice="none")
    case.at("2026-08-24")
    case.investigates()
    case.reports(proposal_kinds=["fine", "confiscation"], proposal_fine="800", proposal_grade="slight", proposal_confiscation="烧烤炉一个",
                 proposal_basis="STD:1132(3)")
    case.reviews()
    case.at("2026-08-25")
    case.step(OFFICER, "事先告知")
    case.serves()
    assert case.due("DL-C1") == "2026-09-01"
    case.at("2026-09-04")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.drafts(decision_kind="penalty")
    case.step(HEAD, "负责人决定处罚")
    case.serves()
    case.step(OFFICER, "安排履行", enforce_path="none")
    assert case.due("DL-E1") == "2026-09-20"  # S07-1: the Sunday is a working day
    assert case.last("decision").confiscation == "烧烤炉一个"


def test_s15_a_rule_set_with_a_short_time_limit(town: Town) -> None:
    case = WholeCase(town, "2026-04-14")
    case.begins(item="AQ-gas", item_name="未安装可燃气体报警装置", party_kind="organisation", party_name="戊餐饮店",
                act_day="2026-04-13", facts="使用燃气未安装可燃气体报警装置。")
    case.files()
    assert case.due("DL-C6") == "2026-05-14"  # S15-1
    case.step(OFFICER, "是否责令改正", correction_choice="running", order_served_on="2026-04-13", correction_days="15")
    case.at("2026-04-20")
    case.investigates()
    case.reports(proposal_kinds=["fine"], proposal_fine="5000", proposal_grade="slight", proposal_basis="AQ:99(八)")
    case.reviews()
    case.step(OFFICER, "事先告知")
    case.serves()
    assert case.due("DL-C1") == "2026-04-27" and case.variables["hearing_right"] is False
    case.at("2026-04-29")
    case.step(OFFICER, "复查", correction_outcome="corrected")
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.drafts(decision_kind="penalty")
    case.step(HEAD, "负责人决定处罚")
    case.serves()
    assert case.due("DL-D1") == "2026-05-12"
    case.step(OFFICER, "安排履行", enforce_path="none")
    assert case.due("DL-E1") == "2026-05-14"


def test_s15_the_default_rule_set_shows_the_later_day(town: Town) -> None:
    case = WholeCase(town, "2026-04-14")
    case.begins(item="AQ-gas", rule_set="RS-CFF", party_kind="organisation", party_name="戊餐饮店", act_day="2026-04-13",
                facts="未安装报警装置。")
    case.files()
    assert case.due("DL-C6") == "2026-07-13"  # S15-2


def test_s17_a_first_slight_act_is_approved_served_and_not_published(town: Town) -> None:
    case = WholeCase(town, "2026-10-20")
    case.begins(item="STD-straw", item_name="露天焚烧秸秆", party_name="癸", act_day="2026-10-15",
                facts="焚烧秸秆约三平方米，已扑灭，无后果。")
    case.files()
    case.step(OFFICER, "是否责令改正", correction_choice="none")
    case.investigates()
    case.reports(**NONE)
    case.reviews()
    case.drafts(decision_kind="no_penalty")
    case.step(HEAD, "负责人决定不予处罚", decision_kind="no_penalty", clause="行政处罚法第三十三条第一款", education="已当面教育。",
              reasons="初次且轻微。")
    assert case.due("DL-C7") == "2026-10-29"
    assert case.todo(OFFICER) == ["送达"]  # S17-1
    case.serves()
    assert case.todo(OFFICER) == ["结案申请"]  # S17-3: nothing is published, nothing enforced
    assert case.variables["first_offence"] is True  # S17-2
    case.closes()
    assert case.file.closure_kind == "no_penalty" and "DOC-29" in case.papers()


def test_a_lead_that_founds_no_case_is_not_filed(town: Town) -> None:
    case = WholeCase(town, "2026-10-20")
    case.begins(item="STD-straw", party_name="癸", act_day="2026-10-15", facts="没有证据证明焚烧。", reporter="王某")
    case.step(OFFICER, "核查并申请立案", filing_advice="no_file")
    case.step(OTHER_OFFICER, "协办人会签立案")
    case.step(LEADER, "队长审核立案", filing_advice="no_file")
    case.step(BOSS, "批准不予立案", reason="没有违法事实")
    case.step(OFFICER, "告知举报人并结束", reporter="王某", reason="没有违法事实")
    assert (case.file.closure_kind, case.file.status) == ("not_filed", "closed")
    assert {"DOC-04", "DOC-04a"} <= set(case.papers())


def test_an_officer_does_not_approve_the_case_that_is_his_own(town: Town) -> None:
    case = WholeCase(town, "2026-10-20")
    case.begins(item="STD-straw", party_name="癸", act_day="2026-10-15", facts="焚烧秸秆。", assistant=OTHER_OFFICER)
    with pytest.raises(InvalidState, match="第四十二条"):
        case.begins(item="STD-straw", party_name="癸", act_day="2026-10-15", facts="焚烧秸秆。", officer="zhou")
        case.step("zhou", "核查并申请立案", filing_advice="file")
