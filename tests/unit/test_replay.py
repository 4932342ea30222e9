"""Closed cases are played again on a draft: which take the same way, which another, which get stuck, which become late."""

import pytest

from engine import forms
from engine.definitions import Package
from engine.rehearsal import from_past, past, trial
from engine.runtime import commands
from tests.town import FINDER, LEADER, OFFICER, Town, drawing

LOOK = 'user look name="核查" gl:role="case_officer" gl:limit="{limit}" gl:limitUnit="days" gl:formRef="F-look"'
STEPS = """
start s
{look}
xor way default="f_way_end"
user judge name="审核" gl:role="team_leader"
end e
end f
s -> look -> way
way -> judge [found = "yes"]
judge -> e
<sequenceFlow id="f_way_end" sourceRef="way" targetRef="f"/>
"""
FOUND = {"type": "radio", "key": "found", "label": "是否属实", "validate": {"required": True},
         "values": [{"value": "yes", "label": "属实"}, {"value": "no", "label": "不属实"}]}
NOTE = {"type": "textfield", "key": "note", "label": "理由", "validate": {"required": True}}


def package(steps: str = STEPS, limit: int = 5, *fields: dict[str, object]) -> Package:
    form = {"schemaVersion": 1, "id": "F-look", "title": "核查", "type": "default", "components": [FOUND, *fields]}
    return Package("p", "流程", drawing(steps.format(look=LOOK.format(limit=limit))), forms={"F-look": form})


def verdicts(town: Town, draft: Package, most: int = 100) -> dict[str, dict[str, object]]:
    with town.database.reading() as c:
        pasts = tuple(past.closed(c, "p", most))
        around = trial.shelf(c, leave_out="p")
    return {one["number"]: dict(one) for one in trial.replay(draft, around, pasts)}


@pytest.fixture
def closed(town: Town) -> Town:
    """Three cases: one found true after three days, one found wrong at once, one that was sent back."""
    town.publishes(package())
    town.report()
    town.waits(days=3)
    town.does(OFFICER, "核查", found="yes")
    town.does(LEADER, "审核")
    town.report()
    town.does(OFFICER, "核查", found="no")
    town.report()
    town.does(OFFICER, "核查", found="yes")
    town.acts(commands.send_back, LEADER, town.item(LEADER, "审核"), "look", reason="补充材料")
    town.does(OFFICER, "核查", found="no")
    return town


def test_on_the_same_diagram_every_case_goes_the_same_way(closed: Town):
    found = list(verdicts(closed, package()).values())
    assert sorted(one["verdict"] for one in found) == ["same", "same", "skipped"]
    assert [one["why"] for one in found if one["verdict"] == "skipped"] == ["sent-back"]
    assert not any(one["late"] or one["before"] for one in found)


def test_a_shorter_limit_makes_a_case_late(closed: Town):
    late = [one for one in verdicts(closed, package(limit=1)).values() if one["late"]]
    assert [one["late"] for one in late] == [["核查"]] and late[0]["before"] == []


def test_a_new_step_is_another_way(closed: Town):
    longer = STEPS.replace("s -> look -> way", 'user first name="登记" gl:role="case_officer"\ns -> first -> look -> way')
    for one in verdicts(closed, package(longer)).values():
        if one["verdict"] != "skipped":
            assert one["verdict"] == "otherwise" and one["where"] == "核查" and "登记" in one["why"]


def test_a_step_after_the_old_end_is_another_way(closed: Town):
    longer = STEPS.replace("judge -> e", 'user file name="归档" gl:role="case_officer"\njudge -> file -> e')
    told = [one for one in verdicts(closed, package(longer)).values() if one["verdict"] == "otherwise"]
    assert len(told) == 1 and "还要办：归档" in told[0]["why"]


def test_a_new_required_field_stops_a_case(closed: Town):
    told = [one for one in verdicts(closed, package(STEPS, 5, NOTE)).values() if one["verdict"] != "skipped"]
    assert {one["verdict"] for one in told} == {"stuck"} and all("请填写" in one["why"] for one in told)


def test_what_never_closed_is_not_played(closed: Town):
    before = len(verdicts(closed, package()))
    closed.report(FINDER)
    assert len(verdicts(closed, package())) == before == 3
    assert len(verdicts(closed, package(), most=1)) == 1


def test_a_way_that_cases_went_becomes_an_example_without_its_people(closed: Town):
    with closed.database.reading() as c:
        ways = from_past.ways(tuple(past.closed(c, "p", 100)))
    assert {(way.steps, way.number) for way in ways} == {(("核查", "审核"), 1), (("核查",), 1)}, "what was sent back is no way to repeat"
    draft = package(STEPS, 5, NOTE | {"validate": {}})
    by_element = {"look": forms.load(draft.forms["F-look"])}
    longer = next(way for way in ways if len(way.steps) == 2)
    told = from_past.example(longer, "查实", (None, "grid_worker"), by_element)
    assert told.steps == (
        ("到", "2026-03-02 09:00"), ("上报", {"岗位": "grid_worker"}), ("到", "2026-03-05 09:00"),
        ("办理", {"岗位": "case_officer", "事项": "核查", "表单": {"found": "yes"}}), ("到", "2026-03-05 09:00"),
        ("办理", {"岗位": "team_leader", "事项": "审核"}))  # fmt: skip
    (played,) = trial.run(draft, [], [told])
    assert played.stopped is None


def test_words_and_people_of_a_case_are_left_out(town: Town):
    person = {"type": "person", "key": "officer", "label": "承办人", "role": "case_officer"}
    money = {"type": "number", "key": "fine", "label": "金额", "unit": "yuan", "decimalDigits": 2}
    town.publishes(package(STEPS, 5, NOTE, person, money))
    town.report()
    town.does(OFFICER, "核查", found="no", note="张三，电话 138", officer=OFFICER, fine="12.50")
    with town.database.reading() as c:
        (way,) = from_past.ways(tuple(past.closed(c, "p", 10)))
    form = forms.load(package(STEPS, 5, NOTE, person, money).forms["F-look"])
    (_, what) = from_past.example(way, "例", (None, "grid_worker"), {"look": form}).steps[-1]
    assert what["表单"] == {"found": "no", "note": "（略）", "officer": "wei", "fine": "12.50"}
