"""The supervision ladder on real clocks: it climbs in working time, stands while the clock stands, and nothing takes a rung back."""

import datetime as dt

import pytest

from engine.clock import SHANGHAI
from engine.runtime import commands
from engine.supervision import diary, dossier, papers
from engine.supervision.lines import ORDER, RED, YELLOW
from tests.town import BOSS, COMMANDER, INSPECTOR, LEADER, OFFICER
from tests.watched_town import WatchedTown


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def town(database, clock) -> WatchedTown:
    """Monday 2 March, 09:00; a case whose step is due on Tuesday at 09:00."""
    made = WatchedTown(database, clock)
    made.report()
    return made


def papers_of(town: WatchedTown) -> list[str]:
    with town.database.reading() as c:
        return [one.name for ladder in town.ladders() for one in papers.of(c, ladder.id)]


def order_of(town: WatchedTown):
    with town.database.reading() as c:
        return dossier.newest(c, town.ladders()[0].id)


def test_nothing_is_supervised_before_the_warning(town):
    town.until(at(2, 15))
    assert town.ladders() == []


def test_the_warning_brings_a_yellow_card_to_whoever_has_the_step(town):
    town.claims(OFFICER, "现场核查")
    town.until(at(2, 17, 29))
    (ladder,) = town.ladders()
    assert (ladder.rung, ladder.state, ladder.person_id) == (YELLOW, "open", OFFICER)
    assert papers_of(town) == ["黄牌预警"]


def test_done_in_time_ends_the_ladder_and_keeps_the_card(town):
    town.until(at(2, 17, 29))
    town.does(OFFICER, "现场核查")
    town.works()
    (ladder,) = town.ladders()
    assert (ladder.state, ladder.rung) == ("in-time", YELLOW)
    assert papers_of(town) == ["黄牌预警"]


def test_it_climbs_to_red_when_due_and_to_a_draft_a_working_day_later(town):
    town.until(at(3, 9, 1))
    assert town.ladders()[0].rung == RED
    town.until(at(3, 17, 29))
    assert town.ladders()[0].rung == RED
    town.until(at(4, 9, 1))
    assert town.ladders()[0].rung == ORDER
    assert order_of(town).state == "drafted"
    assert papers_of(town) == ["黄牌预警", "红牌催办"]


def test_finishing_after_the_red_card_leaves_the_ladder_to_the_inspector(town):
    town.until(at(3, 9, 1))
    town.does(OFFICER, "现场核查")
    town.until(at(12, 9))
    (ladder,) = town.ladders()
    assert (ladder.rung, ladder.state) == (RED, "open")


def test_a_suspended_case_is_no_delay_and_keeps_its_rung(town):
    town.until(at(3, 9, 1))
    town.acts(commands.suspend, COMMANDER, town.case, reason="等待鉴定")
    town.until(at(10, 9))
    assert town.ladders()[0].rung == RED
    town.acts(commands.resume, COMMANDER, town.case)
    town.until(at(10, 17, 29))
    assert town.ladders()[0].rung == RED
    town.until(at(11, 9, 1))
    assert town.ladders()[0].rung == ORDER


def test_a_step_that_comes_back_joins_its_ladder(town):
    town.until(at(3, 9, 1))
    town.does(OFFICER, "现场核查")
    town.acts(commands.send_back, LEADER, town.item(LEADER, "复核"), "work", reason="照片不清")
    town.until(at(5, 8, 50))
    assert [(one.rung, one.state) for one in town.ladders()] == [(RED, "open")]


def test_cancelling_the_case_closes_nothing(town):
    town.until(at(3, 9, 1))
    town.acts(commands.cancel, BOSS, town.case, reason="重复")
    town.until(at(12, 9))
    assert [(one.rung, one.state) for one in town.ladders()] == [(RED, "open")]


def test_work_done_late_while_no_worker_ran_has_its_red_card_all_the_same(town):
    town.clock.move_to(at(3, 11))
    who = town.person(OFFICER)
    town.run(lambda c: commands.complete(c, town.item(OFFICER, "现场核查"), {}, by=who))
    town.works()
    assert [(one.rung, one.state) for one in town.ladders()] == [(RED, "open")]


def test_work_done_in_time_while_no_worker_ran_has_no_ladder(town):
    town.clock.move_to(at(3, 8, 50))
    who = town.person(OFFICER)
    town.run(lambda c: commands.complete(c, town.item(OFFICER, "现场核查"), {}, by=who))
    town.works()
    assert town.ladders() == []


def test_the_whole_way_of_an_order(town):
    town.claims(OFFICER, "现场核查")
    town.until(at(4, 9, 1))
    ladder = town.at_ladder()
    town.does(INSPECTOR, "签发督办文书", issue_outcome="issue", order_demand="两日内办结")
    assert (order_of(town).state, order_of(town).reply_by) == ("issued", at(9, 23, 59) + dt.timedelta(seconds=59))
    town.does(OFFICER, "签收督办文书", receive_confirmed=True)
    assert order_of(town).state == "answering"
    town.does(OFFICER, "书面说明", answer_text="人手不足，明日办结")
    assert order_of(town).state == "review"
    town.does(INSPECTOR, "审查书面说明", review_outcome="send_back", review_note="没有说明原因")
    town.does(OFFICER, "书面说明", answer_text="已办结，原因如下")
    town.does(INSPECTOR, "审查书面说明", review_outcome="accept", review_note="情况属实")
    closed = town.ladders()[0]
    assert (closed.state, closed.closed_by, closed.note, order_of(town).state) == ("closed", INSPECTOR, "情况属实", "closed")
    with town.database.reading() as c:
        said = [one.kind for one in diary.of(c, ladder.id)]
        assert all(one.is_genuine for one in papers.of(c, ladder.id))
    assert said.count("answer") == 2
    assert town.faults() == []
