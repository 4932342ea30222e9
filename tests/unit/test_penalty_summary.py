"""Deciding on the spot, and the way between a finding and its penalty case."""

from typing import Any

import pytest
from sqlalchemy import insert

from engine import clock
from engine.cases import outcome, service_tasks, step_acts
from engine.cases.tables import finding
from engine.errors import InvalidState, InvalidValues
from engine.runtime import case as cases
from engine.runtime.tables import message
from tests.penalty_town import Docket, citizen, day, sign, stall
from tests.town import FINDER, GRID, OFFICER, OTHER_OFFICER, Town

SPOT = {"kinds": ["fine"], "fine": 5_000, "basis": ["XSR:16"], "prior_order": True}
LITTER = {"item": "STD-litter"}, {"basis": ["GF:111(2)"]}
SIGNBOARD = {}, {"basis": ["XSR:18"], "grade": "slight"}


@pytest.fixture
def docket(town: Town) -> Docket:
    return Docket(town)


def _decides(docket: Docket, values: dict[str, Any], **terms: Any) -> dict[str, Any]:
    docket.begins(values, process="summary_penalty")
    return docket.acts(step_acts.decide, OFFICER, **{**SPOT, **terms})


def test_the_officers_file_and_decide_at_once(docket: Docket) -> None:
    answer = _decides(docket, stall())
    assert (answer["fine"], answer["filed_on"], answer["decided_on"]) == (5_000, "2026-03-02", "2026-03-02")
    assert answer["number"] == docket.one.number == "青石镇综执案〔2026〕1号"


@pytest.mark.parametrize(("values", "matter", "most"), [(stall, LITTER, 20_000), (sign, SIGNBOARD, 300_000)])
def test_the_threshold_is_the_law(docket: Docket, values: Any, matter: Any, most: int) -> None:
    file, terms = matter
    with pytest.raises(InvalidState, match=f"第五十一条.*不得超过 {most // 100} 元"):
        _decides(docket, values(**file), fine=most + 1, **terms)
    assert _decides(docket, values(act_day="2026-02-20", **file), fine=most, **terms)["fine"] == most


def test_a_sole_trader_counts_as_a_citizen(docket: Docket) -> None:
    trader = stall(party_kind="sole_trader", party_name="吴记烧烤", party_operator="吴某")
    with pytest.raises(InvalidState, match="对个体工商户当场罚款不得超过 200 元"):
        _decides(docket, trader, fine=20_001)


@pytest.mark.parametrize("terms", [{"kinds": ["fine", "suspension"]}, {"basis": []}])
def test_only_a_warning_or_a_small_fine_on_the_spot(docket: Docket, terms: dict[str, Any]) -> None:
    with pytest.raises(InvalidState, match="第五十[一二]条"):
        _decides(docket, stall(), **terms)


def test_a_child_is_not_fined_on_the_spot(docket: Docket) -> None:
    with pytest.raises(InvalidState, match="第三十条"):
        _decides(docket, stall(party_id_number=citizen("20140202"), party_guardian="吴父"))
    assert docket.one.number == ""


def _finding(town: Town) -> str:
    town.draws("""
        start s
        user u name="等待" gl:role="grid_worker" gl:scope="grid"
        end e
        s -> u -> e
    """)
    case = town.report(by=FINDER)
    with town.database.reading() as c:
        number = cases.peeked(c, case).row.business_key
    row = {"instance_id": case, "number": number, "source": "patrol", "category": "x", "description": "门前占道摆摊", "unit_id": GRID,
           "address": "解放路12号", "urgent": False, "reported_by": FINDER, "reported_at": clock.now()}
    town.run(lambda c: c.execute(insert(finding), row) and None)
    return str(number)


def test_a_finding_gives_rise_to_a_case_and_hears_how_it_ended(docket: Docket) -> None:
    number = _finding(docket.town)
    payload = {"finding": number, "item": "SR-stall", "officer": OFFICER, "assistant": OTHER_OFFICER, "party_name": "吴某甲"}
    answer = docket.town.run(lambda c: service_tasks.begin_penalty(c, payload))
    docket.case = answer["penalty"]

    one = docket.one
    assert (one.facts, one.act_place, one.act_day, one.party.name) == ("门前占道摆摊", "解放路12号", day("2026-03-02"), "吴某甲")
    assert one.officers == (OFFICER, OTHER_OFFICER) and len(one.findings) == 1

    assert docket.town.run(lambda c: service_tasks.report_outcome(c, {"penalty": docket.case})) == {"told": 1}
    assert docket.town.run(lambda c: service_tasks.report_outcome(c, {"penalty": docket.case})) == {"told": 1}
    docket.town.works()
    with docket.town.database.reading() as c:
        kept = c.execute(message.select()).all()
    assert [(row.name, row.payload["penalty"]) for row in kept] == [(outcome.MESSAGE, docket.case)]


def test_an_unknown_party_is_found_out_before_filing(docket: Docket) -> None:
    number = _finding(docket.town)
    payload = {"finding": number, "item": "SR-stall", "officer": OFFICER, "assistant": OTHER_OFFICER}
    docket.case = docket.town.run(lambda c: service_tasks.begin_penalty(c, payload))["penalty"]
    with pytest.raises(InvalidValues, match="还没有查明"):
        docket.file()
