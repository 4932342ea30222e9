"""S03 (its tail), S14 and S23: a remedy stops the surcharge, a fire lane is cleared beside the fine, an instalment is missed."""

import pytest

from engine.cases import costs, remedies
from engine.errors import InvalidState, InvalidValues, NotAllowed, TooEarly
from tests.side_case import SideCase, decided
from tests.town import BOSS, HEAD, LAWYER, OFFICER, Town

SIGN = {"item": "SR-sign", "item_name": "设置户外广告设施不符合容貌标准", "party_kind": "organisation", "party_name": "青石甲公司",
        "act_day": "2025-02-24", "facts": "门头广告破损，责令限期改造，逾期没有改造。"}

FIRE = {"PRM-ruleset.values.RS-FIRE.DL-C6": 90}
"""The rule set for fire matters leaves the time to decide to the town."""


@pytest.fixture
def sign(town: Town) -> SideCase:
    case = SideCase(town, "2025-03-10", "remedy", "enforcement_stop")
    decided(case, filed="2025-03-10", noticed="2025-03-24", decided_on="2025-04-02", fine="5000", **SIGN)
    case.step(OFFICER, "安排履行", enforce_path="none")
    return case


def reconsiders(case: SideCase, day: str) -> None:
    case.at(day)
    case.starts("remedy", LAWYER, remedy_kind="reconsideration", remedy_procedure="ordinary", applied_on=day, accepted_on=day,
                copy_received_on=day, document="Y政复受〔2025〕8号")
    case.step(LAWYER, "登记并停止加处、执行", pause_day=day, pause_ground="reconsideration", document="Y政复受〔2025〕8号",
              clock_approver=BOSS)


def test_s03_3_a_reconsideration_stops_the_surcharge_from_its_day(sign: SideCase) -> None:
    sign.at("2025-05-20")
    before = sign.owes().surcharge
    reconsiders(sign, "2025-05-20")
    assert sign.due("DL-F6") == "2025-06-04"

    sign.at("2025-06-03")
    sign.step(LAWYER, "复议答复举证")
    sign.at("2025-07-15")
    owed = sign.owes()
    assert owed.paused and owed.surcharge == before - 150_00 == 32 * 150_00  # the day itself does not count (NT-16)
    sign.back()
    assert sign.clocks()["DL-E2"].status == "suspended"


def test_what_is_under_reconsideration_is_not_demanded(sign: SideCase) -> None:
    reconsiders(sign, "2025-05-20")
    sign.back()
    sign.at("2025-10-13")
    with pytest.raises(InvalidState, match="复议、诉讼期间"):
        sign.step(OFFICER, "制作催告书", days="10")
    assert "DOC-36" not in sign.papers()


def test_a_revoked_decision_ends_enforcement_at_once(sign: SideCase) -> None:
    reconsiders(sign, "2025-04-15")
    sign.step(LAWYER, "复议答复举证")
    sign.at("2025-05-30")
    sign.step(LAWYER, "登记复议决定", remedy_outcome="revoked", outcome_on="2025-05-30", outcome_number="Y政复决〔2025〕9号")
    assert sign.has(LAWYER, "恢复加处、执行或者改正")
    assert sign.town.run(lambda c: remedies.rulings(c, sign.main)) == ()  # nothing may be changed before the remedy is over
    sign.step(LAWYER, "恢复加处、执行或者改正", resume_day="2025-05-30", pause_ground="reconsideration")
    ruling = sign.town.run(lambda c: remedies.rulings(c, sign.main))[0]
    assert (ruling.words, ruling.document, ruling.day.isoformat()) == ("撤销", "Y政复决〔2025〕9号", "2025-05-30")
    assert sign.due("DL-D4") == "2025-06-05"  # 06-02 is a holiday
    sign.step(LAWYER, "撤回公示并说明", withdrawn_outcome="none", withdrawn_reason="决定没有公示过。")
    sign.back()
    assert sign.variables.get("enforcement_outcome") is None or sign.variables["enforcement_outcome"] == "revoked"
    assert "登记缴款" not in sign.todo(OFFICER) and "登记逾期缴款" not in sign.todo(OFFICER)


def test_enforcement_that_is_ended_goes_no_further(sign: SideCase) -> None:
    sign.starts("enforcement_stop", kind="end", clause="a40_2", reason="公司已注销，没有财产可供执行。")
    sign.step(HEAD, "决定中止、终结执行", stop_outcome="agree", kind="end", clause="第四十条第二项")
    assert "DOC-40" in sign.papers()
    sign.serves()
    sign.back()
    assert "登记缴款" not in sign.todo(OFFICER)


@pytest.fixture
def lane(town: Town) -> SideCase:
    case = SideCase(town, "2026-03-16")
    case.sets(FIRE)
    decided(case, filed="2026-03-16", noticed="2026-03-30", decided_on="2026-04-10", fine="10000", basis="XF:60(1)(五)", item="XF-lane",
            item_name="占用消防车通道", party_kind="organisation", party_name="青石物业公司", act_day="2026-03-09",
            facts="设置隔离桩占用消防车通道，责令改正，复查没有改正。")
    return case


def test_s14_the_fine_and_the_clearing_run_side_by_side(lane: SideCase) -> None:
    assert {rule: lane.due(rule) for rule in ("DL-C1", "DL-D1", "DL-C6")} == {
        "DL-C1": "2026-04-07", "DL-D1": "2026-04-21", "DL-C6": "2026-06-14"}
    assert lane.conservative("DL-C6") == "2026-06-12"
    lane.at("2026-04-13")
    lane.step(OFFICER, "安排履行", enforce_path="fire_lane")
    assert {"登记缴款", "催告履行"} <= set(lane.todo(OFFICER))  # S14-1
    assert lane.due("DL-E1") == "2026-04-27"
    lane.step(OFFICER, "催告履行", days="10", path="强制清除，费用由违法行为人承担")
    lane.serves()
    assert lane.due("PRM-demand.days") == "2026-04-27"

    lane.at("2026-04-27T17:00")
    assert "强制执行决定" not in lane.todo(HEAD)
    lane.at("2026-04-28")
    with pytest.raises(TooEarly, match="不得执行的时段"):  # NT-18
        lane.step(HEAD, "强制执行决定", forced_at="2026-04-28T22:30")
    with pytest.raises(TooEarly, match="不得执行的时段"):
        lane.step(HEAD, "强制执行决定", forced_at="2026-05-01T10:00")
    lane.step(HEAD, "强制执行决定", forced_at="2026-04-28T15:00")
    lane.serves()
    lane.at("2026-04-28T16:00")
    lane.step(OFFICER, "实施强制执行", carried_at="2026-04-28T15:00", cost="3200", cost_detail="吊车、运输、人工",
              carried_photos=[lane.photo(OFFICER), lane.photo(OFFICER)])

    with lane.town.database.reading() as c:
        assert costs.of(c, lane.main).open == 3200_00  # S14-2
    assert lane.owes().imposed == 10000_00
    assert "登记逾期缴款" in lane.todo(OFFICER)
    assert {"DOC-36", "DOC-37"} <= set(lane.papers())


def test_a_removal_at_night_needs_a_second_authority(lane: SideCase) -> None:
    lane.at("2026-04-13")
    lane.step(OFFICER, "安排履行", enforce_path="fire_lane")
    lane.step(OFFICER, "催告履行", days="10")
    lane.serves()
    lane.at("2026-04-28")
    night = {"forced_at": "2026-04-28T22:30", "forced_urgent": True, "forced_urgent_reason": "消防通道堵塞，有火情。"}
    with pytest.raises(NotAllowed, match="另一名负责人"):
        lane.step(HEAD, "强制执行决定", **night, forced_second=HEAD)
    lane.step(HEAD, "强制执行决定", **night, forced_second=BOSS)
    assert lane.papers()["DOC-37"].number


def test_s23_the_third_instalment_is_missed(town: Town) -> None:
    case = SideCase(town, "2025-10-13")
    case.sets(FIRE)
    decided(case, filed="2025-10-13", noticed="2025-10-20", decided_on="2025-11-03", fine="24000", basis="XF:60(1)(五)", item="XF-lane",
            item_name="占用消防车通道", party_kind="organisation", party_name="丑公司", act_day="2025-09-09",
            facts="占用消防车通道，责令改正，复查没有改正。")
    case.step(OFFICER, "安排履行", enforce_path="none")
    assert case.due("DL-E1") == "2025-11-18"
    case.at("2025-11-12")
    case.step(OFFICER, "登记缴款", pay_outcome="applied", application_note="资金周转困难，申请分三期。")
    plan = [{"number": "1", "amount": "8000", "due": "2025-12-15"}, {"number": "2", "amount": "8000", "due": "2026-01-15"},
            {"number": "3", "amount": "8000", "due": "2026-02-13"}]
    case.step(OFFICER, "拟定延期分期方案", plan=plan, applied_on="2025-11-12")
    assert case.todo(HEAD) == [] and "法制员裁量方案" in case.todo(LAWYER)  # S23-1: the plan ends before the time to sue
    case.step(LAWYER, "法制员裁量方案", plan_ruling_outcome="keep", plan_ruling_note="按较早的期限掌握，提前催告。")
    case.at("2025-11-14")
    case.step(HEAD, "审批延期分期", deferral_outcome="agree", plan=plan, applied_on="2025-11-12")
    assert "DOC-33" in case.papers()

    pays(case, "2025-12-15", "票1")
    pays(case, "2026-01-15", "票2")
    case.at("2026-02-14")
    assert "登记逾期缴款" in case.todo(OFFICER)
    owed = case.owes()
    assert (owed.daily, str(owed.surcharge_from), str(owed.capped_on)) == (240_00, "2026-02-14", "2026-03-19")
    assert case.due("DL-E2") == "2026-03-19" and case.due("DL-F9") == "2026-05-06"
    case.at("2026-03-25")
    assert case.owes().surcharge == 8000_00  # NT-17
    case.at("2026-05-07")
    case.step(OFFICER, "制作催告书", days="10")
    case.serves()
    assert (case.due("DL-E7"), case.due("DL-E8")) == ("2026-05-20", "2026-08-06")
    case.step(OFFICER, "记录陈述申辩", statement_outcome="none")
    case.at("2026-05-20T17:00")
    with pytest.raises(TooEarly, match="2026-05-21"):  # NT-29
        case.step(HEAD, "申请法院强制执行")
    case.at("2026-05-21")
    case.step(HEAD, "申请法院强制执行")
    assert case.papers()["DOC-39"].number


def pays(case: SideCase, day: str, receipt: str) -> None:
    case.at(day)
    case.step(OFFICER, "登记分期缴款", pay_outcome="paid", payment_channel="bank", payment_amount="8000", receipt_number=receipt)


def test_a_plan_that_does_not_add_up_is_refused(sign: SideCase) -> None:
    sign.step(OFFICER, "登记缴款", pay_outcome="applied", application_note="申请延期。")
    with pytest.raises(InvalidValues) as refused:
        sign.step(OFFICER, "拟定延期分期方案", applied_on="2025-04-02", plan=[{"number": "1", "amount": "4000", "due": "2025-06-02"}])
    assert "5000.00 元" in refused.value.errors["plan"]
    sign.step(OFFICER, "拟定延期分期方案", applied_on="2025-04-02", plan=[{"number": "1", "amount": "5000", "due": "2025-11-03"}])
    sign.step(HEAD, "审批延期分期", deferral_outcome="refuse", deferral_note="没有证据证明困难。")
    assert "DOC-33" not in sign.papers() and "登记缴款" in sign.todo(OFFICER)
