"""What goes wrong most often beside the cases themselves: whom a document names for the remedy, how long a remedy lasts when it was told
wrongly, what may shorten it, and what the service times of the grid may not touch."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from engine.deadlines import default_calendar, read, rulebook
from engine.definitions import read_folder
from engine.errors import NotAllowed
from engine.reports import indicators
from engine.supervision import ladder
from engine.supervision.tables import paper
from tests.clock_words import NOW, started
from tests.scenarios.test_side_measures import seizes
from tests.side_case import SideCase, decided, spot
from tests.town import HEAD, LEADER, OFFICER, ROOT, Town

SIGN = {"item": "SR-sign", "item_name": "设置户外广告设施不符合容貌标准", "party_kind": "organisation", "party_name": "青石甲公司",
        "act_day": "2025-02-24", "facts": "门头广告破损，责令限期改造，逾期没有改造。"}
SIGNED = {"filed": "2025-03-10", "noticed": "2025-03-24", "decided_on": "2025-04-02", "fine": "5000"}


@pytest.mark.parametrize("own", ["", "X县人民政府"])
def test_the_county_government_reconsiders_not_a_department(town: Town, own: str) -> None:
    case = SideCase(town, "2025-03-10")
    if own:
        case.sets({"review_body@qs": own})
    decided(case, **SIGNED, **SIGN)
    told = case.papers()["DOC-27"].data["remedy"]
    assert told["review_body"] == (own or "示例市人民政府") and told["review_body"] in case.reads("DOC-27")
    assert "城市管理局" not in case.reads("DOC-27").split("不服")[-1]


@pytest.mark.parametrize(("rule", "start", "due"), [
    ("DL-F1", "2025-04-02", "2025-06-03"), ("DL-F1.untold", "2025-04-02", "2026-04-02"),
    ("DL-F9", "2025-04-02", "2025-10-09"), ("DL-F9.untold", "2025-04-02", "2026-04-02"), ("DL-F9.land", "2025-04-02", "2025-04-17")])
def test_a_remedy_told_wrongly_lasts_up_to_a_year(rule: str, start: str, due: str) -> None:
    one = rulebook.rule(rule, day=dt.date.fromisoformat(start))
    found = read(one, [started(start)], default_calendar(), NOW)
    assert found.due.astimezone(NOW.tzinfo).date().isoformat() == due


@pytest.mark.parametrize("rule_set", ["", *sorted(rulebook.rule_sets())])
def test_only_a_statute_shortens_the_time_to_sue(rule_set: str) -> None:
    day = dt.date(2026, 3, 2)
    sue, review = (rulebook.rule(one, day=day, rule_set=rule_set, parameters={"DL-F9": 15, "DL-F1": 15}) for one in ("DL-F9", "DL-F1"))
    assert (sue.limit_text, review.limit_text) == ("6个月", "60日")
    assert not sue.parameter and not review.parameter  # no regulation and no town enters another number
    assert rulebook.rule("DL-F9.land", day=day).law == "土地管理法"  # 土地管理法第八十三条 is a statute: its fifteen days stand


def test_the_service_times_of_the_grid_leave_a_penalty_its_own_days() -> None:
    shipped = read_folder(ROOT / "bpmn" / "grid_loop", ROOT / "forms").diagram.decode()
    waiting = shipped[shipped.index('id="penalty_open"'):].split(">", 1)[0]
    assert "gl:limit=" not in waiting and "gl:deadline=" not in waiting
    notice = rulebook.rule("DL-C1", day=dt.date(2026, 3, 2))
    assert notice.gate is not None and notice.unit.value == "workingDays"


def test_money_comes_into_no_indicator_and_nobody_can_add_one() -> None:
    assert isinstance(indicators.INDICATORS, tuple) and not any(one.money for one in indicators.INDICATORS)
    with pytest.raises(NotAllowed, match="第七十四条"):
        replace(indicators.INDICATORS[0], name="罚没款完成率", performance=True, money=True)


def test_s21_1_what_is_held_too_long_raises_a_red_card(town: Town) -> None:
    vendor = SideCase(town, "2025-09-15T10:20", "compulsory_measure", "supervision")
    vendor.begins(item="CG-vendor-tools", item_name="流动占道经营经多次劝告拒不改正", party_name="庚", act_day="2025-09-15",
                  facts="流动占道经营，经多次劝告拒不改正。")
    seizes(vendor)
    vendor.step(HEAD, "补办批准", measure_outcome="agree")
    vendor.serves()
    vendor.step(OFFICER, "通知处理鲜活易腐物品", perishable_told_at="2025-09-15T11:00")
    assert cards(vendor) == set()
    vendor.at("2025-10-16")
    while ladder.start_due(town.database):
        town.works()
    vendor.at("2025-10-17")
    assert vendor.has(OFFICER, "解除并退还") and "red" in cards(vendor)


def cards(case: SideCase) -> set[str]:
    with case.town.database.reading() as c:
        return set(c.execute(select(paper.c.kind)).scalars())


def test_a_dispute_about_the_summary_decision_goes_to_the_county_first(town: Town) -> None:
    case = SideCase(town, "2026-03-16", "summary_penalty")
    case.begins_on_the_spot(item="SR-stall", item_name="占道经营", party_name="乙", act_day="2026-03-16", facts="占道摆摊。")
    case.step(OFFICER, "告知并听取意见", summary_route="summary")
    case.step(OFFICER, "当场决定处罚", **spot(prior_order="改3号", prior_order_photos=[case.photo(OFFICER)]))
    told = case.reads("DOC-28")
    assert "示例市人民政府" in told and "先" in told and LEADER not in told
