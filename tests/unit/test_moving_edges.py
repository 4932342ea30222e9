"""Moving cases at the edges: limits of the law inside what is mapped, letters, jobs, events, old pages, and undoing with care."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import definitions
from engine.database import connect
from engine.definitions import Function as Known
from engine.definitions import Package
from engine.errors import Conflict, InvalidState
from engine.runtime import commands, jobs
from engine.runtime.commands.migrating import Plan
from engine.runtime.service_registry import Function
from engine.runtime.tables import deadline_clock, job, message, subscription, timer, work_item
from tests.notation import MESSAGE, boundary, entry, extension, xml
from tests.notation import timer as timed
from tests.town import ADMIN, COMMANDER, FINDER, GRID, OFFICER, ROOT, Town, drawing
from tests.unit.test_moving import PARALLEL, case_row, explained, moves, one, picture, refused

ROLE = 'gl:role="case_officer" gl:scope="town"'
LAW = 'gl:deadline="DL-A2"'
INNER = f"""
    start s
    <subProcess id="inner" name="审批"><startEvent id="is"/><userTask id="check" name="审核" {ROLE} {LAW}/><endEvent id="ie"/>
    <sequenceFlow id="i1" sourceRef="is" targetRef="check"/><sequenceFlow id="i2" sourceRef="check" targetRef="ie"/></subProcess>
    user sign name="签发" {ROLE}
    end e
    s -> inner -> sign -> e
"""
STEP = f"start s\nuser a name=\"核查\" {ROLE} gl:limit=\"5\" gl:limitUnit=\"days\"\nend e\ns -> a -> e"
LETTER = extension(entry("correlation", "n", "case.number")) + MESSAGE
WAITING = f"""
    start s
    user a name="核查" {ROLE}
    {boundary("told", "a", LETTER, interrupting=False, attributes='name="来信"')}
    user answer name="答复" {ROLE}
    end f
    end e
    s -> a -> e
    told -> answer -> f
"""
WORKING = 'start s\n<serviceTask id="j" name="推送" gl:function="test.push"/>\nend e\ns -> j -> e'


def undone(town: Town) -> None:
    town.acts(commands.undo_move, ADMIN, town.case, reason="移错了")


def test_a_limit_of_the_law_inside_what_is_mapped_is_in_the_way(town: Town) -> None:
    town.draws(INNER)
    town.report()
    town.draws(INNER.replace("签发", "核发"))
    assert "法定期限“DL-A2" in refused(town, {"inner": "sign"})
    moves(town)
    assert one(town, deadline_clock, deadline_clock.c.rule == "DL-A2").status == "running"
    assert not explained(town)


def test_a_limit_of_the_law_of_a_called_process_is_in_the_way(town: Town) -> None:
    part = f"start a\nuser do name=\"办\" {ROLE}\nend z\na -> do -> z"
    town.publishes(Package("part", "部分", xml(part, process="part").replace(b'<process id="part"', f'<process id="part" {LAW}'.encode())))
    calling = f"start s\n<callActivity id=\"call\" name=\"分办\" calledElement=\"part\"/>\nuser sign name=\"签发\" {ROLE}\nend e\n" \
              "s -> call -> sign -> e"
    town.draws(calling)
    town.report()
    town.draws(calling.replace("签发", "核发"))
    assert "法定期限“DL-A2" in refused(town, {"call": "sign"})
    moves(town)
    assert not explained(town)


def test_a_timer_of_the_new_step_hangs_on_the_limit_that_goes_on(town: Town) -> None:
    town.draws(f"start s\nuser a name=\"核查\" {ROLE} {LAW}\nend e\ns -> a -> e")
    town.report()
    town.waits(hours=7)
    town.draws(f"start s\nuser b name=\"复查\" {ROLE} {LAW}\n{boundary('late', 'b', timed('Date', 'deadline.due'), interrupting=False)}\n"
               "end f\nend e\ns -> b -> e\nlate -> f")
    moves(town, {"a": "b"})
    assert one(town, timer).due_at == one(town, deadline_clock).due_at
    assert one(town, work_item, work_item.c.state == "open").due_at == one(town, deadline_clock).due_at
    assert not explained(town)


def test_limits_that_are_new_to_a_step_begin_now(town: Town) -> None:
    town.draws(STEP)
    town.report()
    town.waits(hours=7)
    town.draws(STEP.replace("user a", f"user a {LAW}"))
    before = picture(town)
    moves(town)
    clock = one(town, deadline_clock, deadline_clock.c.rule == "DL-A2")
    assert (clock.status, clock.started_at) == ("running", town.clock())
    assert one(town, deadline_clock, deadline_clock.c.rule == "") == before[2][0]
    undone(town)
    assert one(town, deadline_clock, deadline_clock.c.rule == "DL-A2").status == "stopped"
    assert not explained(town)


def test_a_limit_that_was_taken_away_is_given_again(town: Town) -> None:
    town.draws(STEP)
    town.report()
    begun, free = town.clock(), STEP.replace('gl:limit="5" gl:limitUnit="days"', "")
    for text in (free, STEP, free):
        town.waits(hours=1)
        town.draws(text)
        moves(town)
    before = picture(town)
    town.draws(STEP.replace("核查", "复查"))
    moves(town)
    clock = one(town, deadline_clock, deadline_clock.c.status == "running")
    assert (clock.started_at, clock.due_at) == (town.clock(), one(town, work_item).due_at) and clock.started_at > begun
    undone(town)
    assert picture(town)[0] == before[0] and [row for row in before[2] if row not in picture(town)[2]] == []
    assert not explained(town)


def test_a_step_is_not_mapped_into_another_branch(town: Town) -> None:
    town.draws(PARALLEL)
    town.report()
    town.draws(PARALLEL.replace("fork -> right -> join", "fork -> right -> more -> join").replace(
        "end e", f"user more name=\"补充\" {ROLE}\nend e"))
    assert "请重新选择" in refused(town, {"left": "more"})
    moves(town, {"right": "more"})
    assert sorted(town.todo(OFFICER)) == ["勘查", "补充"]


def test_a_letter_that_the_move_has_read_is_unread_again(town: Town) -> None:
    town.draws(STEP)
    town.report()
    number = case_row(town).business_key
    town.run(lambda c: commands.correlate(c, "消息", {"n": number}, {}, "letter-1"))
    town.draws(WAITING.replace("user a name", 'user a gl:limit="5" gl:limitUnit="days" name'))
    moves(town)
    assert sorted(town.todo(OFFICER)) == ["核查", "答复"]
    undone(town)
    with town.database.reading() as c:
        assert c.execute(select(message.c.consumed_by)).scalar_one() is None
    assert town.todo(OFFICER) == ["核查"]
    moves(town)
    assert sorted(town.todo(OFFICER)) == ["核查", "答复"]
    assert not explained(town)


def test_who_waits_for_a_letter_goes_on_waiting(town: Town) -> None:
    town.draws(WAITING)
    town.report()
    before = one(town, subscription)
    town.draws(WAITING.replace("答复", "回复"))
    moves(town)
    assert one(town, subscription) == before
    town.run(lambda c: commands.correlate(c, "消息", {"n": case_row(town).business_key}, {}, "letter-1"))
    assert sorted(town.todo(OFFICER)) == ["回复", "核查"]
    assert not explained(town)


def push(town: Town) -> list[str]:
    """A case that waits for the outside; what the outside is told."""
    told: list[str] = []
    town.functions["test.push"] = Function("test.push", lambda payload: told.append(payload["job"]) or {}, in_turn=False)
    draw_working(town, "推送")
    with_worker, town.functions = town.functions, {}
    who = town.person(FINDER)
    town.case = town.run(lambda c: commands.start(c, "p", {}, by=who, unit=GRID))["instance"]
    town.functions = with_worker
    return told


def draw_working(town: Town, name: str) -> None:
    text = WORKING.replace("推送", name)
    town.run(lambda c: definitions.deploy(c, Package("p", "流程", drawing(text)), by=None, functions={"test.push": Known()}))


def test_a_waiting_job_is_done_once_whatever_is_moved(town: Town) -> None:
    told = push(town)
    before = one(town, job)
    draw_working(town, "上报")
    with town.database.reading() as c:
        plan = Plan(definitions.latest(c, "p").id, reason="改")
    town.run(lambda c: commands.migrate(c, town.case, plan, by=town.person(ADMIN)))
    assert one(town, job) == before
    assert [town.run(jobs.lease).id] == [before.id]
    leased = one(town, job)
    town.run(lambda c: commands.undo_move(c, town.case, by=town.person(ADMIN), reason="移错了"))
    assert one(town, job) == leased, "whoever does it now goes on doing it"
    jobs.perform(town.database, town.functions, leased)
    assert (len(told), case_row(town).status) == (1, "completed")
    assert not explained(town)


def test_it_is_not_taken_back_over_a_draft_on_the_new_step(town: Town) -> None:
    town.draws(STEP)
    town.report()
    town.draws(STEP.replace("user a", "user b").replace("s -> a -> e", "s -> b -> e"))
    moves(town, {"a": "b"})
    town.acts(commands.save_draft, OFFICER, town.item(OFFICER, "核查"), {"note": "写了一半"})
    before = picture(town)
    with pytest.raises(InvalidState, match="写了草稿"):
        undone(town)
    assert picture(town) == before


def test_old_pages_meet_the_move_and_lose_nothing(town: Town) -> None:
    town.draws(STEP)
    town.report()
    seen, item = case_row(town).revision, town.item(OFFICER, "核查")
    town.acts(commands.claim, OFFICER, item)
    town.acts(commands.save_draft, OFFICER, item, {"note": "写了一半"})
    town.draws(STEP.replace("核查", "复查"))
    moves(town)
    before = picture(town)
    with pytest.raises(Conflict):
        town.acts(commands.complete, OFFICER, item, {}, revision=seen)
    with pytest.raises(Conflict):
        town.acts(commands.migrate, ADMIN, town.case, Plan(case_row(town).definition_id, reason="改"), revision=seen)
    assert picture(town) == before
    with town.database.reading() as c:
        assert commands.draft_of(c, item, by=town.person(OFFICER)) is not None
    town.does(OFFICER, "复查")
    assert case_row(town).status == "completed"


def test_a_suspended_case_goes_on_before_it_is_moved(town: Town) -> None:
    town.draws(STEP)
    town.report()
    town.draws(STEP.replace("核查", "复查"))
    town.acts(commands.suspend, COMMANDER, town.case, reason="雨")
    assert "不能再办理" in refused(town)
    town.acts(commands.resume, COMMANDER, town.case)
    moves(town)
    assert town.todo(OFFICER) == ["复查"]
    assert not explained(town)


KILLED = """
import os, signal, sys
from engine.database import connect
from engine.people import directory
from engine.runtime import commands
from engine.runtime.commands.migrating import Plan
database = connect(sys.argv[1])
def work(c):
    commands.migrate(c, int(sys.argv[2]), Plan(int(sys.argv[3]), reason="改"), by=directory.participant(c, sys.argv[4]))
    os.kill(os.getpid(), signal.SIGKILL)
database.run(work)
"""


def test_killed_in_the_middle_nothing_has_moved(town: Town, database_url: str) -> None:
    town.draws(STEP)
    town.report()
    town.draws(STEP.replace("核查", "复查"))
    before = picture(town)
    with town.database.reading() as c:
        to = definitions.latest(c, "p").id
    town.database.close()
    what = [sys.executable, "-c", KILLED, database_url, str(town.case), str(to), ADMIN]
    assert subprocess.run(what, cwd=Path(ROOT), env=dict(os.environ), check=False).returncode == -signal.SIGKILL
    town.database = connect(database_url)
    assert picture(town) == before
    moves(town)
    assert town.todo(OFFICER) == ["复查"]
    assert not explained(town)
    town.database.close()
