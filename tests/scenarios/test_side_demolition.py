"""Buildings and land (FL-9): a village building, one in the planning area of the town, a building on land that was taken, and dirt that
somebody else clears away. Each has its own way, and no step of it comes before its day."""

import datetime as dt
from typing import Any

import pytest

from engine.cases import costs
from engine.errors import InvalidState, TooEarly
from engine.law import loading, powers, statutes
from tests.side_case import SideCase, decided
from tests.town import BOSS, HEAD, LAWYER, OFFICER, Town

DATES = {"filed": "2025-03-10", "noticed": "2025-03-24", "decided_on": "2025-04-02"}
VILLAGE = {"item": "CX-rural", "item_name": "未取得乡村建设规划许可建设", "party_name": "丁", "act_day": "2025-02-17",
           "facts": "未取得乡村建设规划许可建房，责令限期改正，逾期没有改正。"}
TG = """
[statute]
id = "TG"
title = "中华人民共和国土地管理法"
short = "土地管理法"
kind = "law"

[[article]]
number = "{number}"
from = 2020-01-01
tag = "V"
source = "TG"
text = "（节录）{text}"
"""


def demolition(case: SideCase, basis: str, **begin: str) -> None:
    decided(case, **DATES, fine="", kinds=("demolition",), basis=basis, **begin)


def arranged(case: SideCase, path: str, *, demand: str) -> None:
    """The way is chosen on the day of the decision; the demand is served on its own day."""
    case.step(OFFICER, "安排履行", enforce_path=path, enforce_duty="自行拆除")
    case.at(demand)
    case.step(OFFICER, "催告履行", days="10", path="依法强制拆除")
    case.serves()


@pytest.fixture
def village(town: Town) -> SideCase:
    case = SideCase(town, "2025-03-10", "remedy")
    demolition(case, "CX:65", **VILLAGE)
    return case


def test_a_village_building_is_demanded_announced_and_removed_after_every_remedy(village: SideCase) -> None:
    assert village.last("decision").kinds_words == "限期拆除" and village.owes().fine == 0
    assert "罚款" not in village.reads("DOC-27").split("告知")[0]
    arranged(village, "planning_rural", demand="2025-04-14")
    assert village.due("PRM-demand.days") == "2025-04-27"  # the 27th is worked
    village.at("2025-04-27T17:00")
    assert "公告限期拆除" not in village.todo(OFFICER)
    village.at("2025-04-28")
    village.step(OFFICER, "公告限期拆除", notice_days="15", object="砖混结构一层，六十平方米")
    assert village.due("DL-E11") == "2025-10-09"  # six months; 10-02 is a holiday
    village.at("2025-10-09T17:00")
    assert village.todo(HEAD) == []  # P-09, DL-E11: nobody decides before every remedy is over
    village.at("2025-10-10")
    village.step(HEAD, "强制执行决定", forced_at="2025-10-13T09:00")
    village.serves()
    village.at("2025-10-13T12:00")
    village.step(OFFICER, "实施强制执行", carried_at="2025-10-13T09:00", cost="5200", cost_detail="机械、人工",
                 carried_photos=[village.photo(OFFICER), village.photo(OFFICER)])
    assert {"DOC-27", "DOC-36", "DOC-37", "DOC-38"} <= set(village.papers()) and "DOC-39" not in village.papers()
    with village.town.database.reading() as c:
        assert costs.of(c, village.main).open == 5200_00
    assert_done(village)


def test_a_late_demand_and_announcement_still_give_their_own_days(village: SideCase) -> None:
    arranged(village, "planning_rural", demand="2025-10-13")
    assert village.todo(HEAD) == [] and "公告限期拆除" not in village.todo(OFFICER)
    village.at("2025-10-28")
    village.step(OFFICER, "公告限期拆除", notice_days="15", object="砖混结构一层")
    village.at("2025-10-29")
    with pytest.raises(TooEarly, match="2025-11-13"):
        village.step(HEAD, "强制执行决定", forced_at="2025-11-12T09:00")
    village.step(HEAD, "强制执行决定", forced_at="2025-11-13T09:00")
    assert village.papers()["DOC-37"].number


def test_who_removes_it_alone_is_not_forced(village: SideCase) -> None:
    arranged(village, "planning_rural", demand="2025-04-14")
    village.at("2025-04-20")
    village.step(OFFICER, "催告期内履行情况", complied_on="2025-04-20", complied_note="已自行拆除。")
    assert_done(village)
    assert not {"DOC-37", "DOC-38"} & set(village.papers())


def test_a_reconsideration_stops_the_removal_until_it_is_over(village: SideCase) -> None:
    arranged(village, "planning_rural", demand="2025-04-14")
    village.at("2025-04-28")
    village.step(OFFICER, "公告限期拆除", notice_days="15", object="砖混结构一层")
    village.at("2025-05-06")
    village.starts("remedy", LAWYER, remedy_kind="reconsideration", remedy_procedure="ordinary", applied_on="2025-05-06",
                   accepted_on="2025-05-06", copy_received_on="2025-05-06", document="Y政复受〔2025〕11号")
    village.step(LAWYER, "登记并停止加处、执行", pause_day="2025-05-06", pause_ground="reconsideration", document="Y政复受〔2025〕11号",
                 clock_approver=BOSS)
    village.back()
    assert village.clocks()["DL-E11"].status == "suspended"
    village.at("2025-10-13")
    assert village.todo(HEAD) == []


def test_outside_the_village_area_the_county_orders_first(town: Town) -> None:
    case = SideCase(town, "2025-03-10")
    adds(town, "CX-town", "CX:65")
    demolition(case, "CX:65", **{**VILLAGE, "item": "CX-town"})
    arranged(case, "planning_urban", demand="2025-04-14")
    case.at("2025-04-28")
    case.step(OFFICER, "公告限期拆除", notice_days="15", object="加建一层")
    case.at("2025-10-10")
    assert case.todo(HEAD) == [] and "县级政府责成" in case.todo(OFFICER)
    case.step(OFFICER, "县级政府责成", county_outcome="ordered", county_number="Y政责〔2025〕3号", reported_on="2025-10-10")
    case.step(HEAD, "强制执行决定", forced_at="2025-10-13T09:00")
    assert case.papers()["DOC-37"].number


def test_without_the_county_s_order_nothing_is_removed(town: Town) -> None:
    case = SideCase(town, "2025-03-10")
    adds(town, "CX-town", "CX:65")
    demolition(case, "CX:65", **{**VILLAGE, "item": "CX-town"})
    arranged(case, "planning_urban", demand="2025-04-14")
    case.at("2025-04-28")
    case.step(OFFICER, "公告限期拆除", notice_days="15", object="加建一层")
    case.at("2025-10-10")
    case.step(OFFICER, "县级政府责成", county_outcome="refused", reported_on="2025-10-10")
    assert case.todo(HEAD) == [] and "DOC-37" not in case.papers()
    assert_done(case)


@pytest.fixture
def land(town: Town) -> SideCase:
    case = SideCase(town, "2025-03-10")
    takes_land(town)
    demolition(case, "TG:77", item="TG-land", item_name="非法占用土地建房", party_name="丑", act_day="2025-02-17",
               facts="未经批准占用耕地建房。")
    case.step(OFFICER, "安排履行", enforce_path="land", enforce_duty="拆除新建的建筑物，恢复土地原状")
    return case


def test_a_building_on_land_that_was_taken_goes_to_the_court(land: SideCase) -> None:
    assert land.due("DL-E11.land") == "2025-06-03"  # sixty days; 06-01 is a Sunday, 06-02 a holiday
    assert "催告履行" not in land.todo(OFFICER)  # the town removes nothing itself
    land.at("2025-06-04")
    assert land.due("DL-E8") == "2025-09-03"
    assert land.conservative("DL-E8") == "2025-07-17"  # fifteen days to sue and three months: the earlier reading of the two
    land.step(OFFICER, "制作催告书", days="10", path="申请人民法院强制执行")
    land.serves()
    assert land.due("DL-E7") == "2025-06-18"
    land.step(OFFICER, "记录陈述申辩", statement_outcome="none")
    land.at("2025-06-18T16:00")
    with pytest.raises(TooEarly, match="2025-06-19"):
        land.step(HEAD, "申请法院强制执行")
    land.at("2025-06-19")
    land.step(HEAD, "申请法院强制执行")
    assert {"DOC-36", "DOC-39"} <= set(land.papers()) and not {"DOC-37", "DOC-38"} & set(land.papers())


@pytest.mark.parametrize(("path", "words"), [("planning_rural", "城乡规划法"), ("planning_urban", "城乡规划法"), ("fire_lane", "消防法")])
def test_land_is_not_removed_as_a_building_against_the_plan_is(town: Town, path: str, words: str) -> None:
    case = SideCase(town, "2025-03-10")
    takes_land(town)
    demolition(case, "TG:77", item="TG-land", item_name="非法占用土地建房", party_name="丑", act_day="2025-02-17", facts="占用耕地建房。")
    with pytest.raises(InvalidState, match=words):
        case.step(OFFICER, "安排履行", enforce_path=path, enforce_duty="拆除")


def test_a_building_against_the_plan_does_not_go_to_the_court(village: SideCase) -> None:
    with pytest.raises(InvalidState, match="土地管理法"):
        village.step(OFFICER, "安排履行", enforce_path="land", enforce_duty="拆除")


SPILL = {"item": "STD-spill", "item_name": "运输散装物料沿途遗撒", "party_kind": "organisation", "party_name": "丙物流公司",
         "act_day": "2026-08-20", "facts": "渣土遗撒污染道路。"}


@pytest.fixture
def spill(town: Town) -> SideCase:
    case = SideCase(town, "2026-08-24", "remedy")
    decided(case, filed="2026-08-24", noticed="2026-08-31", decided_on="2026-09-09", fine="3000", basis="STD:1129", **SPILL)
    case.step(OFFICER, "安排履行", enforce_path="substitute", enforce_duty="清除路面渣土")
    return case


def test_somebody_else_clears_the_road_three_working_days_after_the_demand(spill: SideCase) -> None:
    spill.step(HEAD, "代履行决定", substitute_urgent=False)
    spill.serves()
    spill.at("2026-09-10")
    spill.step(OFFICER, "代履行前催告", days="3")
    spill.serves()
    assert spill.due("DL-E10") == "2026-09-15"
    spill.at("2026-09-15T17:00")
    assert "实施代履行" not in spill.todo(OFFICER)
    spill.at("2026-09-16")
    cleared(spill, "2026-09-16T09:00")
    assert {"DOC-36", "DOC-37b"} <= set(spill.papers())
    with spill.town.database.reading() as c:
        assert costs.of(c, spill.main).open == 1800_00
    assert spill.owes().imposed == 3000_00
    assert_done(spill)


def cleared(case: SideCase, at: str) -> None:
    moment = dt.datetime.fromisoformat(at) + dt.timedelta(hours=2)
    case.at(moment.strftime("%Y-%m-%dT%H:%M"))
    case.step(OFFICER, "实施代履行", carried_at=at, cost="1800", cost_detail="清扫、运输",
              carried_photos=[case.photo(OFFICER), case.photo(OFFICER)])


def test_who_clears_it_alone_stops_the_substitute(spill: SideCase) -> None:
    spill.step(HEAD, "代履行决定", substitute_urgent=False)
    spill.serves()
    spill.step(OFFICER, "代履行前催告", days="3")
    spill.serves()
    spill.step(OFFICER, "催告后履行情况", complied_on="2026-09-09", complied_note="已自行清除。")
    assert_done(spill)


def test_what_blocks_a_road_is_cleared_at_once(spill: SideCase) -> None:
    spill.step(HEAD, "代履行决定", substitute_urgent=True)
    spill.serves()
    assert "代履行前催告" not in spill.todo(OFFICER)
    cleared(spill, "2026-09-09T21:00")
    assert "DOC-36" not in spill.papers()
    assert_done(spill)


def test_no_substitute_at_night_when_nothing_is_urgent(spill: SideCase) -> None:
    spill.step(HEAD, "代履行决定", substitute_urgent=False)
    spill.serves()
    spill.step(OFFICER, "代履行前催告", days="3")
    spill.serves()
    spill.at("2026-09-15T08:00")
    with pytest.raises(TooEarly, match="不得执行的时段"):
        cleared(spill, "2026-09-15T22:30")


def assert_done(case: SideCase) -> None:
    """Nothing of the duty is left to do, by anybody."""
    waiting = {"催告履行", "公告限期拆除", "复议诉讼期内拆除情况", "催告期内履行情况", "县级政府责成", "强制执行决定", "实施强制执行",
               "代履行决定", "代履行前催告", "催告后履行情况", "实施代履行"}
    assert not waiting & {*case.todo(OFFICER), *case.todo(HEAD)}


def adds(town: Town, code: str, article: str) -> None:
    """The town holds one more power."""
    row = {"code": code, "name": code, "field": "规划建设", "department": "市自然资源和规划局", "batch": "示例",
           "confirmation": "承接确认书", "recall_policy": "finish", "from": dt.date(2023, 1, 1), "rule_set": "RS-CFF", "steps": ["决定"],
           "bases": [{"article": article, "kinds": ["demolition"]}]}
    town.run(lambda c: powers.save(c, "qs", row))


def takes_land(town: Town) -> None:
    text = TG.format(number="77", text="责令退还非法占用的土地，限期拆除在非法占用的土地上新建的建筑物。")

    def entered(c: Any) -> None:
        loading.load(c, text.encode(), by=None)
        statutes.review(c, statutes.article(c, "TG:77", day=dt.date(2025, 4, 2)).id, by="", note="核对")

    town.run(entered)
    adds(town, "TG-land", "TG:77")
