"""What inspectors may do with a supervised matter, what they may not, and who sees it."""

import concurrent.futures
import datetime as dt

import pytest
from sqlalchemy import exc, select, text, update

from engine.errors import InvalidDefinition, InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import directory
from engine.runtime import commands, history, parameters
from engine.supervision import diary, dossier, leads, numbers, orders, papers, recusal
from engine.supervision.lines import DISCIPLINE, JUSTICE, LEAD, ORDER, RED
from engine.supervision.orders import Wish
from engine.supervision.tables import number, paper
from tests.town import ADMIN, COMMANDER, DISPATCHER, INSPECTOR, LEADER, OFFICER, OTHER_OFFICER
from tests.unit.test_ladder import at
from tests.watched_town import JUSTICE as BUREAU
from tests.watched_town import OTHER_INSPECTOR, WatchedTown

WISH = Wish("签收后三日未到现场", "请于明日到场核查")


@pytest.fixture
def town(database, clock) -> WatchedTown:
    """Tuesday, a moment after the red card; the officer has the step."""
    made = WatchedTown(database, clock)
    made.report()
    made.claims(OFFICER, "现场核查")
    made.until(at(3, 9, 1))
    return made


def matter(town: WatchedTown):
    return town.ladders()[-1]


def order_of(town: WatchedTown):
    with town.database.reading() as c:
        return dossier.newest(c, matter(town).id)


def does(town: WatchedTown, act, person: str, *what, **how):
    """An act of the inspector's page, then whatever it left to be done."""
    return town.acts(act, person, *what, **how)


def issued(town: WatchedTown) -> None:
    does(town, orders.order, INSPECTOR, matter(town).id, WISH)
    town.case = matter(town).instance_id
    town.does(INSPECTOR, "签发督办文书", issue_outcome="issue")


def test_an_inspector_orders_before_the_threshold(town):
    issued(town)
    assert (order_of(town).state, order_of(town).reason, order_of(town).person_id) == ("issued", WISH.reason, OFFICER)
    assert matter(town).rung == ORDER


def test_an_order_by_hand_on_a_step_that_is_not_late(town):
    town.report()
    item = town.item(OFFICER, "现场核查")
    first = does(town, orders.by_hand, INSPECTOR, item, DISCIPLINE, WISH)
    assert (matter(town).id, matter(town).rung, order_of(town).state) == (first, ORDER, "drafted")
    with town.database.reading() as c:
        assert [one.name for one in papers.of(c, first)] == []


def test_an_order_by_hand_joins_the_ladder_of_that_step(town):
    item = town.item(OFFICER, "现场核查")
    assert does(town, orders.by_hand, INSPECTOR, item, DISCIPLINE, WISH) == matter(town).id
    assert len(town.ladders()) == 1
    assert order_of(town).reason == WISH.reason


def test_the_facts_are_computed_from_the_clock(town):
    issued(town)
    with town.database.reading() as c:
        one = papers.of(c, matter(town).id)[-1]
    assert one.number == "青石镇纪督〔2026〕3号"
    assert (one.facts["step"], one.facts["limit"]) == ("现场核查", "7个工作时")
    assert "2026年3月3日 09:00届满" in one.body
    assert "已超过期限" in one.body
    assert one.is_genuine


def test_a_reminder_is_a_paper_and_climbs_nothing(town):
    does(town, orders.remind, INSPECTOR, matter(town).id, "请今日内办结")
    with town.database.reading() as c:
        assert [one.name for one in papers.of(c, matter(town).id)] == ["黄牌预警", "红牌催办", "提醒函"]
    assert matter(town).rung == RED


def test_only_the_inspector_closes_and_the_red_card_stays_on_record(town):
    with pytest.raises(NotAllowed):
        does(town, orders.close, COMMANDER, matter(town).id, "已办")
    does(town, orders.close, INSPECTOR, matter(town).id, "已当面核实")
    assert (matter(town).state, matter(town).closed_by, matter(town).rung, matter(town).note) == ("closed", INSPECTOR, RED, "已当面核实")


def test_nobody_steers_the_ladder_itself(town):
    own = matter(town).instance_id
    for act in (commands.suspend, commands.cancel):
        with pytest.raises(NotAllowed):
            does(town, act, COMMANDER, own, reason="不要督办")
    assert matter(town).state == "open"


def test_the_reply_may_be_extended_and_the_work_item_says_so(town):
    issued(town)
    before = order_of(town).reply_by
    does(town, orders.extend, INSPECTOR, matter(town).id, 2, "涉及鉴定")
    assert order_of(town).reply_by == before + dt.timedelta(days=4)  # from Friday over the weekend
    assert town.entry(OFFICER, "签收督办文书").due_at == order_of(town).reply_by


def test_no_answer_proposes_a_lead_that_only_the_line_sees(town):
    issued(town)
    town.until(at(10, 9))
    assert matter(town).rung == LEAD
    assert order_of(town).in_time is False
    with town.database.reading() as c:
        assert [one.ground for one in leads.of(c, town.person(INSPECTOR))] == ["到期没有书面说明"]
        assert [leads.of(c, town.person(one)) for one in (COMMANDER, BUREAU, OFFICER)] == [(), (), ()]


def test_a_lead_leaves_no_word_in_the_case_nor_in_the_ladders_own_record(town):
    issued(town)
    does(town, orders.escalate, INSPECTOR, matter(town).id, "疑似收受好处")
    does(town, orders.settle_lead, INSPECTOR, matter(town).id, "handed-over", "移送区纪委处理某某问题")
    with town.database.reading() as c:
        told = [str(one.detail) for case in (matter(town).instance_id, matter(town).case_id) for one in history.of(c, case)]
        seen = [one.text for one in diary.of(c, matter(town).id)]
        (lead,) = leads.of(c, town.person(INSPECTOR))
    assert not [line for line in (*told, *seen) if "收受" in line or "移送区纪委" in line]
    assert (lead.state, lead.ground, matter(town).state) == ("handed-over", "疑似收受好处", "closed")


def test_three_red_cards_in_a_month_suggest_a_talk(town):
    for _ in range(2):
        town.report()
        town.claims(OFFICER, "现场核查")
    town.until(at(4, 9, 2))
    assert [one.talk_at is not None for one in town.ladders()] == [False, False, True]


# ------------------------------------------------------------------------------------------------ standing aside


def test_whoever_held_the_step_stands_aside(town):
    town.run(lambda c: directory.set_posts(c, OTHER_INSPECTOR, [("inspector", "qs"), ("case_officer", "qs")]))
    town.acts(commands.transfer, OFFICER, town.item(OFFICER, "现场核查"), OTHER_INSPECTOR)
    town.acts(commands.transfer, OTHER_INSPECTOR, town.item(OTHER_INSPECTOR, "现场核查"), OTHER_OFFICER)
    with pytest.raises(NotAllowed, match="回避"):
        does(town, orders.close, OTHER_INSPECTOR, matter(town).id, "没事")


def test_whoever_declares_an_interest_may_not_sign(town):
    does(town, orders.order, INSPECTOR, matter(town).id, WISH)
    town.run(lambda c: recusal.declare(c, matter(town).id, "与承办人是亲属", town.person(INSPECTOR)))
    town.case = matter(town).instance_id
    with pytest.raises(NotAllowed, match="回避"):
        town.does(INSPECTOR, "签发督办文书", issue_outcome="issue")
    town.does(OTHER_INSPECTOR, "签发督办文书", issue_outcome="issue")
    assert order_of(town).issued_by == OTHER_INSPECTOR


# ------------------------------------------------------------------------------------------------ the second line


def test_the_justice_line_issues_nothing_before_its_time_to_answer_is_fixed(town):
    does(town, orders.by_hand, BUREAU, town.item(OFFICER, "现场核查"), JUSTICE, WISH)
    town.case = matter(town).instance_id
    with pytest.raises(InvalidState, match="行政执法监督通知书的办理期限还没有设定"):
        town.does(BUREAU, "签发督办文书", issue_outcome="issue")
    town.run(lambda c: parameters.change(c, "justice_document_days@qs", 5, by=town.person(ADMIN)))
    assert order_of(town).state == "drafted"


def test_the_justice_line_goes_from_notice_to_opinion_to_decision(town):
    town.run(lambda c: parameters.change(c, "justice_document_days", 5, by=town.person(ADMIN)))
    does(town, orders.by_hand, BUREAU, town.item(OFFICER, "现场核查"), JUSTICE, WISH)
    town.case = matter(town).instance_id
    for name in ("行政执法监督通知书", "行政执法监督意见书", "行政执法监督决定书"):
        assert order_of(town).name == name
        town.does(BUREAU, "签发督办文书", issue_outcome="issue")
        does(town, orders.escalate, BUREAU, matter(town).id, "没有改正")
    with town.database.reading() as c:
        assert [one.number for one in papers.of(c, matter(town).id)] == [f"示例市执监{m}〔2026〕{n}号" for n, m in enumerate("通意决", 1)]
        assert [one.state for one in leads.of(c, town.person(BUREAU))] == ["proposed"]
    assert [one.line for one in town.ladders()] == [DISCIPLINE, JUSTICE]


def test_one_line_may_not_touch_the_other(town):
    with pytest.raises(NotAllowed):
        does(town, orders.close, BUREAU, matter(town).id, "不归我管")


# ------------------------------------------------------------------------------------------------ reading is not deciding (NT-20)


@pytest.mark.parametrize("act", [
    lambda town, item: (commands.complete, item, {}), lambda town, item: (commands.claim, item),
    lambda town, item: (commands.unclaim, item),
    lambda town, item: (commands.transfer, item, OTHER_OFFICER), lambda town, item: (commands.save_draft, item, {}),
], ids=["complete", "claim", "unclaim", "transfer", "draft"])
def test_an_inspector_does_not_decide(town, act):
    command, *what = act(town, town.item(OFFICER, "现场核查"))
    with pytest.raises((NotAllowed, InvalidState)):
        town.acts(command, INSPECTOR, *what)
    assert town.todo(OFFICER) == ["现场核查"]


def test_an_inspector_does_not_send_back(town):
    with pytest.raises((NotAllowed, InvalidState)):
        town.acts(commands.send_back, INSPECTOR, town.item(OFFICER, "现场核查"), "work", reason="重来")


@pytest.mark.parametrize("command", [commands.suspend, commands.cancel])
def test_an_inspector_does_not_steer(town, command):
    with pytest.raises(NotAllowed):
        town.acts(command, INSPECTOR, town.case, reason="督办")


def test_an_inspector_comments(town):
    town.acts(commands.comment, INSPECTOR, town.case, "请注意时限")
    assert any("请注意时限" in line for line in town.story())


def test_an_inspector_of_another_place_finds_nothing(town):
    with pytest.raises(NotFound):
        does(town, orders.by_hand, DISPATCHER, "no-such-item", DISCIPLINE, WISH)
    with pytest.raises(NotAllowed):
        does(town, orders.by_hand, LEADER, town.item(OFFICER, "现场核查"), DISCIPLINE, WISH)


# ------------------------------------------------------------------------------------------------ what the diagram may say


def test_a_role_may_come_from_an_expression(town):
    town.draws("start s\nuser u name=\"办\" gl:roleFrom='if case.id = 0 then \"dispatcher\" else \"team_leader\"'\nend e\ns -> u -> e")
    town.report()
    assert "办" in town.todo(LEADER)


def test_a_role_that_does_not_exist_is_found_before_it_is_published(town):
    with pytest.raises(InvalidDefinition) as refused:
        town.draws("start s\nuser u name=\"办\" gl:roleFrom='\"nobody\"'\nend e\ns -> u -> e")
    assert "不存在的岗位" in " ".join(found.message for found in refused.value.findings)


def test_the_nearest_units_own_value_counts():
    values = {"days": 3, "days@x": 4, "days@qs": 5, "other@qs-e": 1}
    assert [parameters.for_unit(values, path).get("days") for path in ("/", "/x/", "/x/qs/qs-e/")] == [3, 4, 5]
    assert parameters.for_unit(values, "/x/qs/").get("other") is None


# ------------------------------------------------------------------------------------------------ papers for good


def test_an_issued_paper_cannot_be_changed_nor_deleted(town):
    with pytest.raises(exc.DBAPIError, match="append-only"):
        town.run(lambda c: c.execute(update(paper).values(reason="x")) and None)
    with pytest.raises(exc.DBAPIError, match="append-only"):
        town.run(lambda c: c.execute(text("DELETE FROM supervision_event")) and None)


def test_a_void_paper_says_so_and_keeps_its_number_and_rung(town):
    with town.database.reading() as c:
        red = papers.of(c, matter(town).id)[-1]
    does(town, orders.void, INSPECTOR, red.id, reason="送错了人")
    with town.database.reading() as c:
        again = papers.one(c, red.id)
    assert (again.voided, again.number, matter(town).rung) == (f"{red.number} 作废：送错了人", red.number, RED)
    with pytest.raises(InvalidState):
        does(town, orders.void, INSPECTOR, red.id, reason="再作废")


@pytest.mark.parametrize("days", [0, 61])
def test_unreasonable_wishes_are_refused(town, days):
    with pytest.raises(InvalidValues):
        does(town, orders.order, INSPECTOR, matter(town).id, Wish("事由", "要求", days))
    with pytest.raises(InvalidValues):
        does(town, orders.close, INSPECTOR, matter(town).id, "  ")


def test_thirty_two_writers_leave_no_gap(postgresql_database):
    """Some of them fail after having taken a number."""
    def one(n: int) -> None:
        def work(c):
            numbers.take(c, "qs", DISCIPLINE)
            if n % 4 == 0:
                raise InvalidState("没有发成")
        try:
            postgresql_database.run(work)
        except InvalidState:
            assert n % 4 == 0

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        list(pool.map(one, range(128)))
    with postgresql_database.reading() as c:
        assert c.execute(select(number.c.last)).scalars().all() == [96]
