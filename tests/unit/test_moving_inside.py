"""Moving cases that stand inside something: a countersign, a sub-process, a called process, a limit of the law."""

import pytest
from sqlalchemy import select

from engine.definitions import Package
from engine.runtime import commands
from engine.runtime.tables import deadline_clock
from tests.notation import many, xml
from tests.town import AREA, LAWYER, OFFICER, Town
from tests.unit.test_moving import case_row, explained, moves, one, refused

ROLE = 'gl:role="case_officer" gl:scope="town"'
EACH = '<loopDataInputRef>signers</loopDataInputRef><inputDataItem id="signer"/>'


def signing(repetition: str = many(EACH), step: str = "sign", name: str = "会签") -> str:
    return f"""
    start s
    script choose signers = ["{OFFICER}", "{LAWYER}"]
    <userTask id="{step}" name="{name}" gl:role="case_officer" gl:assignee="signer">{repetition}</userTask>
    user filing name="归档" gl:role="area_head"
    end e
    s -> choose -> {step} -> filing -> e
    """


def test_votes_that_were_given_stay(town: Town) -> None:
    town.draws(signing())
    town.report()
    town.does(OFFICER, "会签", agreed=True)
    item = town.item(LAWYER, "会签")
    town.draws(signing(name="联签"))
    moves(town)
    assert (town.todo(OFFICER), town.item(LAWYER, "联签")) == ([], item)
    town.does(LAWYER, "联签", agreed=False)
    town.does(AREA, "归档")
    assert case_row(town).status == "completed"
    assert not explained(town)


@pytest.mark.parametrize("changed", [signing(many(EACH, sequential=True)), signing(repetition="").replace('gl:assignee="signer"', "")],
                         ids=["in turn", "one"])
def test_another_kind_of_countersign_is_in_the_way(town: Town, changed: str) -> None:
    town.draws(signing())
    town.report()
    town.draws(changed)
    assert "“会签”在新版本中" in refused(town)


def test_a_whole_countersign_goes_to_one_step(town: Town) -> None:
    town.draws(signing())
    town.report()
    town.draws(signing().replace("</userTask>", "</userTask>\nuser decide name=\"议定\" gl:role=\"area_head\"").replace(
        "sign -> filing", "sign -> decide -> filing"))
    moves(town, {"sign": "decide"})
    assert (town.todo(AREA), town.todo(OFFICER), town.todo(LAWYER)) == (["议定"], [], [])
    town.does(AREA, "议定")
    assert town.todo(AREA) == ["归档"]
    assert not explained(town)


def inner(step: str = "check", whole: str = "inner", tag: str = "") -> str:
    return f"""
    start s
    <subProcess id="{whole}" name="审批" {tag}><startEvent id="is"/><userTask id="{step}" name="审核" {ROLE}/><endEvent id="ie"/>
    <sequenceFlow id="i1" sourceRef="is" targetRef="{step}"/><sequenceFlow id="i2" sourceRef="{step}" targetRef="ie"/></subProcess>
    user sign name="签发" {ROLE}
    end e
    s -> {whole} -> sign -> e
    """


def test_inside_a_sub_process_the_same_rules_hold(town: Town) -> None:
    town.draws(inner())
    town.report()
    item = town.item(OFFICER, "审核")
    town.draws(inner(step="other"))
    assert "“审核”在新版本中没有了" in refused(town)
    town.draws(inner().replace('name="审核"', 'name="复核"'))
    moves(town)
    assert town.item(OFFICER, "复核") == item
    town.does(OFFICER, "复核")
    assert town.todo(OFFICER) == ["签发"]
    assert not explained(town)


def test_a_sub_process_that_is_gone_is_mapped_as_a_whole(town: Town) -> None:
    town.draws(inner())
    town.report()
    town.draws(inner(whole="another", step="first"))
    assert "子流程“审批”在新版本中没有了" in refused(town)
    assert "不在新版本的同一流程中" in refused(town, {"inner": "first"})
    moves(town, {"inner": "sign"})
    assert town.todo(OFFICER) == ["签发"]
    town.does(OFFICER, "签发")
    assert case_row(town).status == "completed"
    assert not explained(town)


def _publish_called(town: Town, step: str, name: str) -> None:
    text = f"start a\nuser {step} name=\"{name}\" {ROLE}\nend z\na -> {step} -> z"
    town.publishes(Package("part", "部分", xml(text, process="part")))


CALLING = '\nstart s\n<callActivity id="call" name="分办" calledElement="part"/>\nend e\ns -> call -> e\n'


def test_inside_a_called_process_the_new_pinned_version_counts(town: Town) -> None:
    _publish_called(town, "do", "办")
    town.draws(CALLING)
    town.report()
    item = town.item(OFFICER, "办")
    _publish_called(town, "make", "做")
    town.draws(CALLING + '<textAnnotation id="t1"/>')
    assert "“办”在新版本中没有了" in refused(town)
    _publish_called(town, "do", "再办")
    town.draws(CALLING + '<textAnnotation id="t2"/>')
    moves(town)
    assert town.item(OFFICER, "再办") == item
    town.does(OFFICER, "再办")
    assert case_row(town).status == "completed"
    assert not explained(town)


LAWFUL = f"""
    start s
    user first name="核查" {ROLE} gl:deadline="DL-A2" gl:limit="2" gl:limitUnit="workingDays"
    user sign name="签发" {ROLE}
    end e
    s -> first -> sign -> e
"""


def test_a_limit_of_the_law_is_never_dropped_nor_begun_anew(town: Town) -> None:
    town.draws(LAWFUL)
    town.report()
    before = one(town, deadline_clock, deadline_clock.c.rule == "DL-A2")
    town.waits(days=1)
    town.draws(LAWFUL.replace('gl:deadline="DL-A2"', ""))
    assert "法定期限“DL-A2" in refused(town)
    town.draws(LAWFUL.replace("user first", "user other").replace("s -> first", "s -> other"))
    moves(town, {"first": "other"}, "restart")
    after = one(town, deadline_clock, deadline_clock.c.rule == "DL-A2")
    assert (after.id, after.started_at, after.due_at, after.status) == (before.id, before.started_at, before.due_at, "running")
    assert after.key == town.item(OFFICER, "核查") != before.key
    town.does(OFFICER, "核查")
    assert one(town, deadline_clock, deadline_clock.c.rule == "DL-A2").stop_reason == "done"
    assert not explained(town)


def test_a_delegated_step_is_not_mapped_away(town: Town) -> None:
    town.draws(f"start s\nuser a name=\"甲\" {ROLE}\nend e\ns -> a -> e")
    town.report()
    item = town.item(OFFICER, "甲")
    town.claims(OFFICER, "甲")
    town.acts(commands.delegate, OFFICER, item, "jiang", reason="帮忙")
    town.draws(f"start s\nuser b name=\"乙\" {ROLE}\nend e\ns -> b -> e")
    assert "请先收回委派" in refused(town, {"a": "b"})
    town.draws(f"start s\nuser a name=\"丙\" {ROLE}\nend e\ns -> a -> e")
    moves(town)
    assert "丙" in town.todo("jiang")


def test_several_signers_go_on_with_a_limit_of_the_law_that_had_stopped(town: Town) -> None:
    lawful = signing().replace("userTask id", 'userTask gl:deadline="DL-A2" id').replace(
        "script choose", f'user first name="拟稿" {ROLE}\nscript choose').replace("s -> choose", "s -> first -> choose")
    town.draws(lawful)
    town.report()
    town.does(OFFICER, "拟稿")
    town.waits(hours=7)
    town.acts(commands.send_back, LAWYER, town.item(LAWYER, "会签"), "first", reason="重拟")
    town.draws(lawful.replace('gl:deadline="DL-A2"', ""))
    moves(town)
    town.does(OFFICER, "拟稿")
    town.draws(lawful.replace("会签", "联签"))
    moves(town)
    assert [town.todo(who) for who in (OFFICER, LAWYER)] == [["联签"], ["联签"]]
    with town.database.reading() as c:
        rows = c.execute(select(deadline_clock).where(deadline_clock.c.instance_id == town.case, deadline_clock.c.rule == "DL-A2",
                                                      deadline_clock.c.status == "running")).all()
    assert {row.key for row in rows} == {town.item(OFFICER, "联签"), town.item(LAWYER, "联签")}
    assert not explained(town)
