"""The list of what a person may do: views, counts, filters, order, pages, in one statement."""

import datetime as dt

import pytest
from sqlalchemy import event, insert

from engine.ids import new_key
from engine.runtime import commands, worklist
from engine.runtime.tables import work_item
from engine.runtime.worklist import Paging
from tests.notation import boundary, timer
from tests.town import AREA, CADRE, COMMANDER, FAR_FINDER, FINDER, INSPECTOR, OTHER_CADRE, OTHER_FINDER, Town

DIAGRAM = f"""
start s
user fix name="前端纠正" gl:role="village_cadre" gl:limit="5" gl:limitUnit="hours" gl:warnBefore="20%" gl:link="correction"
user check name="复核" gl:role="area_head" gl:link="feedback"
end e
end e2
{boundary("late", "fix", timer("Date", "deadline.due"), interrupting=False, attributes='name="超时"')}
s -> fix -> check -> e
late -> e2
"""


@pytest.fixture
def busy(town: Town) -> Town:
    """Three cases an hour apart: it is 12:00, and they are due at 14:00, 15:00 and 16:00."""
    town.draws(DIAGRAM)
    for finder, unit in ((FINDER, "qs-e-l-1"), (OTHER_FINDER, "qs-e-l-2"), (FAR_FINDER, "qs-e-t-1")):
        town.report(finder, unit)
        town.waits(hours=1)
    return town


def numbers(page):
    return [int(entry.case_number[-3:]) for entry in page.entries]


def page_of(town, person, view="all", paging=None, **filters):
    with town.database.reading() as c:
        return worklist.of(c, town.person(person), view, filters, paging)


def test_each_view_holds_what_its_name_says(busy):
    busy.case = 1
    busy.claims(CADRE, "前端纠正")
    assert page_of(busy, CADRE).counts == {"mine": 1, "claimable": 1, "due_today": 2, "overdue": 0, "done": 0, "all": 2}
    assert numbers(page_of(busy, CADRE, "mine")) == numbers(page_of(busy, OTHER_CADRE, "done")) + [1]
    assert numbers(page_of(busy, OTHER_CADRE, "claimable")) == [2]

    busy.waits(hours=2, minutes=1)

    assert numbers(page_of(busy, CADRE, "overdue")) == [1]
    assert numbers(page_of(busy, CADRE, "due_today")) == [2]
    assert page_of(busy, FINDER).counts == dict.fromkeys(worklist.VIEWS, 0)


def test_the_light_turns_before_the_limit_and_again_after_it(busy):
    assert [entry.light for entry in page_of(busy, CADRE).entries] == ["normal", "normal"]
    busy.waits(minutes=65)
    assert [entry.light for entry in page_of(busy, CADRE).entries] == ["warn", "normal"]
    busy.waits(minutes=65)
    assert [entry.light for entry in page_of(busy, CADRE).entries] == ["overdue", "warn"]


def test_a_list_is_filtered_ordered_and_cut_into_pages(busy):
    assert numbers(page_of(busy, CADRE, paging=Paging("newest"))) == [2, 1]
    assert numbers(page_of(busy, CADRE, paging=Paging("oldest"))) == [1, 2]
    first = page_of(busy, CADRE, paging=Paging(number=1, size=1))
    assert (numbers(first), first.total) == ([1], 2)
    assert numbers(page_of(busy, CADRE, paging=Paging(number=2, size=1))) == [2]
    beyond = page_of(busy, CADRE, paging=Paging(number=9, size=1))
    assert (beyond.entries, beyond.total, beyond.counts["all"]) == ((), 2, 2)


def test_filters_find_words_places_links_steps_and_processes(busy):
    assert numbers(page_of(busy, CADRE, q="000002")) == [2]
    assert numbers(page_of(busy, CADRE, q="占道", unit="qs-e-l-1")) == [1]
    assert numbers(page_of(busy, CADRE, link="correction", element="fix", process="p")) == [1, 2]
    assert page_of(busy, CADRE, link="feedback").entries == ()
    assert page_of(busy, CADRE, q="100%").entries == ()
    assert page_of(busy, CADRE, nonsense="x").total == 2


def test_what_is_done_is_listed_with_the_newest_first(busy):
    busy.case = 1
    busy.does(CADRE, "前端纠正")
    busy.waits(minutes=1)
    busy.case = 2
    busy.does(CADRE, "前端纠正")
    page = page_of(busy, CADRE, "done")
    assert numbers(page) == [2, 1]
    assert [entry.state_words for entry in page.entries] == ["已办", "已办"]
    assert page_of(busy, AREA).counts["claimable"] == 2


def test_an_entry_carries_the_revision_of_its_case(busy):
    busy.case = 2
    entry = busy.entry(CADRE, "前端纠正")
    busy.acts(commands.urge, INSPECTOR, entry.id)
    again = busy.entry(CADRE, "前端纠正")
    assert (again.revision, again.urged, again.role) == (entry.revision, 1, "村社干部")


def test_a_page_with_all_its_counts_is_one_statement(busy):
    statements = []
    with busy.database.reading() as c:
        event.listen(c, "before_cursor_execute", lambda *args: statements.append(args[2]))
        worklist.of(c, busy.person(CADRE), "mine", {"q": "占道"})
        assert len(statements) == 1


def test_the_cost_follows_from_the_persons_list_and_not_from_the_table(busy):
    """The plan must reach the person's rows by index; a table read from end to end would name it."""
    template = {column.name: None for column in work_item.c}
    with busy.database.reading() as c:
        real = c.execute(work_item.select().limit(1)).mappings().one()
    strangers = [
        {**template, **real, "id": new_key(), "candidate_key": f"village_cadre@other-{n % 97}", "assignee": None, "state": "open",
         "created_at": busy.clock() - dt.timedelta(minutes=n)}
        for n in range(20_000)
    ]
    busy.run(lambda c: c.execute(insert(work_item), strangers) and None)
    with busy.database.reading() as c:
        lines = _plan(c, busy)
    wrong = ("Seq Scan on work_item",) if busy.database.dialect == "postgresql" else ("SCAN work_item", "work_item_by_due")
    assert not [line for line in lines if any(words in line for words in wrong)], lines
    assert page_of(busy, CADRE).counts["all"] == 2


def _plan(c, town):
    if c.dialect.name == "postgresql":
        town.run(lambda c: c.exec_driver_sql("ANALYZE work_item") and None)
    lines = []

    def explain(conn, cursor, statement, parameters, context, executemany):
        prefix = "EXPLAIN " if conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        other = conn.connection.dbapi_connection.cursor()
        lines.extend(str(row) for row in other.execute(prefix + statement, parameters).fetchall())

    event.listen(c, "before_cursor_execute", explain)
    worklist.of(c, town.person(CADRE), "all")
    return lines


def test_a_suspended_case_is_on_nobodys_list(busy):
    busy.acts(commands.suspend, COMMANDER, 1, reason="雨")
    assert numbers(page_of(busy, CADRE)) == [2]
