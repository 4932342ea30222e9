"""The digest of those who supervise: the orders they have out, as long as these are open, and nobody else's."""

import datetime as dt

import pytest

from engine.clock import SHANGHAI
from engine.notifications import reminders
from engine.supervision import morning
from tests.town import INSPECTOR, OFFICER
from tests.unit.test_reminders import told
from tests.watched_town import JUSTICE, WatchedTown


@pytest.fixture
def town(database, clock) -> WatchedTown:
    """Thursday 5 March, 08:31: an order went out the day before, and nobody has answered it."""
    made = WatchedTown(database, clock)
    made.report()
    made.claims(OFFICER, "现场核查")
    made.until(dt.datetime(2026, 3, 4, 9, 1, tzinfo=SHANGHAI))
    made.at_ladder()
    made.does(INSPECTOR, "签发督办文书", issue_outcome="issue", order_demand="两日内办结")
    made.until(dt.datetime(2026, 3, 5, 8, 31, tzinfo=SHANGHAI))
    return made


def lines(town, person):
    who = town.person(person)
    with town.database.reading() as c:
        return [(line.level, line.about["step"], line.about.get("due")) for line in morning.orders(c, who)]


def test_an_inspector_reads_in_the_morning_who_has_not_answered(town):
    while reminders.plan_due(town.database, [morning.orders]):
        pass

    digest = told(town, INSPECTOR, "digest")[0][1]
    assert "督办 1 件" in digest and "（签发）现场核查" in digest and "2026-03-09 23:59" in digest
    assert "督办" not in told(town, OFFICER, "digest")[0][1].splitlines()[0]


def test_an_order_is_named_until_it_is_closed_and_to_its_own_line_alone(town):
    assert [level for level, _, _ in lines(town, INSPECTOR)] == ["order"]
    assert lines(town, JUSTICE) == lines(town, OFFICER) == []

    town.does(OFFICER, "签收督办文书", receive_confirmed=True)
    town.does(OFFICER, "书面说明", answer_text="已办结")
    assert "待复核" in lines(town, INSPECTOR)[0][1]
    town.does(INSPECTOR, "审查书面说明", review_outcome="accept", review_note="情况属实")

    assert lines(town, INSPECTOR) == []
