"""Moving cases whose limit stands, whose signers sign in turn, whose event sub-processes wait, that have children, or at which somebody
works in that very moment."""

from typing import Any

import pytest
from sqlalchemy import select

from engine import definitions
from engine.definitions import Package
from engine.runtime import commands
from engine.runtime.commands import Paper
from engine.runtime.commands.migrating import Plan
from engine.runtime.tables import deadline_clock, subscription, timer
from tests.notation import MESSAGE, boundary, entry, extension, inside, many, xml
from tests.notation import timer as timed
from tests.properties.racing import Race, by, run
from tests.town import ADMIN, AREA, BOSS, GRID, LAWYER, OFFICER, Town
from tests.unit.test_moving import case_row, explained, moves, one, picture, refused
from tests.unit.test_moving_edges import undone
from tests.unit.test_moving_inside import EACH, signing

ROLE = 'gl:role="case_officer" gl:scope="town"'
LAB = Paper(document="检测委托书〔2026〕3号", approver=BOSS, ground="testing", reason="送检")
STEP = f'user u name="核查" {ROLE}\nend e\ns -> u -> e'


def filed(whole: str, more: str = "") -> str:
    return f"""
    start s
    <subProcess id="{whole}" name="立案至决定" gl:deadline="DL-C6"><startEvent id="{whole}s"/>
    <userTask id="{whole}d" name="作出决定" {ROLE}/><endEvent id="{whole}e"/>
    <sequenceFlow id="w1" sourceRef="{whole}s" targetRef="{whole}d"/>
    <sequenceFlow id="w2" sourceRef="{whole}d" targetRef="{whole}e"/></subProcess>
    end e
    s -> {whole} -> e
    {more}
    """


def test_a_limit_that_stands_goes_on_standing_and_so_do_its_timers(town: Town) -> None:
    town.draws(filed("whole"), ruleSet='"RS-SAMR"')
    town.report()
    number = one(town, deadline_clock).id
    town.acts(commands.suspend_clock, OFFICER, number, None, LAB)
    before = one(town, deadline_clock)
    event = boundary("expired", "inquiry", timed("Date", "deadline.due"), False, 'name="期限届满"')
    town.draws(filed("inquiry", f"{event}\nend g\nexpired -> g"), ruleSet='"RS-SAMR"')
    assert "没有这个期限" in refused(town)
    moves(town, {"whole": "inquiry"}, "restart")
    after = one(town, deadline_clock)
    assert (after.id, after.status, after.started_at, after.entries) == (before.id, "suspended", before.started_at, before.entries)
    assert one(town, timer).status == "suspended"
    assert not explained(town)
    undone(town)
    assert one(town, deadline_clock) == before
    moves(town, {"whole": "inquiry"})
    town.acts(commands.resume_clock, OFFICER, number, None, Paper(document="检测报告", approver=BOSS, ground="testing"))
    assert one(town, timer, timer.c.status == "due").due_at == one(town, deadline_clock).due_at
    assert not explained(town)


def test_who_signs_in_turn_goes_on_in_turn(town: Town) -> None:
    town.draws(signing(many(EACH, sequential=True)))
    town.report()
    town.draws(signing(many(EACH, sequential=True), name="联签"))
    moves(town)
    assert town.todo(LAWYER) == []
    town.does(OFFICER, "联签", agreed=True)
    town.draws(signing(many(EACH, sequential=True), name="会签"))
    moves(town)
    assert (town.todo(OFFICER), town.todo(LAWYER)) == ([], ["会签"])
    undone(town)
    town.does(LAWYER, "联签", agreed=False)
    town.does(AREA, "归档")
    assert case_row(town).status == "completed"
    assert not explained(town)


def handler(name: str) -> str:
    letter = extension(entry("correlation", "n", "case.number")) + MESSAGE
    head = f'<startEvent id="hs" isInterrupting="false">{letter}</startEvent>'
    return inside("subProcess", "h", f'user hu name="{name}" {ROLE}\nend he\nhs -> hu -> he', 'triggeredByEvent="true"', head)


def letter(town: Town, key: str) -> None:
    town.run(lambda c: commands.correlate(c, "消息", {"n": case_row(town).business_key}, {}, key))


def test_event_sub_processes_begin_go_on_and_cease_to_wait(town: Town) -> None:
    town.draws(f"start s\n{STEP}")
    town.report()
    town.draws(f"start s\n{STEP}\n{handler('答复')}")
    moves(town)
    letter(town, "first")
    assert sorted(town.todo(OFFICER)) == ["核查", "答复"]
    before, item = one(town, subscription), town.item(OFFICER, "答复")
    town.draws(f"start s\n{STEP}\n{handler('回复')}")
    moves(town)
    assert (one(town, subscription), town.item(OFFICER, "回复")) == (before, item)
    town.does(OFFICER, "回复")
    town.draws(f"start s\n{STEP}")
    assert "请选择撤下它" in refused(town)
    moves(town, {"hs": None})
    with town.database.reading() as c:
        assert c.execute(select(subscription)).all() == []
    town.does(OFFICER, "核查")
    assert case_row(town).status == "completed"
    assert not explained(town)


PARTS = """
start s
par fork
par join
<callActivity id="one" name="分办甲" calledElement="part"/>
<callActivity id="two" name="分办乙" calledElement="part"/>
user filing name="归档" gl:role="area_head"
end e
s -> fork
fork -> one -> join
fork -> two -> join
join -> filing -> e
"""


def part(town: Town, name: str) -> None:
    """The newest version of the process that is called, and of which there are children too."""
    text = f'start a\nuser do name="{name}" {ROLE}\nuser tell name="{name}后回报" {ROLE}\nend z\na -> do -> tell -> z'
    town.publishes(Package("part", "部分", xml(text, process="part")))


def child(town: Town) -> int:
    """A case of that process under the town's case, which stays the one that is worked at."""
    parent, whole = town.case, town.process
    newest = town.run(lambda c: definitions.latest(c, "part"))
    number = town.run(lambda c: commands.open_case(c, newest, {}, commands.Opening(GRID, parent=parent), by=town.person(OFFICER)))
    town.works()
    town.case, town.process = parent, whole
    return int(number["instance"])


def test_called_ones_that_are_at_different_steps_go_on_side_by_side(town: Town) -> None:
    part(town, "办")
    town.draws(PARTS)
    town.report()
    town.does(OFFICER, "办")
    assert sorted(town.todo(OFFICER)) == ["办", "办后回报"]
    items = {town.item(OFFICER, "办"), town.item(OFFICER, "办后回报")}
    part(town, "做")
    town.draws(PARTS.replace("归档", "存档"))
    moves(town)
    assert {town.item(OFFICER, "做"), town.item(OFFICER, "做后回报")} == items
    town.does(OFFICER, "做后回报")
    assert town.todo(AREA) == []
    town.does(OFFICER, "做")
    town.does(OFFICER, "做后回报")
    town.does(AREA, "存档")
    assert case_row(town).status == "completed"
    assert not explained(town)


def at(town: Town, case: int, key: str) -> None:
    """From now on that case is worked at."""
    town.case, town.process = case, key


def test_a_parent_and_its_child_move_without_each_other(town: Town) -> None:
    part(town, "办")
    town.draws(f"start s\n{STEP}")
    parent = town.report()
    below = child(town)
    at(town, below, "part")
    before = picture(town)
    town.draws(f"start s\n{STEP.replace('核查', '复查')}")
    at(town, parent, "p")
    moves(town)
    above = picture(town)
    at(town, below, "part")
    assert picture(town) == before and case_row(town).parent_id == parent
    part(town, "做")
    moves(town)
    assert sorted(town.todo(OFFICER)) == ["做", "复查"] and case_row(town).parent_id == parent
    assert not explained(town)
    at(town, parent, "p")
    assert picture(town) == above
    undone(town)
    at(town, below, "part")
    town.does(OFFICER, "做")
    town.does(OFFICER, "做后回报")
    assert case_row(town).status == "completed"
    at(town, parent, "p")
    town.does(OFFICER, "核查")
    assert case_row(town).status == "completed"
    assert not explained(town)


HANDED_ON = f'start s\nuser u name="核查" {ROLE}\nuser v name="签发" {ROLE}\nend e\ns -> u -> v -> e'


@pytest.mark.parametrize(("change", "mapping"), [
    (("核查", "复查"), {}), (("user u", "user w"), {"u": "w"}), (("user u", "user w"), {}),
], ids=["kept", "mapped", "in the way"])
def test_who_submits_in_the_moment_of_the_move_comes_before_or_after_it(
        town: Town, change: tuple[str, str], mapping: dict[str, Any]) -> None:
    town.draws(HANDED_ON.replace(*change).replace("s -> u", "s -> w" if change[1] == "user w" else "s -> u"))
    with town.database.reading() as c:
        plan = Plan(definitions.latest(c, "p").id, mapping, reason="流程改了")
    run(town, Race(HANDED_ON, (by(OFFICER, commands.complete, "核查", {}), by(ADMIN, commands.migrate, None, plan))))
    assert not town.faults()
