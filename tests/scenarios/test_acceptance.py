"""Acceptance scenarios S01 and S02 with their dates: put right by the village; and a third time within thirty days."""

import datetime as dt
import tomllib
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases import categories
from engine.cases.case_tables import penalty
from engine.clock import SHANGHAI, local
from engine.documents import register
from engine.runtime import history
from engine.runtime.tables import work_item
from tests.scenarios.language import Player
from tests.town import CADRE, FINDER, LEADER, OFFICER, ROOT, Town


@pytest.fixture
def player(town: Town) -> Player:
    kinds = tomllib.loads((ROOT / "bpmn" / "organisation" / "categories.toml").read_text("utf-8"))
    town.run(lambda c: categories.load(c, kinds))
    town.clock.moment = dt.datetime(2026, 2, 24, 8, 40, tzinfo=SHANGHAI)
    return Player(town, "grid_loop")


def report(party: str) -> dict[str, Any]:
    form = {"category": "0501", "description": f"{party}在人行道摆蔬菜摊", "source": "superior", "party_name": party}
    return {"上报": {"岗位": "grid_worker", "表单": {**form, "location": {"address": "柳林路口"}}}}


def does(role: str, step: str, **values: Any) -> dict[str, Any]:
    return {"办理": {"岗位": role, "事项": step, "表单": values}}


CORRECTED = {"correction_outcome": "corrected", "correction_measures": ["persuade", "slip"], "correction_words": "收摊"}
ORDERED = {"party_kind": "natural", "party_name": "乙", "order_facts": "在人行道摆蔬菜摊，经劝导两次后又摆。"}
PERSUADED = does("village_cadre", "村社纠正", **CORRECTED)
CHECKED = does("grid_worker", "网格员复核", grid_check_outcome="passed")
SETTLED = [
    PERSUADED,
    CHECKED,
    does("grid_worker", "反馈网格员", finder_acknowledged=True),
    does("village_cadre", "反馈村社", village_acknowledged=True),
]


def elements(town: Town) -> set[str]:
    """Every step the case has come by."""
    with town.database.reading() as c:
        events = history.of(c, town.case)
    return {element for event in events for element in event.detail.get("passed") or ()}


def due(town: Town, step: str) -> str:
    with town.database.reading() as c:
        query = select(work_item.c.due_at).where(work_item.c.instance_id == town.case, work_item.c.name == step)
        return f"{local(c.execute(query).scalar_one()):%Y-%m-%d}"


def test_s01_a_stall_put_right_by_the_village_never_becomes_a_case(town: Town, player: Player):
    player.play([
        {"到": "2026-03-02 08:40"},
        report("甲"),
        {"到": "2026-03-02 10:10"},
        PERSUADED,
        {"到": "2026-03-03 09:00"},
        CHECKED,
        *SETTLED[2:],
        {"到": "2026-03-09 09:00"},
        does("grid_worker", "网格员回头看", look_back_outcome="clear"),
        {"办结": True},
    ])

    assert (due(town, "网格员复核"), due(town, "网格员回头看")) == ("2026-03-03", "2026-03-09")
    assert not elements(town) & {"sign", "onsite", "rectify_order", "propose_filing"}
    assert not any("处罚" in line or "立案" in line for line in town.story())
    assert town.todo(CADRE) == town.todo(FINDER) == town.todo(LEADER) == []
    assert town.faults() == []
    with town.database.reading() as c:
        assert c.execute(select(penalty)).all() == []  # S01-1 no case, S01-4 nothing against the party
        assert not any("处罚" in one.name for one in register.of_case(c, town.case))  # S01-2


def test_s02_the_third_time_within_thirty_days_goes_to_the_team_up_to_the_door_of_a_penalty(town: Town, player: Player):
    player.play([
        report("乙"), *SETTLED,
        {"到": "2026-03-05 09:00"}, report("乙"),
    ])  # fmt: skip
    first_order = [
        does("team_leader", "执法队签收", officer="wei", assistant="jiang"),
        does("case_officer", "现场核查", onsite_outcome="order", onsite_facts="第三次摆摊"),
        does("case_officer", "责令改正", rectify_kind="within", rectify_days="3", rectify_demand="撤除摊位", **ORDERED),
        does("case_officer", "送达责令改正通知书", method="direct", place="校门口", receiver="乙", relation="本人"),
    ]
    player.play([
        {"到": "2026-03-12 09:00"}, report("乙"),
        {"待办": {"village_cadre": [], "team_leader": ["执法队签收"]}},
        {"结果": {"route": "team", "route_reason": "同一当事人同类问题多次发生，直接交执法队"}},
        *first_order,
        {"到": "2026-03-16 09:00"},
        does("case_officer", "复查", recheck_outcome="not_corrected", recheck_note="再次摆摊"),
        {"待办": {"case_officer": ["立案建议"]}},
    ])  # fmt: skip

    assert {"rectify_order", "serve_order", "recheck"} <= elements(town)
    with town.database.reading() as c:
        order, = register.of_case(c, town.case)
        assert (order.doc_id, order.number) == ("DOC-15", "青石镇综执改〔2026〕1号") and order.officers == ("wei", "jiang")
        assert str(register.served_on(c, order.id)) == "2026-03-12"
        assert order.data["case"]["facts"] == ORDERED["order_facts"] and order.data["party"]["lines"][0] == "当事人：乙"
        assert order.data["form"]["deadline"] == "收到本文书次日起3日期满"
    assert "村社纠正" not in " ".join(town.story())
    assert town.todo(OFFICER) == ["立案建议"]
    assert town.faults() == []
