"""A case and the law of its matter: the power must be held, the right article chosen, the fine within its range."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete

from engine.cases import guidance, step_acts
from engine.clock import SHANGHAI
from engine.errors import InvalidState
from engine.law import powers, sample
from engine.law.powers import PowerNotHeld
from engine.law.tables import power_item
from engine.people import directory
from tests.penalty_town import Docket, day, sign, stall
from tests.town import OFFICER, Town

READY = {"notice_served_on": "2026-03-02", "review_outcome": "agree"}
SIGN = {"kinds": ["fine"], "fine": 500_000, "basis": ["XSR:18"], "grade": "ordinary"}


@pytest.fixture
def docket(town: Town) -> Docket:
    return Docket(town)


def _at(docket: Docket, when: str) -> None:
    docket.town.clock.move_to(dt.datetime.fromisoformat(f"{when}T09:00").replace(tzinfo=SHANGHAI))


def _proposes(docket: Docket, variables: dict[str, Any] | None = None, **terms: Any) -> dict[str, Any]:
    return docket.acts(step_acts.propose, OFFICER, variables, **terms)


def test_the_matter_gives_its_name_and_its_rule_set(docket: Docket) -> None:
    docket.begins(sign(item="STD-fumes"))
    assert docket.one.title == "青石甲公司餐饮服务业超标排放油烟案"
    docket.file()
    assert (docket.one.item_name, docket.one.rule_set) == ("餐饮服务业超标排放油烟", "RS-ECO")


def test_what_is_not_on_the_list_is_not_filed(docket: Docket) -> None:
    docket.begins(sign(item="XX-unknown"))
    with pytest.raises(PowerNotHeld, match="移送"):
        docket.file()
    assert docket.one.number == ""


@pytest.mark.parametrize("others", ["none", "another town's"])
def test_without_a_list_of_its_own_a_town_files_nothing(docket: Docket, others: str) -> None:
    docket.town.run(lambda c: c.execute(delete(power_item)) and None)
    if others != "none":
        docket.town.run(lambda c: directory.save_unit(c, {"id": "lx", "name": "柳溪镇", "level": "town", "parent_id": "x"}) and None)
        docket.town.run(lambda c: sample.load(c, "lx"))
    docket.begins(sign())
    with pytest.raises(PowerNotHeld, match="还没有装入赋权清单，不能立案.*“法条与权力”中的“赋权清单”"):
        docket.file()
    assert (docket.one.number, docket.one.status) == ("", "preparing")


def test_a_case_whose_list_is_gone_is_not_decided(docket: Docket) -> None:
    docket.begins_filed(sign())
    docket.takes()
    docket.town.run(lambda c: c.execute(delete(power_item)) and None)
    with pytest.raises(InvalidState, match="还没有装入赋权清单"):
        _proposes(docket, **SIGN)


def test_a_power_that_was_taken_back_ends_filing(docket: Docket) -> None:
    docket.begins(sign())
    docket.town.run(lambda c: powers.recall(c, "qs", "SR-sign", day("2026-03-01"), document="市政府决定〔2026〕1号", reason="收回"))
    with pytest.raises(PowerNotHeld, match="移送"):
        docket.file()


@pytest.mark.parametrize("policy", ["finish", "transfer"])
def test_cases_in_flight_follow_the_policy_of_the_recall(docket: Docket, policy: str) -> None:
    docket.begins_filed(sign())
    docket.takes()
    item = next(one for one in sample.read(sample.FILE.read_bytes())["item"] if one["code"] == "SR-sign")
    usual = sample.read(sample.FILE.read_bytes())["list"]
    docket.town.run(lambda c: powers.save(c, "qs", {**usual, **item, "recall_policy": policy}))
    docket.town.run(lambda c: powers.recall(c, "qs", "SR-sign", day("2026-03-02"), document="市政府决定〔2026〕1号", reason="收回"))
    _at(docket, "2026-03-10")
    barred = [one for one in docket.reads(lambda c: guidance.barred(c, docket.one, {})) if one.act == "告知、决定处罚"]
    assert [("已于 2026-03-02 收回" in one.reasons[0]) for one in barred] == ([] if policy == "finish" else [True])

    if policy == "finish":
        assert _proposes(docket, **SIGN)["fine"] == 500_000
    else:
        with pytest.raises(InvalidState, match="移送"):
            _proposes(docket, **SIGN)


@pytest.mark.parametrize(("terms", "words"), [
    ({**SIGN, "fine": 1_000_100}, "不在幅度之内"), ({**SIGN, "fine": 99_900}, "不在幅度之内"),
    ({**SIGN, "basis": ["XSR:16"]}, "处罚依据应为 XSR:18"),
    ({**SIGN, "basis": ["XSR:18", "XSR:16"]}, "没有依据 XSR:16"), ({**SIGN, "kinds": ["fine", "suspension"]}, "没有设定责令停产停业")])
def test_terms_stay_within_the_article(docket: Docket, terms: dict[str, Any], words: str) -> None:
    docket.begins_filed(sign())
    docket.takes()
    with pytest.raises(InvalidState, match=words):
        _proposes(docket, **terms)


def test_a_mitigated_fine_may_lie_below_the_range(docket: Docket) -> None:
    docket.begins_filed(sign())
    docket.takes()
    assert _proposes(docket, **{**SIGN, "fine": 50_000}, mitigated=True)["fine"] == 50_000
    with pytest.raises(InvalidState, match="不在幅度之内"):
        _proposes(docket, **{**SIGN, "fine": 1_000_100}, mitigated=True)


def test_a_matter_without_a_fine_is_not_fined(docket: Docket) -> None:
    docket.begins_filed(stall(item="CX-rural"))
    docket.takes()
    with pytest.raises(InvalidState, match="没有设定罚款"):
        _proposes(docket, kinds=["fine"], fine=100_000, basis=["CX:65"])


@pytest.mark.parametrize(("act", "basis"), [("2026-08-14", "DQ:118(1)"), ("2026-08-15", "STD:1132(1)")])
def test_the_day_of_the_act_chooses_the_law(docket: Docket, act: str, basis: str) -> None:
    _at(docket, "2026-09-14")
    docket.begins_filed(sign(item="STD-fumes", act_day=act))
    docket.takes()
    other = {"DQ:118(1)": "STD:1132(1)", "STD:1132(1)": "DQ:118(1)"}[basis]
    with pytest.raises(InvalidState, match="处罚依据应为"):
        _proposes(docket, kinds=["fine"], fine=800_000, basis=[other], grade="ordinary")
    assert _proposes(docket, kinds=["fine"], fine=800_000, basis=[basis], grade="ordinary", departing_reason="情节较轻")["basis"] == [basis]


def test_the_milder_law_and_its_range_apply_to_an_act_before_the_code(docket: Docket) -> None:
    _at(docket, "2026-08-25")
    docket.begins_filed(stall(item="STD-barbecue", act_day="2026-08-07"))
    docket.takes()
    terms = {"kinds": ["fine", "confiscation"], "confiscation": "烧烤炉一个", "basis": ["STD:1132(3)"], "grade": "ordinary"}
    with pytest.raises(InvalidState, match="不在幅度之内"):
        _proposes(docket, fine=600_000, departing_reason="x", **terms)
    assert _proposes(docket, fine=80_000, departing_reason="x", **terms)["fine"] == 80_000


def test_a_vendor_is_fined_only_after_an_order_of_the_authority(docket: Docket) -> None:
    spot = {"kinds": ["fine"], "fine": 5_000, "basis": ["XSR:16"], "grade": "ordinary"}
    docket.begins(stall(), process="summary_penalty")
    with pytest.raises(InvalidState):
        docket.acts(step_acts.decide, OFFICER, {"correction_choice": "none"}, **spot)
    assert docket.acts(step_acts.decide, OFFICER, prior_order="青石镇综执改〔2026〕3号", departing_reason="x", **spot)["fine"] == 5_000


def test_on_the_spot_nobody_approves_that_the_grade_is_left(docket: Docket) -> None:
    _at(docket, "2026-10-13")
    docket.begins(stall(item="STD-litter", act_day="2026-10-13"), process="summary_penalty")
    spot = {"kinds": ["fine"], "fine": 15_000, "basis": ["STD:1169(3)"], "departing_reason": "态度较好"}
    with pytest.raises(InvalidState, match="由负责人批准"):
        docket.acts(step_acts.decide, OFFICER, grade="serious", **spot)
    assert docket.acts(step_acts.decide, OFFICER, grade="slight", **spot)["fine"] == 15_000
