"""S02 and S10: fines on the spot, in cash and not in cash, a party that refuses to sign, and the way into the ordinary procedure."""

import pytest

from engine.cases import case_file, case_list, penalty
from engine.cases.case_list import Asked
from engine.errors import InvalidState, InvalidValues
from engine.runtime import casebook, commands
from tests.side_case import FINANCE, SideCase, grade, spot
from tests.town import BOSS, LEADER, OFFICER, Town

STALL = {"item": "SR-stall", "item_name": "占道经营", "party_name": "乙", "facts": "占道摆摊，经责令改正拒不改正。"}
ORDER = {"prior_order": "青石镇综执改〔2026〕3号"}


@pytest.fixture
def case(town: Town) -> SideCase:
    found = SideCase(town, "2026-03-16", "summary_penalty")
    found.begins_on_the_spot(**STALL, act_day="2026-03-16")
    found.step(OFFICER, "告知并听取意见", summary_route="summary")
    return found


def decides(case: SideCase, **more: object) -> None:
    case.step(OFFICER, "当场决定处罚", **{**spot(), **ORDER, "prior_order_photos": [case.photo(OFFICER)], **more})


def delivers(case: SideCase, **more: object) -> None:
    case.step(OFFICER, "当场交付决定书", **{"method": "direct", "relation": "本人", **more})


def test_s02_cash_goes_to_the_authority_and_to_the_bank(case: SideCase) -> None:
    decides(case, collection="cash")
    delivers(case)
    assert case.has(OFFICER, "登记当场收缴") and case.has(LEADER, "报机关备案")
    assert case.due("DL-C12") == "2026-03-18"
    case.step(OFFICER, "登记当场收缴", payment_amount="50", receipt_number="00012345", cash_ground="small")
    assert case.due("DL-E3") == "2026-03-18"
    case.at("2026-03-18")
    case.step(FINANCE, "现金交至机关")
    assert case.due("DL-E4") == "2026-03-20"
    case.at("2026-03-20")
    case.step(FINANCE, "现金缴付银行")
    case.step(LEADER, "报机关备案")
    assert case.owes().is_settled and case.owes().receipts == ("00012345",)

    case.closes()
    case.archives()
    assert (case.file.closure_kind, case.file.status) == ("fulfilled", "archived")
    assert case.town.faults() == []


def test_s02_1_persuasion_by_the_village_is_no_order(case: SideCase) -> None:
    with pytest.raises(InvalidState, match="村社劝导不是责令改正"):
        case.step(OFFICER, "当场决定处罚", **spot())
    assert case.papers() == {} and case.file.number == ""


def test_s02_1_an_order_of_the_officers_in_the_finding_counts(town: Town) -> None:
    case = SideCase(town, "2026-03-12", "summary_penalty")
    town.draws("""
        start s
        user rectify_order name="责令改正" gl:role="case_officer" gl:scope="town"
        user later name="等待复查" gl:role="case_officer" gl:scope="town"
        end e
        s -> rectify_order -> later -> e
    """)
    finding = town.report()
    town.does(OFFICER, "责令改正")
    case.at("2026-03-16")
    case.begins_on_the_spot(**STALL, act_day="2026-03-16", finding=finding)
    case.step(OFFICER, "告知并听取意见", summary_route="summary")
    case.step(OFFICER, "当场决定处罚", **spot())
    assert case.papers()["DOC-28"].number


def test_s02_2_remedies_name_the_reconsideration_first(case: SideCase) -> None:
    decides(case)
    paper = case.papers()["DOC-28"]
    assert paper.number and "当" in paper.number
    said = case.reads("DOC-28")
    assert "应当先自收到本决定书之日起六十日内" in said and "伍拾元整" in said
    assert "直接起诉" not in said and "或者直接向" not in said


def test_s02_3_more_than_the_law_allows_is_no_fine_on_the_spot(case: SideCase) -> None:
    with pytest.raises(InvalidState, match="第五十一条"):
        decides(case, decision_fine="201")
    assert "DOC-28" not in case.papers()
    assert case.todo(OFFICER) == ["当场决定处罚"]


def test_what_was_not_handed_over_yet_is_decided_again(case: SideCase) -> None:
    decides(case)
    number, first = case.file.number, case.papers()["DOC-28"].number
    case.town.acts(commands.send_back, OFFICER, case.town.item(OFFICER, "当场交付决定书"), "decide_spot", reason="金额写错")
    decides(case, decision_fine="30")
    assert case.file.number == number and case.papers()["DOC-28"].number != first  # the first number is void, never used again
    delivers(case)
    assert case.owes().fine == 30_00


def test_a_disputed_case_goes_into_the_ordinary_procedure(town: Town) -> None:
    case = SideCase(town, "2026-03-16", "summary_penalty")
    case.begins_on_the_spot(**STALL, act_day="2026-03-16")
    case.step(OFFICER, "告知并听取意见", summary_route="ordinary")
    case.step(OFFICER, "转普通程序")

    assert case.file.status == case_file.CLOSED and case.file.closure_kind == "converted"
    with town.database.reading() as c:
        lines = case_list.page(c, town.person(LEADER), Asked(status="preparing")).lines
        assert [line.title for line in lines] == ["乙占道经营案"]
        found = casebook.show(c, lines[0].instance_id, town.person(LEADER))
        assert penalty.of(c, lines[0].instance_id).process_key == "penalty"
    assert found.values["item"] == "SR-stall"


@pytest.fixture
def litter(town: Town) -> SideCase:
    found = SideCase(town, "2026-10-13", "summary_penalty")
    found.begins_on_the_spot(item="STD-litter", item_name="随意倾倒生活垃圾", party_name="辛", act_day="2026-10-13",
                             facts="在路边倾倒生活垃圾两袋，有视频。")
    found.step(OFFICER, "告知并听取意见", summary_route="summary")
    return found


LITTER = {"decision_fine": "150", "decision_basis": "STD:1169(3)", "decision_grade": grade("STD-litter", "2026-10-13", "150")}


def test_s10_1_cash_above_a_hundred_needs_a_lawful_reason(litter: SideCase) -> None:
    with pytest.raises(InvalidValues) as refused:
        litter.step(OFFICER, "当场决定处罚", **spot(**LITTER, collection="cash"))
    assert "第六十八条" in refused.value.errors["collection"]


def test_s10_2_a_refused_signature_needs_a_witness_or_a_recording(litter: SideCase) -> None:
    litter.step(OFFICER, "当场决定处罚", **spot(**LITTER))
    bare = {"method": "left", "service_on": "2026-10-13", "place": "路边", "refusal": "拒绝签收", "photos": []}
    with pytest.raises(InvalidValues) as refused:
        litter.town.does(OFFICER, "当场交付决定书", **bare)
    assert "photos" in refused.value.errors
    litter.town.does(OFFICER, "当场交付决定书", **{**bare, "video": "ZFJL-20261013-01"})

    assert litter.due("DL-C12") == "2026-10-15"
    litter.step(OFFICER, "安排履行", enforce_path="none")
    assert litter.due("DL-E1") == "2026-10-28"
    litter.step(LEADER, "报机关备案")
    litter.at("2026-10-29T10:00")
    owed = litter.owes()
    assert (owed.daily, str(owed.surcharge_from), owed.surcharge) == (4_50, "2026-10-29", 4_50)
    assert "登记逾期缴款" in litter.todo(OFFICER)
    litter.step(OFFICER, "登记逾期缴款", pay_outcome="paid", payment_channel="electronic", payment_amount="154.50", receipt_number="00099")
    assert litter.owes().is_settled
    assert litter.has(OFFICER, "结案申请")
    litter.step(OFFICER, "结案申请")
    litter.step(LEADER, "队长审核结案")
    litter.step(BOSS, "批准结案")
    assert litter.file.closure_kind == "fulfilled"
