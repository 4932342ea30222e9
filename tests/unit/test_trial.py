"""Trying a draft out: examples are played in a process of their own, on a town of their own, and nothing of it is left."""

import re

import pytest

from engine import definitions
from engine.database import Database
from engine.definitions import Package
from engine.definitions.tables import process_definition
from engine.errors import InvalidValues
from engine.rehearsal import scenarios, trial
from engine.rehearsal.scenarios import Scenario
from tests.town import ROOT, Town, drawing

TWO = """
start s
user look name="核查" gl:role="case_officer" gl:limit="2" gl:limitUnit="workingDays"
<boundaryEvent id="late" name="超时" attachedToRef="look" cancelActivity="false">
<timerEventDefinition><timeDate>deadline.due</timeDate></timerEventDefinition></boundaryEvent>
user ask name="督促" gl:role="team_leader"
end e
end f
s -> look -> e
late -> ask -> f
"""


def package(text: str = TWO) -> Package:
    return Package("p", "流程", drawing(text))


def played(*steps: tuple[str, object], text: str = TWO) -> trial.Played:
    return trial.run(package(text), [], [Scenario("例", tuple(steps))], whole=True)[0]


def test_time_is_wound_and_timers_fire():
    begun = played(("上报", {"岗位": "grid_worker"}))
    assert [(item["name"], item["role"]) for item in begun.picture["items"]] == [("核查", "case_officer")]
    assert begun.picture["items"][0]["due"].startswith("2026-03-04T23:59:59")

    later = played(("上报", {"岗位": "grid_worker"}), ("经过", "3 个工作日"))
    assert later.picture["now"].startswith("2026-03-05T08:40")
    assert {item["name"] for item in later.picture["items"]} == {"核查", "督促"}
    assert "late" in later.passed


def test_it_ends_when_the_people_have_done_their_steps():
    whole = played(("上报", {"岗位": "grid_worker"}), ("办理", {"岗位": "case_officer", "事项": "核查"}), ("办结", True))
    assert whole.holds and whole.picture["items"] == [] and whole.picture["cases"][0]["status"] == "completed"


@pytest.mark.parametrize(("line", "why"), [
    (("办理", {"岗位": "team_leader", "事项": "核查"}), "执法队长没有待办“核查”。此刻的待办：核查。"),
    (("待办", {"case_officer": ["督促"]}), "办案人员的待办应是“督促”，实际是“核查”。"),
    (("期限", {"岗位": "case_officer", "事项": "核查", "到": "2026-03-05 23:59"}), "实际到 2026-03-04 23:59"),
    (("办结", True), "实际还在办"),
    (("飞走", 1), "不认识动作“飞走”"),
    (("经过", "三天"), "不是时长"),
    (("办理", {"事项": "核查"}), "写法不对"),
])
def test_what_does_not_hold_is_said_with_its_line(line: tuple[str, object], why: str):
    stopped = played(("上报", {"岗位": "grid_worker"}), line).stopped
    assert stopped is not None
    assert stopped[0] == 2 and why in stopped[1]


def test_a_step_is_sent_back_to_one_that_was_passed_and_to_no_other():
    two = """
    start s
    user look name="核查" gl:role="case_officer"
    user judge name="审核" gl:role="team_leader"
    end e
    s -> look -> judge -> e
    """
    begun = (("上报", {"岗位": "grid_worker"}), ("办理", {"岗位": "case_officer", "事项": "核查"}))
    assert played(*begun, text=two).picture["items"][0]["back"] == ["核查"]

    back = played(*begun, ("退回", {"岗位": "team_leader", "事项": "审核", "到": "核查", "理由": "缺照片"}), text=two)
    assert [item["name"] for item in back.picture["items"]] == ["核查"] and "缺照片" in str(back.picture["log"])
    stopped = played(*begun, ("退回", {"岗位": "team_leader", "事项": "审核", "到": "办结"}), text=two).stopped
    assert stopped is not None and "可以退回到：核查" in stopped[1]


def test_a_draft_that_cannot_run_says_why():
    with pytest.raises(InvalidValues, match="草稿还不能运行：.*结束事件"):
        played(("上报", {"岗位": "grid_worker"}), text="start s\nuser look name='核查' gl:role='case_officer'\ns -> look")


def test_a_draft_that_goes_round_in_circles_is_stopped():
    circle = """
    start s
    script set length = "PT1S"
    xor again
    <intermediateCatchEvent id="wait" name="一秒">
    <timerEventDefinition><timeDuration>length</timeDuration></timerEventDefinition></intermediateCatchEvent>
    xor more default="f_more_again"
    end e
    s -> set -> again -> wait -> more -> again
    more -> e [today = null]
    """
    stopped = played(("上报", {"岗位": "grid_worker"}), ("经过", "30 个工作日"), text=circle).stopped
    assert stopped is not None and "原地打转" in stopped[1]


def test_nothing_leaves_the_trial(town: Town):
    town.publishes(package())
    with town.database.reading() as c:
        around = trial.shelf(c, leave_out="p")
        before = c.exec_driver_sql("select count(*) from process_instance").scalar_one()
    trial.run(package(), around, [Scenario("例", (("上报", {"岗位": "grid_worker"}),))])
    with town.database.reading() as c:
        assert c.exec_driver_sql("select count(*) from process_instance").scalar_one() == before == 0
        assert c.exec_driver_sql("select count(*) from process_definition").scalar_one() == 1


def test_called_processes_are_those_that_are_published(town: Town):
    inner = drawing("start s\nuser sub name='里面' gl:role='case_officer'\nend e\ns -> sub -> e").replace(b'id="p"', b'id="inner"')
    town.publishes(Package("inner", "被调用", inner))
    outer = package("start s\n<callActivity id='call' name='调用' calledElement='inner'/>\nend e\ns -> call -> e")
    with town.database.reading() as c:
        around = trial.shelf(c, leave_out="p")
    found = trial.run(outer, around, [Scenario("例", (("上报", {"岗位": "grid_worker"}), ("待办", {"case_officer": ["里面"]})))])
    assert found[0].holds, found[0].stopped


def test_every_example_has_a_town_of_its_own():
    begins = Scenario("一", (("上报", {"岗位": "grid_worker"}), ("待办", {"case_officer": ["核查"]})))
    told: list[int] = []
    found = trial.run(package(), [], [begins, Scenario("二", begins.steps)], progress=lambda done: told.append(done) or False)
    assert [one.holds for one in found] == [True, True] and told == [1, 2]


def test_a_run_of_many_can_be_stopped():
    begins = Scenario("一", (("上报", {"岗位": "grid_worker"}),))
    assert len(trial.run(package(), [], [begins, begins, begins], progress=lambda done: done == 1)) == 1


def test_the_shipped_examples_hold_in_a_trial(database: Database):
    """Also those that start another process beside the loop."""
    folder = ROOT / "bpmn" / "grid_loop"
    named = [one for one in scenarios.read((folder / "scenarios.yaml").read_text("utf-8")) if len(one.steps) < 9]
    assert len(named) > 3
    found = trial.run(definitions.read_folder(folder, ROOT / "forms"), [], named)
    assert [one.stopped for one in found] == [None] * len(named)
    with database.reading() as c:
        assert c.execute(process_definition.select()).first() is None


# ---------------------------------------------------------------------------------------------- the file of examples

FILE = """# 说明
- 常用:
    报:
      上报: {岗位: grid_worker}
- 场景: 一
  步骤:
    - 报
    - 办结: false
"""


def test_a_file_of_examples_is_read_and_added_to():
    (one,) = scenarios.read(FILE)
    assert one == Scenario("一", (("上报", {"岗位": "grid_worker"}), ("办结", False)))
    grown = scenarios.added(FILE, Scenario("二", (("经过", "P3D"), ("结果", {"x": "1"}))))
    assert grown.startswith(FILE) and [two.name for two in scenarios.read(grown)] == ["一", "二"]
    assert scenarios.read(grown)[1].steps == (("经过", "P3D"), ("结果", {"x": "1"}))


@pytest.mark.parametrize(("text", "why"), [
    ("- 场景: 一\n  步骤: [*one]\n", "引用"),
    ("a: &a [x]\nb: [*a, *a]\n", "引用"),
    ("- 场景: 一\n  步骤: []\n", "1 到"),
    ("- 场景: 一\n  步骤: [没有]\n", "第 1 步"),
    ("- 场景: 一\n步骤", "第 3 行|第 2 行"),
    ("场景: 一", "列表"),
    ("- 场景: 一\n  步骤: [{办结: true}]\n- 场景: 一\n  步骤: [{办结: true}]\n", "两个例子都叫"),
    ("[" * 5000, "写法有误|嵌套"),
    ("x" * 200_001, "万|千字"),
    ("- !!python/object/apply:os.system [id]", "写法有误"),
])
def test_a_wrong_file_is_refused_in_words(text: str, why: str):
    with pytest.raises(InvalidValues) as refusal:
        scenarios.read(text)
    assert re.search(why, refusal.value.errors["scenarios"])
