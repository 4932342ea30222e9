"""S06, S07 and S21: what stops the time to decide, what must be released when nobody decides, what is seized at once."""

import datetime as dt

import pytest

from engine.cases import measures
from engine.cases.case_file import EXTERNAL
from engine.errors import DeadlineRefused, InvalidState, NotAllowed
from engine.runtime.commands.keeping import Paper
from tests.side_case import KEEPER, SideCase, day
from tests.town import BOSS, HEAD, LEADER, OFFICER, OTHER_OFFICER, Town

FUMES = {"item": "STD-fumes", "item_name": "餐饮服务业超标排放油烟", "party_kind": "sole_trader", "party_name": "戊",
         "act_day": "2026-09-07", "party_operator": "戊", "facts": "油烟扰民，需要监测。"}
COMMISSION = {"institution": "Y市环境监测站", "since": "2026-09-16", "until": "2026-09-30"}


def filed(town: Town, at: str, *processes: str, **begin: object) -> SideCase:
    case = SideCase(town, at, *processes)
    case.begins(**begin)
    case.files()
    return case


def appraised(case: SideCase) -> None:
    case.at("2026-09-16")
    case.starts("appraisal")
    case.step(OFFICER, "委托并书面告知期间", **COMMISSION)
    case.serves()
    case.at("2026-09-30")
    case.step(OFFICER, "登记检测鉴定结果", reported_on="2026-09-30", result="超标", clock_approver=BOSS)
    case.step(OFFICER, "告知结果和复检权", institution="Y市环境监测站", recheck_days="3")
    case.serves()


def test_s06_testing_is_no_time_to_decide_where_the_rule_set_says_so(town: Town) -> None:
    case = filed(town, "2026-09-14", "appraisal", **FUMES, rule_set="RS-SAMR")
    assert (case.due("DL-C6"), case.conservative("DL-C6")) == ("2026-12-13", "2026-12-11")
    appraised(case)
    assert case.variables["excluded"]["days"] == 14
    assert {"DOC-09b", "DOC-09c", "DOC-09d"} <= set(case.papers())
    case.at("2026-10-09")
    assert case.todo(OFFICER) == []
    case.back()
    assert (case.due("DL-C6"), case.conservative("DL-C6")) == ("2026-12-27", "2026-12-25")


def test_s06_1_without_a_ground_in_the_rule_set_nothing_stops(town: Town) -> None:
    case = filed(town, "2026-09-14", "appraisal", **FUMES, rule_set="RS-CFF")
    by, days = town.person(OFFICER), (day("2026-09-16"), day("2026-09-30"))
    with pytest.raises(DeadlineRefused, match="RS-CFF没有规定|不能停表"):
        town.run(lambda c: measures.exclude(c, case.main, days, Paper("鉴告1号", BOSS, "testing"), by))
    appraised(case)
    assert case.variables["excluded"]["excluded"] is False
    case.back()
    assert case.due("DL-C6") == "2026-12-13"


GRILL = [{"name": "烤炉", "spec": "铁制", "count": "1个", "state": "完好", "note": ""}]


@pytest.fixture
def preserved(town: Town) -> SideCase:
    case = SideCase(town, "2026-08-07", "evidence_preservation")
    case.begins(item="STD-barbecue", item_name="在禁止区域露天烧烤", party_name="己", act_day="2026-08-07", facts="在禁烧区露天烧烤。")
    case.starts("evidence_preservation", inventory=GRILL, reason="夜间流动经营，随时可能转移。", keep_place="执法队仓库")
    case.step(HEAD, "批准先行登记保存", preserve_outcome="agree", inventory=GRILL)
    case.step(OFFICER, "登记保存", inventory=GRILL, preserved_on="2026-08-07", until="2026-08-18")
    case.serves()
    return case


def test_s07_preserved_evidence_is_disposed_of_in_seven_working_days(preserved: SideCase) -> None:
    assert preserved.due("DL-B1") == "2026-08-18"
    assert {"DOC-10", "DOC-10a"} <= set(preserved.papers())
    preserved.at("2026-08-17")
    preserved.step(OFFICER, "提出处理意见", disposal_kind="return")
    handled = [{"name": "烤炉", "count": "1个", "handling": "拍照后退还", "basis": "第五十六条"}]
    preserved.step(HEAD, "作出处理决定", disposal_outcome="return", inventory=handled)
    preserved.serves()
    preserved.step(OFFICER, "执行处理决定")
    assert preserved.papers()["DOC-11"].number and preserved.todo(OFFICER) == []


def test_s07_3_nothing_may_be_kept_once_the_time_is_over(preserved: SideCase) -> None:
    preserved.step(OFFICER, "提出处理意见", disposal_kind="return")
    preserved.at("2026-08-19")
    assert preserved.todo(HEAD) == [] and preserved.has(OFFICER, "立即解除并退还")
    with preserved.town.database.reading() as c:
        assert [one.process for one in measures.open_of(c, preserved.main)] == ["evidence_preservation"]
    preserved.step(OFFICER, "立即解除并退还")
    with preserved.town.database.reading() as c:
        assert measures.open_of(c, preserved.main) == ()
    assert "DOC-11" not in preserved.papers()


CART = [{"name": "推车", "spec": "三轮", "count": "1辆", "state": "旧", "note": ""}, {"name": "水果", "spec": "", "count": "20公斤"}]
SEIZED = {"measure_kind": "seize", "inventory": CART, "measure_at": "2025-09-15T10:20", "held_on": "2025-09-15", "since": "2025-09-15",
          "until": "2025-10-15", "perishable": True, "basis": "《Y市城市管理条例》第二十四条第三项", "keep_place": "执法队仓库"}


@pytest.fixture
def vendor(town: Town) -> SideCase:
    case = SideCase(town, "2025-09-15T10:20", "compulsory_measure")
    case.begins(item="CG-vendor-tools", item_name="流动占道经营经多次劝告拒不改正", party_name="庚", act_day="2025-09-15",
                facts="流动占道经营，经多次劝告拒不改正。")
    return case


def seizes(case: SideCase) -> None:
    case.sets({"measure_basis": "《Y市城市管理条例》第二十四条第三项"})
    case.starts("compulsory_measure", measure_urgent=True, measure_kind="seize", reason="当事人欲推车逃离。",
                basis="《Y市城市管理条例》第二十四条第三项")
    case.at("2025-09-15T11:00")
    case.step(OFFICER, "当场实施", **SEIZED)


def test_s21_2_without_a_local_basis_seizing_is_not_offered(vendor: SideCase) -> None:
    with vendor.town.database.reading() as c:
        assert "compulsory_measure" not in [one.key for one in measures.offers(c, vendor.main, vendor.town.person(OFFICER))]
    with pytest.raises(InvalidState, match="行政强制法第十条"):
        vendor.starts("compulsory_measure", measure_kind="seize")
    vendor.sets({"measure_basis": "《Y市城市管理条例》第二十四条第三项"})
    with vendor.town.database.reading() as c:
        assert "compulsory_measure" in [one.key for one in measures.offers(c, vendor.main, vendor.town.person(OFFICER))]


def test_s21_seized_at_once_approved_after_extended_and_unclaimed(vendor: SideCase) -> None:
    seizes(vendor)
    assert f"{vendor.clocks()['DL-B2'].due_at:%m-%d %H:%M}" == "09-16 02:20"  # 10:20 in Shanghai
    vendor.at("2025-09-15T16:00")
    vendor.step(HEAD, "补办批准", measure_outcome="agree")
    vendor.serves()
    assert {rule: vendor.due(rule) for rule in ("DL-B3", "DL-B5")} == {"DL-B3": "2025-10-15", "DL-B5": "2025-09-16"}
    vendor.step(OFFICER, "通知处理鲜活易腐物品", perishable_told_at="2025-09-15T16:00")
    vendor.at("2025-10-13")
    vendor.step(OFFICER, "提出处理（延长）意见", handle_outcome="extend")
    vendor.at("2025-10-14")
    vendor.step(HEAD, "决定处理（延长）", goods_outcome="extend", reason="当事人身份需要进一步核实。", until="2025-11-14")
    assert "DOC-13" in vendor.papers()
    vendor.serves()
    assert vendor.due("DL-B3") == "2025-11-14"

    vendor.at("2025-10-24")
    vendor.step(HEAD, "延长期内决定处理", goods_outcome="release")
    vendor.step(OFFICER, "解除并退还", inventory=CART[:1], claimed_outcome="unclaimed", recipient="庚")
    assert "DOC-14" in vendor.papers()
    vendor.at("2025-10-27")
    vendor.step(OFFICER, "公告认领", unclaimed_from="2025-10-27")
    assert vendor.due("DL-B6") == "2025-12-26"
    vendor.at("2025-12-26T17:00")
    assert vendor.todo(KEEPER) == []
    vendor.at("2025-12-27")
    vendor.step(KEEPER, "拍卖上缴", auction_outcome="auction", auction_receipt="缴0001")
    assert vendor.todo(OFFICER) == vendor.todo(KEEPER) == []


def test_s21_1_neither_handled_nor_extended_must_be_released(vendor: SideCase) -> None:
    seizes(vendor)
    vendor.step(HEAD, "补办批准", measure_outcome="agree")
    vendor.serves()
    vendor.step(OFFICER, "通知处理鲜活易腐物品", perishable_told_at="2025-09-15T11:00")
    vendor.at("2025-10-16")
    assert vendor.has(OFFICER, "解除并退还") and vendor.todo(HEAD) == []
    assert vendor.clocks()["DL-B3"].due_at < vendor.town.clock()


def test_what_is_not_approved_within_a_day_is_released(vendor: SideCase) -> None:
    seizes(vendor)
    vendor.at("2025-09-16T10:21")
    assert vendor.todo(HEAD) == [] and vendor.has(OFFICER, "解除并退还")


def test_only_officers_and_leaders_start_a_measure(vendor: SideCase) -> None:
    vendor.town.publishes_with_called("case_transfer")
    with pytest.raises(NotAllowed, match="由本案承办人"):
        vendor.starts("case_transfer", by=KEEPER)


def test_a_case_that_was_transferred_waits_for_the_receipt_and_comes_back(vendor: SideCase) -> None:
    vendor.files()
    vendor.town.publishes_with_called("case_transfer")
    vendor.starts("case_transfer")
    vendor.step(OFFICER, "提出移送", transfer_kind="authority", receiver="Y市城市管理局")
    vendor.step(BOSS, "批准移送", transfer_outcome="agree", receiver="Y市城市管理局")
    assert case_status(vendor) == EXTERNAL and "DOC-41" in vendor.papers()
    vendor.step(OFFICER, "登记移送回执", receipt_outcome="refused", receipt_note="不属于本局职责。")
    vendor.step("han", "协商管辖", dispute_outcome="ours")
    vendor.step(OFFICER, "恢复办理")
    assert case_status(vendor) == "filed"


def case_status(case: SideCase) -> str:
    case.town.case, here = case.main, case.town.case
    status = case.file.status
    case.town.case = here
    return status


def test_only_the_head_refers_a_crime_and_the_days_are_calendar_days(vendor: SideCase) -> None:
    vendor.files()
    vendor.town.publishes_with_called("crime_transfer")
    vendor.at("2025-09-26")
    vendor.starts("crime_transfer")
    vendor.step(LEADER, "专案组核实报告", task_members=[{"member": OFFICER}, {"member": OTHER_OFFICER}], crime="非法经营罪")
    assert vendor.due("DL-G2") == "2025-09-29"
    vendor.step(HEAD, "正职批准移送", crime_outcome="agree", crime="非法经营罪")
    assert vendor.clocks()["DL-G3"].due_at - vendor.town.clock() == dt.timedelta(hours=24)
    vendor.step(OFFICER, "移送公安机关", receiver="Y市公安局", crime="非法经营罪", inventory=CART[:1])
    assert case_status(vendor) == EXTERNAL and {"DOC-42", "DOC-42a"} <= set(vendor.papers())
    vendor.step(OFFICER, "登记公安回执", received_at="2025-09-26T09:00", receiver="Y市公安局")
    assert vendor.due("DL-G5") == "2025-09-29"
    vendor.at("2025-10-01")
    vendor.step(OFFICER, "登记立案决定", answer_outcome="refused", answer_on="2025-10-01")
    assert vendor.due("DL-G6") == "2025-10-04"  # holidays count
    vendor.step(HEAD, "决定复议、监督或者接受", objection_outcome="accept")
    vendor.step(OFFICER, "恢复行政处罚", clock_approver=BOSS)
    assert case_status(vendor) == "filed"
