"""Moving cases whose limit stands, whose signers sign in turn, and whose event sub-processes wait."""

from sqlalchemy import select

from engine.runtime import commands
from engine.runtime.commands import Paper
from engine.runtime.tables import deadline_clock, subscription, timer
from tests.notation import MESSAGE, boundary, entry, extension, inside, many
from tests.notation import timer as timed
from tests.town import AREA, BOSS, LAWYER, OFFICER, Town
from tests.unit.test_moving import case_row, explained, moves, one, refused
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
