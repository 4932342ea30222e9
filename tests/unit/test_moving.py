"""Moving a running case to another version: what stays, what changes, what is in the way, and taking it back."""

from typing import Any

import pytest
from sqlalchemy import select

from engine import definitions
from engine.database import Database
from engine.errors import InvalidState, InvalidValues
from engine.runtime import commands, live, replay
from engine.runtime.commands.migrating import Plan
from engine.runtime.moving_tables import case_move
from engine.runtime.tables import deadline_clock, process_instance, timer, work_item
from tests.notation import boundary
from tests.notation import timer as timed
from tests.town import ADMIN, FINDER, LEADER, OFFICER, OTHER_OFFICER, Town

ROLE = 'gl:role="case_officer" gl:scope="town"'
LIMIT = 'gl:limit="5" gl:limitUnit="days"'
LATE = boundary("late", "check", timed("Date", "deadline.due"), interrupting=False, attributes='name="超期"')
LINE = f"""
    start s
    user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
    user check name="审核" {ROLE} {LIMIT}
    {LATE}
    end noted
    user sign name="签发" {ROLE}
    end e
    s -> draw -> check -> sign -> e
    late -> noted
"""


def moves(town: Town, mapping: dict[str, str | None] | None = None, choice: str = "keep", by: str = ADMIN) -> dict[str, Any]:
    """Move the town's case to the newest version."""
    with town.database.reading() as c:
        to = definitions.latest(c, town.process).id
    return town.acts(commands.migrate, by, town.case, Plan(to, mapping or {}, choice, "流程改了"))


def refused(town: Town, mapping: dict[str, str | None] | None = None) -> str:
    """The words with which a move is refused; nothing changes."""
    before = picture(town)
    with pytest.raises(InvalidState) as told:
        moves(town, mapping)
    assert picture(town) == before
    return told.value.message


def picture(town: Town) -> list[Any]:
    """Every living row of the case, and the case itself."""
    with town.database.reading() as c:
        tables = (work_item, timer, deadline_clock)
        found = [list(map(tuple, c.execute(select(t).where(t.c.instance_id == town.case).order_by(t.c.id)))) for t in tables]
        row = c.execute(select(process_instance).where(process_instance.c.id == town.case)).one()
    return [*found, tuple(row)]


def explained(town: Town) -> list[str]:
    with town.database.reading() as c:
        return [*replay.differences(c, town.case), *map(str, town.faults())]


def case_row(town: Town) -> Any:
    with town.database.reading() as c:
        return c.execute(select(process_instance).where(process_instance.c.id == town.case)).one()


def one(town: Town, table: Any, *where: Any) -> Any:
    with town.database.reading() as c:
        return c.execute(select(table).where(table.c.instance_id == town.case, *where)).one()


def to_check(town: Town) -> str:
    """A case whose step 审核 is claimed, with a draft; the item's id."""
    town.draws(LINE)
    town.report()
    town.does(FINDER, "拟稿")
    item = town.item(OFFICER, "审核")
    town.claims(OFFICER, "审核")
    town.acts(commands.save_draft, OFFICER, item, {"note": "写了一半"})
    return item


def test_ids_drafts_claims_timers_and_limits_stay(town: Town) -> None:
    item = to_check(town)
    clock, alarm = one(town, deadline_clock), one(town, timer)
    town.draws(LINE.replace('name="审核"', 'name="复核"').replace("5", "9"))
    moves(town)
    assert town.todo(OFFICER, "mine") == ["复核"]
    assert town.item(OFFICER, "复核") == item
    with town.database.reading() as c:
        assert commands.draft_of(c, item, by=town.person(OFFICER)) is not None
    assert one(town, deadline_clock) == clock
    assert one(town, timer).due_at == alarm.due_at
    assert "由第 1 版移到第 2 版" in " ".join(town.story())
    town.does(OFFICER, "复核")
    town.does(OFFICER, "签发")
    assert case_row(town).status == "completed"
    assert not explained(town)


def test_a_step_goes_to_its_new_post(town: Town) -> None:
    town.draws(LINE)
    town.report()
    town.does(FINDER, "拟稿")
    town.draws(LINE.replace('name="审核" gl:role="case_officer"', 'name="审核" gl:role="team_leader"'))
    moves(town)
    assert town.todo(LEADER) == ["审核"]
    assert town.todo(OFFICER) == []


def test_a_step_that_is_gone_is_in_the_way_until_it_is_mapped(town: Town) -> None:
    to_check(town)
    town.draws("start s\nuser draw name=\"拟稿\" gl:role=\"grid_worker\" gl:scope=\"grid\"\n"
               f"user review name=\"会审\" {ROLE}\nend e\ns -> draw -> review -> e")
    said = refused(town)
    assert "“审核”在新版本中没有了" in said
    assert "超期" in said
    moves(town, {"check": "review"})
    assert town.todo(OFFICER) == ["会审"]
    town.does(OFFICER, "会审")
    assert case_row(town).status == "completed"
    assert not explained(town)


def test_a_waiting_event_is_dropped_when_the_mapping_says_so(town: Town) -> None:
    item = to_check(town)
    town.draws(LINE.replace(LATE, "").replace("end noted", "").replace("late -> noted", ""))
    assert "请选择撤下它" in refused(town)
    moves(town, {"late": None})
    assert town.item(OFFICER, "审核") == item
    assert one(town, timer).status == "cancelled"
    town.does(OFFICER, "审核")
    assert not explained(town)


def test_a_new_event_waits_from_now(town: Town) -> None:
    town.draws(LINE.replace(LATE, "").replace("end noted", "").replace("late -> noted", ""))
    town.report()
    town.does(FINDER, "拟稿")
    item = town.item(OFFICER, "审核")
    town.waits(hours=5)
    town.draws(LINE.replace("deadline.due", 'duration("PT2H")').replace("timeDate", "timeDuration"))
    moves(town)
    alarm = one(town, timer)
    assert (alarm.due_at - town.clock()).total_seconds() == 7200
    assert town.item(OFFICER, "审核") == item
    town.waits(hours=3)
    town.does(OFFICER, "审核")
    assert not explained(town)


@pytest.mark.parametrize(("choice", "days"), [("keep", 5), ("restart", 11), ("re-rule", 9)])
def test_limits_as_chosen(town: Town, choice: str, days: int) -> None:
    item = to_check(town)
    begun = one(town, deadline_clock).started_at
    town.waits(days=2)
    town.draws(LINE.replace('gl:limit="5"', 'gl:limit="9"'))
    moves(town, choice=choice)
    clock = one(town, deadline_clock, deadline_clock.c.status == "running")
    assert (clock.due_at - begun).days == days
    assert one(town, timer, timer.c.status == "due").due_at == clock.due_at
    assert one(town, work_item, work_item.c.id == item).due_at == clock.due_at
    town.does(OFFICER, "审核")
    assert not explained(town)


PARALLEL = f"""
    start s
    par fork name="分头办"
    user left name="勘查" {ROLE}
    user right name="取证" {ROLE}
    par join name="汇总"
    user sign name="签发" {ROLE}
    end e
    s -> fork -> left -> join -> sign -> e
    fork -> right -> join
"""


THIRD = PARALLEL + f"user third name=\"询问\" {ROLE}\nfork -> third -> join"
CHOSEN = f"""
    start s
    inc fork name="分头办" default="f_fork_right"
    user left name="勘查" {ROLE}
    user right name="取证" {ROLE}
    inc join name="汇总"
    user sign name="签发" {ROLE}
    end e
    s -> fork
    fork -> left [true]
    left -> join -> sign -> e
    fork -> right -> join
"""
OUTSIDE = PARALLEL.replace("s -> fork -> left -> join -> sign -> e", "s -> left -> fork -> extra -> join -> sign -> e").replace(
    "end e", f"user extra name=\"补充\" {ROLE}\nend e")


@pytest.mark.parametrize(("changed", "said"), [(THIRD, "支路数"), (CHOSEN, "换了类型"), (OUTSIDE, "移进、移出")])
def test_a_changed_block_is_in_the_way(town: Town, changed: str, said: str) -> None:
    town.draws(PARALLEL)
    town.report()
    town.draws(changed)
    assert said in refused(town)


def test_a_block_with_more_steps_in_a_branch_is_the_same_block(town: Town) -> None:
    town.draws(PARALLEL)
    town.report()
    town.does(OFFICER, "取证")
    town.draws(PARALLEL.replace("fork -> left -> join", "fork -> before -> left -> join").replace(
        "end e", f"user before name=\"预备\" {ROLE}\nend e"))
    moves(town)
    town.does(OFFICER, "勘查")
    town.does(OFFICER, "签发")
    assert case_row(town).status == "completed"
    assert not explained(town)


def test_a_send_back_after_a_move_finds_the_steps_that_are_left(town: Town) -> None:
    to_check(town)
    town.does(OFFICER, "审核")
    town.draws(LINE.replace("draw -> check -> sign", "draw -> check -> seal -> sign").replace(
        "end e", f"user seal name=\"用印\" {ROLE}\nend e"))
    moves(town)
    town.acts(commands.send_back, OTHER_OFFICER, town.item(OTHER_OFFICER, "签发"), "draw", reason="写错了")
    for person, step in ((FINDER, "拟稿"), (OFFICER, "审核"), (OFFICER, "用印"), (OFFICER, "签发")):
        town.does(person, step)
    assert case_row(town).status == "completed"
    assert not explained(town)


def test_a_way_straight_back_to_a_step_that_is_gone_is_in_the_way(town: Town) -> None:
    to_check(town)
    town.does(OFFICER, "审核")
    town.acts(commands.send_back, OFFICER, town.item(OFFICER, "签发"), "draw", reason="写错了", straight=True)
    town.draws(LINE.replace("user sign", "user seal").replace("check -> sign", "check -> seal"))
    assert "直接返回的步骤" in refused(town)


def test_the_old_version_in_memory_is_not_used_for_a_moved_case(town: Town) -> None:
    """Another process may hold the tokens of the version before; the stored text can be the same."""
    to_check(town)
    kept = dict(live._entries)
    town.draws(LINE.replace('name="签发"', 'name="用印"'))
    moves(town)
    live._entries.update(kept)
    town.does(OFFICER, "审核")
    assert town.todo(OFFICER) == ["用印"]


def test_it_asks_for_a_reason_a_known_choice_and_another_version(town: Town) -> None:
    to_check(town)
    here = case_row(town).definition_id
    for plan in (Plan(here, reason=""), Plan(here, choice="never", reason="改")):
        with pytest.raises(InvalidValues):
            town.acts(commands.migrate, ADMIN, town.case, plan)
    with pytest.raises(InvalidState, match="已经按第 1 版办理"):
        town.acts(commands.migrate, ADMIN, town.case, Plan(here, reason="改"))


def test_it_is_taken_back_exactly(town: Town) -> None:
    item = to_check(town)
    before = picture(town)
    town.draws("start s\nuser draw name=\"拟稿\" gl:role=\"grid_worker\" gl:scope=\"grid\"\n"
               f"user review name=\"会审\" {ROLE} {LIMIT}\nend e\ns -> draw -> review -> e")
    moves(town, {"check": "review"}, "restart")
    town.acts(commands.undo_move, ADMIN, town.case, reason="移错了")
    after = picture(town)
    for old, new in zip(before[:3], after[:3], strict=True):
        assert all(row in new for row in old)
    assert (after[3].__class__, case_row(town).revision) == (tuple, before[3][10] + 2)
    assert town.item(OFFICER, "审核") == item
    assert not explained(town)
    with pytest.raises(InvalidState, match="没有移动过"):
        town.acts(commands.undo_move, ADMIN, town.case, reason="再来")
    town.does(OFFICER, "审核")
    assert not explained(town)


def test_it_is_not_taken_back_once_somebody_has_worked(town: Town) -> None:
    to_check(town)
    town.draws(LINE.replace("5", "9"))
    moves(town, choice="restart")
    town.acts(commands.unclaim, OFFICER, town.item(OFFICER, "审核"))
    with pytest.raises(InvalidState, match="新的办理"):
        town.acts(commands.undo_move, ADMIN, town.case, reason="移错了")


def test_what_was_kept_is_in_its_own_row(database: Database, town: Town) -> None:
    to_check(town)
    town.draws(LINE.replace("5", "9"))
    moves(town)
    with database.reading() as c:
        row = c.execute(select(case_move)).one()
    assert (row.instance_id, row.kept["definition"], row.revision) == (town.case, row.from_definition, case_row(town).revision)
