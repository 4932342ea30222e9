"""The order to correct that a finding issues before any case is filed: who may, what it needs, when its period begins, where it ends up."""

import datetime as dt
import tomllib
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases import case_file, categories
from engine.clock import SHANGHAI
from engine.documents import contents, desk, register
from engine.documents.issuing import Occasion
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import qualifications
from engine.runtime import commands
from engine.runtime.tables import work_item
from tests.scenarios.language import Player
from tests.scenarios.test_acceptance import ORDERED, does, report
from tests.town import DISPATCHER, FINDER, LEADER, OFFICER, ROOT, Town

WITHIN = {"rectify_kind": "within", "rectify_days": "3", "rectify_demand": "撤除摊位", **ORDERED}
HANDED = {"method": "direct", "place": "校门口", "receiver": "乙", "relation": "本人"}


@pytest.fixture
def player(town: Town) -> Player:
    kinds = tomllib.loads((ROOT / "bpmn" / "organisation" / "categories.toml").read_text("utf-8"))
    town.run(lambda c: categories.load(c, kinds))
    town.clock.moment = dt.datetime(2026, 3, 2, 8, 40, tzinfo=SHANGHAI)
    found = Player(town, "grid_loop")
    found.play([
        report("乙"),
        does("village_cadre", "村社纠正", correction_outcome="refused", correction_measures=["persuade"], correction_words="不收摊",
             correction_reason="当事人不听劝阻"),
        does("area_head", "片区研判上报", area_outcome="report", area_note="情况属实"),
        does("dispatcher", "协调中心受理", accept_outcome="accepted"),
        does("team_leader", "执法队签收", officer="wei", assistant="jiang"),
        does("case_officer", "现场核查", onsite_outcome="order", onsite_facts="摊位占用盲道"),
    ])  # fmt: skip
    return found


def orders(town: Town) -> tuple[register.Issued, ...]:
    with town.database.reading() as c:
        return register.of_case(c, town.case)


def order(**values: Any) -> dict[str, Any]:
    return does("case_officer", "责令改正", **{**WITHIN, **values})


def served(**values: Any) -> dict[str, Any]:
    return does("case_officer", "送达责令改正通知书", **{**HANDED, **values})


def test_the_period_begins_when_the_order_is_served(town: Town, player: Player):
    player.play([order(), {"到": "2026-03-04 10:00"}, served(), {"到": "2026-03-07 23:00"}, {"待办": {"case_officer": []}},
                 {"到": "2026-03-08 00:01"}, {"待办": {"case_officer": ["复查"]}}])
    one, = orders(town)
    with town.database.reading() as c:
        proof, = register.services(c, one.id)
    assert one.number and (proof.served_on, proof.servers) == (dt.date(2026, 3, 4), ("wei", "jiang"))


@pytest.mark.parametrize("left_out", ["party_kind", "party_name", "order_facts", "rectify_days", "rectify_demand"])
def test_nothing_is_issued_while_something_is_missing(town: Town, player: Player, left_out: str):
    with pytest.raises(InvalidValues) as refused:
        player.play([order(**{left_out: ""})])
    assert left_out in refused.value.errors and orders(town) == () and town.todo(OFFICER) == ["责令改正"]


def test_an_officer_whose_certificate_is_suspended_issues_no_order(town: Town, player: Player):
    today = dt.date(2026, 3, 2)
    with town.database.reading() as c:
        held, = qualifications.of(c, "jiang", today)
    suspended = qualifications.Happening(qualifications.SUSPENDED, today, reason="考核不合格")
    town.run(lambda c: qualifications.happened(c, held.id, suspended, None))
    with pytest.raises(InvalidState, match="暂扣"):
        player.play([order()])
    assert orders(town) == () and town.todo(OFFICER) == ["责令改正"]


def test_what_is_put_right_on_the_spot_needs_no_paper(town: Town, player: Player):
    player.play([does("case_officer", "责令改正", rectify_kind="at_once", rectify_demand="立即收摊"), {"待办": {"case_officer": ["复查"]}}])
    assert orders(town) == ()
    assert player._variables()["order_told_at"].startswith("2026-03-02")


def test_what_was_not_served_is_served_again_or_looked_at(town: Town, player: Player):
    missed = {"returned": True, "failure_reason": "摊主不在，无人签收", "receiver": "", "relation": ""}
    player.play([order(), served(**missed, serve_next="again"), {"待办": {"case_officer": ["送达责令改正通知书"]}},
                 served(**missed, serve_next="recheck"), {"待办": {"case_officer": ["复查"]}}])
    one, = orders(town)
    with town.database.reading() as c:
        assert [proof.served_on for proof in register.services(c, one.id)] == [None, None]


def test_served_on_a_day_before_it_was_made_is_refused(town: Town, player: Player):
    player.play([order()])
    with pytest.raises(InvalidState, match="不能早于"):
        player.play([served(service_on="2026-03-01")])
    assert town.todo(OFFICER) == ["送达责令改正通知书"]


def test_an_order_made_again_after_a_return_makes_the_first_void(town: Town, player: Player):
    player.play([order()])
    first, = orders(town)
    town.acts(commands.send_back, OFFICER, town.item(OFFICER, "送达责令改正通知书"), "rectify_order", reason="期限写错")
    player.play([order(rectify_days="5")])
    old, new = orders(town)
    assert (old.id, old.state, new.state) == (first.id, register.VOIDED, register.ISSUED)
    assert new.number != old.number and new.data["form"]["deadline"] == "收到本文书次日起5日期满"


def test_only_who_handles_it_or_answers_for_the_town_takes_the_order(town: Town, player: Player):
    player.play([order()])
    one, = orders(town)
    with town.database.reading() as c:
        for person in (OFFICER, LEADER):
            assert desk.may_take(c, one.id, town.person(person)).id == one.id
        for person in (DISPATCHER, FINDER):
            with pytest.raises((NotAllowed, NotFound)):
                desk.may_take(c, one.id, town.person(person))
            with pytest.raises((NotAllowed, NotFound)):
                desk.preview(c, town.case, "DOC-15", Occasion(WITHIN, {"officer": "wei"}), by=town.person(person))


def test_the_order_and_its_proof_are_part_of_the_case_that_follows(town: Town, player: Player):
    player.play([order(), served(), {"到": "2026-03-06 09:00"},
                 does("case_officer", "复查", recheck_outcome="not_corrected", recheck_note="又摆出来"), {"发布": "penalty"},
                 does("case_officer", "立案建议", filing_advice="file", filing_item="SR-stall", filing_party_kind="natural",
                      filing_party_name="乙", filing_matter="擅自占道经营", filing_reason="责令改正后拒不改正")])
    one, = orders(town)
    with town.database.reading() as c:
        case, = case_file.of_finding(c, town.case)
        found = contents.parts(c, case, "青石镇人民政府")
        assert c.execute(select(work_item.c.id).where(work_item.c.instance_id == case)).first()
    assert [part.number for part in found if part.document and part.document.id == one.id] == [one.number]
    assert "送达回证（责令改正通知书）" in [part.title for part in found]
