"""The five steps: what they cost, what they leave when something goes wrong, and that nothing lives only in memory."""

from collections import Counter

import pytest
from sqlalchemy import event, select, update

from engine.clock import UTC
from engine.errors import Conflict
from engine.runtime import case as cases
from engine.runtime import commands, history, live, messages
from engine.runtime.tables import message, process_instance, subscription, work_item
from engine.runtime.turn import turn
from tests.notation import MESSAGE, boundary, entry, extension, timer
from tests.town import AREA, CADRE, FINDER, OTHER_CADRE, Town

LINE = """
start s
user one name="一" gl:role="village_cadre" gl:limit="2" gl:limitUnit="hours"
user two name="二" gl:role="village_cadre" gl:limit="2" gl:limitUnit="hours"
end e
s -> one -> two -> e
"""


def wide(branches: int) -> str:
    """A step behind which many branches open at once, each with a reminder."""
    users = "\n".join(
        f'user u{n} name="分支{n}" gl:role="village_cadre" gl:limit="2" gl:limitUnit="hours"\n'
        f"{boundary(f'b{n}', f'u{n}', timer('Date', 'deadline.due'), interrupting=False)}\nend eb{n}\n"
        f"b{n} -> eb{n}\nsplit -> u{n} -> join"
        for n in range(branches)
    )
    return f"""
start s
user one name="一" gl:role="village_cadre"
par split
par join
user last name="末" gl:role="village_cadre"
end e
s -> one -> split
{users}
join -> last -> e
"""


def statements_of(town: Town, person: str, step: str) -> Counter:
    """How many statements of each kind one completion sends, after everything is warm."""
    seen: Counter = Counter()

    def note(conn, cursor, statement, parameters, context, executemany):
        seen[" ".join(statement.split()[:3])] += 1

    def counted(c):
        event.listen(c, "before_cursor_execute", note)
        answer = commands.complete(c, item, {}, by=who)
        event.remove(c, "before_cursor_execute", note)
        return answer

    item, who = town.item(person, step), town.person(person)
    town.run(counted)
    return seen


def test_a_completion_sends_as_many_statements_whatever_it_opens(town):
    counts = {}
    for branches in (1, 12):
        town.draws(wide(branches))
        town.report()
        counts[branches] = statements_of(town, CADRE, "一")
        print(town.database.dialect, branches, "branches:", sum(counts[branches].values()), dict(counts[branches]))
        assert len(town.todo(CADRE)) >= branches
    assert sum(counts[12].values()) == sum(counts[1].values()) <= 11


def test_a_case_goes_on_from_what_is_stored_as_from_what_is_kept(town):
    town.draws(LINE)
    town.report()
    live.forget()
    town.does(CADRE, "一")
    live.forget()
    assert town.does(CADRE, "二")["status"] == "completed"


def test_kept_tokens_that_differ_from_the_stored_ones_are_not_used(town):
    """As if another process had moved the case in the meantime."""
    town.draws(LINE)
    town.report()
    row = town.run(lambda c: dict(c.execute(select(process_instance)).mappings().one()))
    town.does(CADRE, "一")
    with town.database.reading() as c:
        kept = c.execute(select(process_instance.c.state)).scalar()

    def back(c):
        c.execute(update(process_instance).values(state=row["state"], variables=row["variables"]))
        c.execute(update(work_item).where(work_item.c.element_id == "one").values(state="claimed", ended_by=None))
        c.execute(update(work_item).where(work_item.c.element_id == "two").values(state="withdrawn"))

    town.run(back)
    town.does(CADRE, "一")
    with town.database.reading() as c:
        assert c.execute(select(process_instance.c.state)).scalar() != kept


def test_a_turn_that_fails_changes_nothing_and_the_next_one_succeeds(town):
    town.draws(LINE)
    town.report()
    item, who = town.item(CADRE, "一"), town.person(CADRE)

    def broken(c):
        commands.complete(c, item, {}, by=who)
        raise RuntimeError("the power fails before the commit")

    with pytest.raises(RuntimeError):
        town.run(broken)
    assert town.todo(CADRE) == ["一"]
    town.does(CADRE, "一")
    assert town.todo(CADRE) == ["二"]
    assert town.faults() == []


def test_the_revision_counts_turns_and_the_record_names_each(town):
    town.draws(LINE)
    town.report()
    town.claims(CADRE, "一")
    town.does(CADRE, "一")
    with town.database.reading() as c:
        events = history.of(c, town.case)
        assert [e.detail.get("revision") for e in events] == [1, None, 2]
        assert c.execute(select(process_instance.c.revision)).scalar() == 2
        assert events[-1].detail["passed"] == ["one"]
        assert events[-1].at.tzinfo is UTC


def test_reconciling_twice_changes_nothing(town):
    town.draws(wide(3))
    town.report()
    town.does(CADRE, "一")

    def rows(c):
        query = select(work_item.c.id, work_item.c.state, work_item.c.due_at).order_by(work_item.c.id)
        return [tuple(row) for row in c.execute(query)]

    def again(c):
        case = cases.locked(c, town.case)
        with turn(case):
            case.story.tell("commented", None, text="又看了一遍")
        return rows(c)

    with town.database.reading() as c:
        before = rows(c)
    assert town.run(again) == before


def test_an_old_revision_is_a_conflict_even_inside_the_turn(town):
    town.draws(LINE)
    town.report()

    def overtaken(c):
        case = cases.locked(c, town.case)
        with turn(case):
            case.story.tell("commented", None, text="慢")
            c.execute(update(process_instance).values(revision=process_instance.c.revision + 1))

    with pytest.raises(Conflict):
        town.run(overtaken)


WAITING = extension(entry("correlation", "number", "case.number")) + MESSAGE


def test_a_message_that_came_early_is_read_by_the_step_that_waits_for_it(town):
    town.draws(f"""
start s
user one name="一" gl:role="village_cadre"
<intermediateCatchEvent id="wait" name="等付款" gl:resultVariable="paid">{WAITING}</intermediateCatchEvent>
user two name="二" gl:role="area_head"
end e
s -> one -> wait -> two -> e
""")
    town.report()
    number = town.entry(CADRE, "一").case_number
    town.run(lambda c: messages.correlate(c, "消息", {"number": number}, {"amount": 50}))
    assert town.todo(AREA) == []

    town.does(CADRE, "一")

    assert town.todo(AREA) == ["二"]
    with town.database.reading() as c:
        assert c.execute(select(message.c.consumed_by)).scalar() == town.case
        assert c.execute(select(subscription)).all() == []
    assert any("消息" in line for line in town.story())


def test_a_step_may_be_assigned_by_name(town):
    town.draws("""
start s
user one name="一" gl:role="village_cadre"
user two name="二" gl:role="village_cadre" gl:assignee="case.reporter"
end e
s -> one -> two -> e
""")
    town.report()
    town.does(OTHER_CADRE, "一")
    assert town.todo(FINDER, "mine") == ["二"]
    assert town.todo(CADRE) == []
