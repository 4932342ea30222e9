"""The lawful order: what must come before a notice, a decision, the closing; each refusal names its article."""

import datetime as dt
from typing import Any

import pytest

from engine.cases import case_file, closing, evidence, goods, lawful_order, proposals, step_acts, step_checks
from engine.errors import InvalidState, InvalidValues
from engine.runtime import history
from tests.penalty_town import Docket, certify, citizen, day, sign, stall
from tests.town import BOSS, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town

FINE = {"kinds": ["fine"], "fine": 500_000, "basis": ["XSR:18"], "grade": "ordinary"}
READY = {"notice_served_on": "2026-03-02", "review_outcome": "agree"}


@pytest.fixture
def docket(town: Town) -> Docket:
    docket = Docket(town)
    docket.begins_filed(sign())
    return docket


@pytest.fixture
def noticed(docket: Docket) -> Docket:
    docket.takes()
    docket.acts(step_acts.propose, OFFICER, **FINE)
    docket.acts(step_acts.notify, OFFICER)
    return docket


def _decide(docket: Docket, variables: Any = READY, by: str = BOSS, **values: Any) -> dict[str, Any]:
    return docket.acts(step_acts.decide, by, variables, **values)


def test_what_was_proposed_goes_on_into_notice_and_decision(noticed: Docket) -> None:
    answer = _decide(noticed, reasons="同意")

    assert (answer["kinds"], answer["fine"], answer["basis"], answer["decision_kind"]) == (["fine"], 500_000, ["XSR:18"], "penalty")
    assert answer["decided_on"] == "2026-03-02"
    rows = noticed.reads(proposals.of, noticed.case)
    assert [(row.stage, row.fine, row.by) for row in rows] == [
        ("report", 500_000, OFFICER), ("notice", 500_000, OFFICER), ("decision", 500_000, BOSS)]
    assert noticed.reads(proposals.last, noticed.case, "decision").facts == "门头广告破损，逾期未改。"


def test_nothing_is_proposed_without_evidence(docket: Docket) -> None:
    with pytest.raises(InvalidState, match="第四十六条"):
        docket.acts(step_acts.propose, OFFICER, **FINE)
    assert docket.reads(proposals.of, docket.case) == ()


def test_camera_evidence_bars_the_case_until_it_was_reviewed_both_ways(docket: Docket) -> None:
    docket.takes()
    piece = docket.takes(kind="audiovisual", title="卡口录像", camera=True)
    with pytest.raises(InvalidState, match="第四十一条.*法制审核和技术审核"):
        docket.acts(step_acts.propose, OFFICER, **FINE)
    docket.does(lambda c, by: evidence.review(c, piece.id, "legal_review", "", by), by=LAWYER)
    with pytest.raises(InvalidState, match="第四十一条.*还没有经过技术审核"):
        docket.acts(step_acts.propose, OFFICER, **FINE)
    docket.does(lambda c, by: evidence.review(c, piece.id, "technical_review", "", by), by=LEADER)
    docket.acts(step_acts.propose, OFFICER, **FINE)


def test_no_decision_without_a_notice(docket: Docket) -> None:
    docket.takes()
    with pytest.raises(InvalidState, match="第四十四条、第六十二条"):
        _decide(docket, **FINE)


@pytest.mark.parametrize(("variables", "article"), [
    ({**READY, "notice_served_on": None}, "第四十四条"), ({**READY, "review_outcome": "correct"}, "第五十八条"),
    ({**READY, "review_outcome": None}, "第五十八条"), ({**READY, "hearing_requested": True}, "第六十三条"),
    ({**READY, "discussion_needed": True}, "第五十七条")])
def test_no_step_of_the_order_is_left_out(noticed: Docket, variables: dict[str, Any], article: str) -> None:
    with pytest.raises(InvalidState, match=article):
        _decide(noticed, variables)
    assert noticed.reads(proposals.last, noticed.case, "decision") is None


@pytest.mark.parametrize(("values", "article"), [
    ({"decision_fine": 500_001}, "第四十五条第二款"), ({"decision_basis": ["XSR:16"]}, "第四十四条"),
    ({"decision_basis": ["XSR:18", "XSR:16"]}, "第四十四条"), ({"decision_kinds": ["fine", "suspension"]}, "责令停产停业没有告知过"),
    ({"decision_facts": "门头广告破损，还占道经营。"}, "第四十四条")])
def test_what_was_not_notified_is_not_decided(noticed: Docket, values: dict[str, Any], article: str) -> None:
    with pytest.raises(InvalidState, match=article):
        _decide(noticed, **values)


def test_a_new_notice_opens_the_way(noticed: Docket) -> None:
    noticed.acts(step_acts.notify, OFFICER, notice_fine=600_000)
    assert _decide(noticed, decision_fine=600_000)["fine"] == 600_000


def test_a_lower_fine_and_other_words_for_the_same_facts_need_no_new_notice(noticed: Docket) -> None:
    assert _decide(noticed, decision_fine=400_000, decision_facts="门头广告\n破损，逾期未改。 ")["fine"] == 400_000
    assert _decide(noticed, decision_facts="当事人门头广告破损、逾期没有改正。", facts_same=True)["fine"] == 500_000


def test_every_reason_is_told_at_once(docket: Docket) -> None:
    with pytest.raises(InvalidState) as refused:
        _decide(docket, {}, **FINE)
    assert all(article in refused.value.message for article in ("第四十六条", "第四十四条", "第五十八条"))


@pytest.mark.parametrize("officer", [OFFICER, OTHER_OFFICER])
def test_an_officer_does_not_decide(noticed: Docket, officer: str) -> None:
    with pytest.raises(InvalidState, match="第五十七条"):
        _decide(noticed, by=officer)


def test_a_child_is_not_punished(town: Town) -> None:
    docket = Docket(town)
    docket.begins_filed(stall(party_id_number=citizen("20130101"), party_guardian="吴父"))
    docket.takes()
    for act in (step_acts.propose, step_acts.notify, step_acts.decide):
        with pytest.raises(InvalidState, match="第三十条.*责令监护人"):
            docket.acts(act, BOSS, READY, **FINE)
    answer = docket.acts(step_acts.decide, decision_kind="no_penalty", reasons="违法时十三周岁，责令监护人管教")
    assert answer["decision_kind"] == "no_penalty"


def test_money_and_kind_belong_together(docket: Docket) -> None:
    docket.takes()
    wrongs: list[dict[str, Any]] = [{"kinds": ["fine"], "fine": 0}, {"kinds": ["warning"], "fine": 100}, {"kinds": ["confiscation"]},
                                    {"kinds": ["whipping"]}]
    for wrong in wrongs:
        with pytest.raises(InvalidValues):
            docket.acts(step_acts.propose, OFFICER, basis=["XSR:18"], **wrong)


def test_nothing_is_decided_before_filing(town: Town) -> None:
    docket = Docket(town)
    docket.begins()
    docket.takes()
    with pytest.raises(InvalidState, match="第五十四条"):
        docket.acts(step_acts.propose, OFFICER, **FINE)
    with pytest.raises(InvalidState, match="还没有立案"):
        docket.acts(step_acts.no_penalty, reasons="轻微")


def test_a_decided_case_is_not_given_up(noticed: Docket) -> None:
    with pytest.raises(InvalidValues):
        noticed.acts(step_acts.withdraw_filing)
    _decide(noticed)
    with pytest.raises(InvalidState, match="第七十五条"):
        noticed.acts(step_acts.withdraw_filing, reasons="不想办了")


def test_the_page_is_told_the_same_reasons_before(noticed: Docket) -> None:
    terms = noticed.reads(proposals.last, noticed.case, "notice")
    now = noticed.reads(lawful_order.standing, noticed.case, {"notice_served_on": "2026-03-02"})
    assert [reason[:10] for reason in lawful_order.before_decision(now, terms)] == ["行政处罚法第五十八条"]


# ------------------------------------------------------------------------------------------------ closing

def test_a_closed_file_is_frozen(noticed: Docket) -> None:
    _decide(noticed)
    noticed.pays(500_000)
    answer = noticed.acts(step_acts.close_case, closure_kind="fulfilled")

    one = noticed.one
    assert (answer["closure_kind"], one.status, one.closed_on) == ("fulfilled", "closed", day("2026-03-02"))
    writes = [lambda c, by: case_file.amend(c, one.instance_id, {"facts": "x", "reason": "x"}, by),
              lambda c, by: evidence.add(c, one.instance_id, {}, (), by),
              lambda c, by: evidence.void(c, noticed_piece, "x", by)]
    noticed_piece = noticed.reads(evidence.of, noticed.case)[0].id
    for write in writes:
        with pytest.raises(InvalidState, match="案卷已封存"):
            noticed.does(write)
    for act in (step_acts.propose, step_acts.notify, step_acts.decide, step_acts.no_penalty, step_acts.withdraw_filing,
                step_acts.close_case, step_acts.file_case):
        with pytest.raises(InvalidState, match="案卷已封存"):
            noticed.acts(act, BOSS, READY, reasons="x", closure_kind="fulfilled")
    assert noticed.acts(step_acts.archive_case)["archived_on"] == "2026-03-02"
    assert noticed.one.status == "archived"
    with pytest.raises(InvalidState):
        noticed.acts(step_acts.archive_case)


def test_a_case_does_not_close_while_something_runs_under_it(noticed: Docket) -> None:
    _decide(noticed)
    main = noticed.case
    noticed.begins(by=None, finding=main)
    noticed.case = main
    with pytest.raises(InvalidState, match="还没有办结"):
        noticed.checks(step_checks.measures_closed)
    with pytest.raises(InvalidState, match="还没有办结"):
        noticed.acts(step_acts.close_case, closure_kind="fulfilled")


def test_a_fined_case_closes_when_it_is_paid(noticed: Docket) -> None:
    _decide(noticed)
    for kind in ("fulfilled", "enforced"):
        with pytest.raises(InvalidState, match="还没有登记应缴"):
            noticed.acts(step_acts.close_case, closure_kind=kind)
    noticed.pays(200_000)
    with pytest.raises(InvalidState, match="还有 3,000 元没有缴清"):
        noticed.acts(step_acts.close_case, closure_kind="fulfilled")
    noticed.pays(300_000, "豫财 00012346")
    noticed.acts(step_acts.close_case, closure_kind="fulfilled")
    assert noticed.one.closure_kind == "fulfilled"


def test_enforcement_is_given_up_after_three_years(noticed: Docket) -> None:
    _decide(noticed)
    with pytest.raises(InvalidState, match="第三十九条"):
        noticed.checks(step_checks.may_close, closure_kind="lapsed")
    noticed.town.clock.move_to(noticed.town.clock() + dt.timedelta(days=3 * 366))
    noticed.checks(step_checks.may_close, closure_kind="lapsed")


def test_goods_are_disposed_of_before_closing(noticed: Docket) -> None:
    _decide(noticed)
    noticed.pays(500_000)
    said = {"name": "烤炉", "quantity": "1", "unit_of_quantity": "个", "source": "seized", "condition": "完好", "owner": "青石甲公司",
            "taken_on": day("2026-03-02")}
    noticed.town.run(lambda c: goods.enter(c, noticed.case, said, OFFICER) and None)
    with pytest.raises(InvalidState, match="涉案物品“烤炉”"):
        noticed.acts(step_acts.close_case, closure_kind="fulfilled")


@pytest.mark.parametrize(("kind", "words"), [
    ("fulfilled", "没有处罚决定"), ("enforced", "没有处罚决定"), ("terminated", "没有处罚决定"), ("revoked", "没有处罚决定"),
    ("lapsed", "没有处罚决定"), ("no_penalty", "没有不予处罚"), ("withdrawn", "撤案的决定"), ("transferred", "回执"),
    ("transferred_police", "回执"), ("not_filed", "已经立案")])
def test_each_kind_of_closing_has_its_need(docket: Docket, kind: str, words: str) -> None:
    assert kind in closing.KINDS
    with pytest.raises(InvalidState, match=words):
        docket.checks(step_checks.may_close, closure_kind=kind)
    with pytest.raises(InvalidState, match=words):
        docket.acts(step_acts.close_case, closure_kind=kind)
    assert docket.one.frozen_at is None


def test_an_unknown_kind_is_refused(docket: Docket) -> None:
    with pytest.raises(InvalidValues):
        docket.acts(step_acts.close_case, closure_kind="somehow")


def test_a_case_closes_without_a_penalty(docket: Docket) -> None:
    docket.acts(step_acts.no_penalty, reasons="轻微并及时改正", decision_kind="no_penalty")
    docket.acts(step_acts.close_case, closure_kind="no_penalty")
    assert docket.one.closure_kind == "no_penalty"
    assert docket.reads(history.verify) == []


# ------------------------------------------------------------------------------------------------ review and transfer

def test_a_reviewed_case_needs_a_second_review_after_its_hearing(noticed: Docket) -> None:
    noticed.town.run(lambda c: certify(c, LAWYER, "A2019", kind="legal", valid_to=None))
    served = {"notice_served_on": "2026-03-02"}
    with pytest.raises(InvalidState, match="第五十八条"):
        _decide(noticed, served)
    assert noticed.acts(step_acts.record_review, LAWYER, review_outcome="correct")["review_round"] == 1
    with pytest.raises(InvalidState, match="审核未通过"):
        _decide(noticed, served)
    assert noticed.acts(step_acts.record_review, LAWYER, review_outcome="agree")["review_round"] == 2

    noticed.acts(step_acts.notify, OFFICER)
    with pytest.raises(InvalidState, match="听证以后应当再作法制审核"):
        _decide(noticed, {**served, "hearing_held": True})
    noticed.acts(step_acts.record_review, LAWYER, review_outcome="agree")
    assert _decide(noticed, {**served, "hearing_held": True})["decided"]


def test_an_officer_does_not_review(noticed: Docket) -> None:
    noticed.town.run(lambda c: certify(c, OFFICER, "A2019", kind="legal", valid_to=None))
    for check in (step_checks.qualified_reviewer, step_acts.record_review):
        with pytest.raises(InvalidState, match="第五十八条.*卫十是本案承办人"):
            noticed.checks(check, OFFICER, review_outcome="agree")


def test_a_case_that_was_handed_over_waits(noticed: Docket) -> None:
    assert noticed.acts(step_acts.send_out)["case_status"] == "external"
    with pytest.raises(InvalidState, match="已移送其他机关"):
        _decide(noticed)
    with pytest.raises(InvalidState, match="已经在移送中"):
        noticed.acts(step_acts.send_out)
    with pytest.raises(InvalidState, match="回执"):
        noticed.acts(step_acts.close_case, closure_kind="transferred_police")
    noticed.acts(step_acts.come_back)
    assert noticed.one.status == "filed"
    noticed.acts(step_acts.send_out)
    noticed.acts(step_acts.close_case, closure_kind="transferred_police", receipt="公（治）立字〔2026〕3号")
    assert noticed.one.status == "closed"
