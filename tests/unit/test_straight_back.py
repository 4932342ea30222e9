"""退回后直接返回: mended, it goes directly to whoever sent it back; the steps between stay done."""

import pytest

from engine.definitions import Package
from engine.errors import JumpRefused
from engine.runtime import commands, history
from tests.notation import xml
from tests.town import FINDER, OFFICER, OTHER_OFFICER, Town

ROLE = 'gl:role="case_officer" gl:scope="town"'
LINE = f"""
    start s
    user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
    user first name="初审" {ROLE}
    user second name="复审" {ROLE}
    user sign name="签发" {ROLE}
    end e
    s -> draw -> first -> second -> sign -> e
"""
INNER = f"""
    start s
    user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
    <subProcess id="inner" name="审批"><startEvent id="is"/><userTask id="check" name="审核" {ROLE}/><endEvent id="ie"/>
    <sequenceFlow id="i1" sourceRef="is" targetRef="check"/><sequenceFlow id="i2" sourceRef="check" targetRef="ie"/></subProcess>
    end e
    s -> draw -> inner -> e
"""


def _to_signing(town: Town) -> None:
    town.draws(LINE)
    town.report()
    town.does(FINDER, "拟稿")
    town.does(OFFICER, "初审")
    town.does(OFFICER, "复审")


def test_it_comes_straight_back_to_the_one_who_sent_it(town: Town) -> None:
    _to_signing(town)
    town.acts(commands.send_back, OTHER_OFFICER, town.item(OTHER_OFFICER, "签发"), "draw", reason="名称写错", straight=True)
    assert town.todo(FINDER) == ["拟稿"]
    town.does(FINDER, "拟稿")
    assert town.todo(OTHER_OFFICER, "mine") == ["签发"]
    assert town.todo(OFFICER) == []
    assert "改好后直接返回" in " ".join(town.story())
    town.does(OTHER_OFFICER, "签发")
    assert not town.faults()


def test_the_steps_between_may_be_gone_back_to_afterwards(town: Town) -> None:
    _to_signing(town)
    town.acts(commands.send_back, OFFICER, town.item(OFFICER, "签发"), "draw", reason="名称写错", straight=True)
    town.does(FINDER, "拟稿")
    with town.database.reading() as c:
        targets = [one.element_id for one in commands.targets(c, town.item(OFFICER, "签发"), by=town.person(OFFICER))]
    assert targets == ["draw", "first", "second"]


def test_without_it_the_flow_is_walked_again(town: Town) -> None:
    _to_signing(town)
    town.acts(commands.send_back, OFFICER, town.item(OFFICER, "签发"), "draw", reason="名称写错")
    town.does(FINDER, "拟稿")
    assert town.todo(OFFICER) == ["初审"]


def test_the_way_back_is_used_once(town: Town) -> None:
    _to_signing(town)
    town.acts(commands.send_back, OFFICER, town.item(OFFICER, "签发"), "draw", reason="名称写错", straight=True)
    town.does(FINDER, "拟稿")
    town.acts(commands.send_back, OFFICER, town.item(OFFICER, "签发"), "draw", reason="再改")
    town.does(FINDER, "拟稿")
    assert town.todo(OFFICER) == ["初审"]


def test_into_a_sub_process_there_is_no_straight_way(town: Town) -> None:
    town.draws(INNER)
    town.report()
    town.does(FINDER, "拟稿")
    with pytest.raises(JumpRefused, match="不能直接返回"):
        town.acts(commands.send_back, OFFICER, town.item(OFFICER, "审核"), "draw", reason="补充", straight=True)
    assert town.todo(OFFICER) == ["审核"]
    with town.database.reading() as c:
        assert [event.kind for event in history.of(c, town.case)][-1] == "completed"


def test_a_called_process_may_keep_its_steps_from_going_back_to_the_caller(town: Town) -> None:
    called = f"""
        start s2
        user compile name="整理" {ROLE}
        user shut name="封卷" {ROLE} gl:sendBack="process"
        end e2
        s2 -> compile -> shut -> e2
    """
    town.publishes(Package("q", "归档", xml(called, process="q")))
    town.draws("""
        start s
        user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
        <callActivity id="archive" name="归档" calledElement="q"/>
        end e
        s -> draw -> archive -> e
    """)
    town.report()
    town.does(FINDER, "拟稿")
    town.does(OFFICER, "整理")
    item = town.item(OFFICER, "封卷")
    with town.database.reading() as c:
        assert [one.element_id for one in commands.targets(c, item, by=town.person(OFFICER))] == ["q:compile"]
    with pytest.raises(JumpRefused):
        town.acts(commands.send_back, OFFICER, item, "draw", reason="重来")
    town.acts(commands.send_back, OFFICER, item, "q:compile", reason="页码有误")
    assert town.todo(OFFICER) == ["整理"]
