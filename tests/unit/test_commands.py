"""What people can make happen to a case, and what the engine answers when they may not."""

import pytest

from engine.errors import Conflict, InvalidState, InvalidValues, JumpRefused, NotAllowed, NotFound
from engine.runtime import commands, incidents
from engine.runtime.service_registry import BusinessError, function
from tests.notation import boundary, timer
from tests.town import (
    ADMIN,
    AREA,
    BOSS,
    CADRE,
    COMMANDER,
    DISPATCHER,
    FAR_CADRE,
    FAR_FINDER,
    FINDER,
    INSPECTOR,
    OFFICER,
    OTHER_CADRE,
    Town,
)

TWO_STEPS = f"""
start s
user fix name="前端纠正" gl:role="village_cadre" gl:limit="2" gl:limitUnit="hours" gl:warnBefore="20%"
user check name="复核" gl:assignee="case.reporter"
end e
{boundary("late", "fix", timer("Date", "deadline.due"), interrupting=False, attributes='name="纠正超时"')}
user press name="督办" gl:role="area_head"
end e2
s -> fix -> check -> e
late -> press -> e2
"""


@pytest.fixture
def two_steps(town: Town) -> Town:
    town.draws(TWO_STEPS)
    town.report()
    return town


def expect_refused(kind, town, command, person, *what, **how):
    with pytest.raises(kind) as caught:
        town.acts(command, person, *what, **how)
    return caught.value


def test_a_case_goes_from_its_finder_to_the_cadre_of_the_village_and_back(two_steps):
    assert two_steps.todo(CADRE) == ["前端纠正"] == two_steps.todo(OTHER_CADRE)
    assert two_steps.todo(FAR_CADRE) == []

    two_steps.does(CADRE, "前端纠正")
    assert two_steps.todo(CADRE) == []
    assert two_steps.todo(FINDER) == ["复核"]

    answer = two_steps.does(FINDER, "复核")
    assert answer["status"] == "completed"
    assert two_steps.story() == [
        "周一（柳林一网格 网格员）发起“占道经营”，编号 SJ20260302-000001。接下来：“前端纠正”（村社干部）。",
        "钱四（柳林村 村社干部）办理“前端纠正”。接下来：“复核”（周一）。",
        "周一（柳林一网格 网格员）办理“复核”。事项办结。",
    ]
    assert two_steps.faults() == []


def test_a_late_step_is_pressed_and_still_open(two_steps):
    two_steps.waits(hours=1, minutes=59)
    assert two_steps.todo(AREA) == []

    two_steps.waits(minutes=2)

    assert two_steps.todo(AREA) == ["督办"]
    assert two_steps.todo(CADRE) == ["前端纠正"]


def test_only_posts_named_by_the_diagram_start_a_case_and_only_where_they_are(town):
    town.draws(TWO_STEPS)
    expect_refused(NotAllowed, town, commands.start, CADRE, "p", {}, unit="qs-e-l-1")
    expect_refused(NotAllowed, town, commands.start, FAR_FINDER, "p", {}, unit="qs-e-l-1")
    expect_refused(NotFound, town, commands.start, FINDER, "nothing", {}, unit="qs-e-l-1")


# ------------------------------------------------------------------------------------------------ taking and giving


def test_what_one_has_taken_nobody_else_sees_or_does(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    two_steps.claims(CADRE, "前端纠正")

    assert two_steps.todo(OTHER_CADRE) == []
    assert two_steps.todo(CADRE, "mine") == ["前端纠正"]
    taken = expect_refused(InvalidState, two_steps, commands.claim, OTHER_CADRE, item)
    assert "已由钱四领取" in taken.message

    two_steps.acts(commands.unclaim, CADRE, item)
    assert two_steps.todo(OTHER_CADRE, "claimable") == ["前端纠正"]


def test_taking_twice_changes_nothing(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    two_steps.claims(CADRE, "前端纠正")
    before = two_steps.story()
    two_steps.acts(commands.claim, CADRE, item)
    assert two_steps.story() == before


def test_a_second_completion_by_another_person_says_who_did_it(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    two_steps.does(CADRE, "前端纠正")
    late = expect_refused(InvalidState, two_steps, commands.complete, OTHER_CADRE, item, {})
    assert late.message == "“前端纠正”已由钱四于 3月2日 09:00 办理，无需再办。"


def test_a_repeated_submission_is_one_completion(two_steps):
    item, who = two_steps.item(CADRE, "前端纠正"), two_steps.person(CADRE)

    def once():
        return two_steps.database.run(lambda c: commands.complete(c, item, {}, by=who), key="k1", payload={"item": item})

    assert once() == once()
    assert sum("办理“前端纠正”" in line for line in two_steps.story()) == 1


def test_what_one_may_not_see_reads_as_if_it_did_not_exist(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    expect_refused(NotFound, two_steps, commands.complete, FAR_CADRE, item, {})
    expect_refused(NotFound, two_steps, commands.claim, FAR_FINDER, item)
    expect_refused(NotFound, two_steps, commands.claim, CADRE, "no-such-item")
    expect_refused(NotFound, two_steps, commands.comment, FAR_CADRE, two_steps.case, "好")


def test_what_one_may_see_but_not_do_is_refused_with_words(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    assert "其他岗位" in expect_refused(NotAllowed, two_steps, commands.complete, DISPATCHER, item, {}).message


def test_a_page_that_is_out_of_date_is_a_conflict(two_steps):
    item = two_steps.entry(CADRE, "前端纠正")
    two_steps.waits(hours=3)
    expect_refused(Conflict, two_steps, commands.complete, CADRE, item.id, {}, revision=item.revision)
    two_steps.acts(commands.complete, CADRE, item.id, {}, revision=two_steps.entry(CADRE, "前端纠正").revision)


# ------------------------------------------------------------------------------------------------ handing over


def test_a_step_is_handed_to_a_colleague_and_to_nobody_else(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    expect_refused(InvalidState, two_steps, commands.transfer, CADRE, item, OFFICER)
    expect_refused(NotAllowed, two_steps, commands.transfer, AREA, item, OTHER_CADRE)
    two_steps.acts(commands.transfer, DISPATCHER, item, OTHER_CADRE, reason="当班")

    assert two_steps.todo(CADRE) == []
    assert two_steps.todo(OTHER_CADRE, "mine") == ["前端纠正"]
    assert two_steps.story()[-1].endswith("将“前端纠正”转给孙五办理，理由：当班。")


def test_only_holders_of_the_role_above_the_case_are_offered_as_receivers(two_steps):
    item, who = two_steps.item(CADRE, "前端纠正"), two_steps.person(CADRE)
    with two_steps.database.reading() as c:
        assert [p.id for p in commands.receivers(c, item, by=who)] == [OTHER_CADRE, CADRE]


def test_many_rows_succeed_or_fail_each_by_itself(town):
    town.draws(TWO_STEPS)
    first, second = town.report(), town.report()
    items = [entry.id for entry in town.page(CADRE).entries]
    town.acts(commands.claim, OTHER_CADRE, items[0])

    answer = town.acts(commands.claim_many, CADRE, [*items, "no-such-item"])

    assert [row["ok"] for row in answer["results"]] == [False, True, False]
    assert "孙五" in answer["results"][0]["message"]
    assert first != second
    moved = town.acts(commands.transfer_many, DISPATCHER, items, OTHER_CADRE)
    assert [row["ok"] for row in moved["results"]] == [False, True]


# ------------------------------------------------------------------------------------------------ going back


def test_a_case_is_sent_back_to_whoever_did_the_step(two_steps):
    two_steps.does(CADRE, "前端纠正")
    item, who = two_steps.item(FINDER, "复核"), two_steps.person(FINDER)
    with two_steps.database.reading() as c:
        assert [target.name for target in commands.targets(c, item, by=who)] == ["前端纠正"]
    expect_refused(InvalidValues, two_steps, commands.send_back, FINDER, item, "fix", reason=" ")
    expect_refused(InvalidValues, two_steps, commands.send_back, FINDER, item, "fix", reason="长" * 501)
    expect_refused(JumpRefused, two_steps, commands.send_back, FINDER, item, "press", reason="没改")

    two_steps.acts(commands.send_back, FINDER, item, "fix", reason="没改")

    assert two_steps.todo(CADRE, "mine") == ["前端纠正"]
    assert two_steps.todo(OTHER_CADRE) == two_steps.todo(FINDER) == []
    assert two_steps.story()[-2].startswith("周一（柳林一网格 网格员）将“复核”退回到“前端纠正”，理由：没改。")
    two_steps.waits(hours=3)
    assert two_steps.todo(AREA) == ["督办"]


def test_a_diagram_may_forbid_going_back(town):
    town.draws(TWO_STEPS.replace('gl:assignee="case.reporter"', 'gl:assignee="case.reporter" gl:sendBack="none"'))
    town.report()
    town.does(CADRE, "前端纠正")
    expect_refused(JumpRefused, town, commands.send_back, FINDER, town.item(FINDER, "复核"), "fix", reason="没改")


def test_a_step_just_done_is_taken_back_before_anybody_begins_the_next(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    two_steps.does(CADRE, "前端纠正")
    two_steps.acts(commands.comment, COMMANDER, two_steps.case, "看一下")
    expect_refused(NotFound, two_steps, commands.withdraw, OTHER_CADRE, item)

    two_steps.acts(commands.withdraw, CADRE, item)

    assert two_steps.todo(FINDER) == []
    assert two_steps.todo(CADRE, "mine") == ["前端纠正"]
    two_steps.does(CADRE, "前端纠正")
    assert two_steps.todo(FINDER) == ["复核"]


def test_it_is_too_late_to_take_back_what_others_went_on_with(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    two_steps.does(CADRE, "前端纠正")
    two_steps.does(FINDER, "复核")
    expect_refused(InvalidState, two_steps, commands.withdraw, CADRE, item)


# ------------------------------------------------------------------------------------------------ steering


def test_a_suspended_case_rests_and_keeps_the_time_it_has_left(two_steps):
    item = two_steps.entry(CADRE, "前端纠正")
    two_steps.waits(hours=1)
    expect_refused(NotAllowed, two_steps, commands.suspend, CADRE, two_steps.case, reason="雨")
    expect_refused(InvalidValues, two_steps, commands.suspend, COMMANDER, two_steps.case, reason="")

    two_steps.acts(commands.suspend, COMMANDER, two_steps.case, reason="暴雨")
    assert two_steps.todo(CADRE) == []
    expect_refused(InvalidState, two_steps, commands.complete, CADRE, item.id, {})
    two_steps.waits(days=3)
    assert two_steps.todo(AREA) == []
    two_steps.acts(commands.resume, BOSS, two_steps.case)

    back = two_steps.entry(CADRE, "前端纠正")
    assert back.due_at - two_steps.clock() == item.due_at - item.created_at - (item.due_at - item.created_at) / 2
    two_steps.waits(minutes=59)
    assert two_steps.todo(AREA) == []
    two_steps.waits(minutes=2)
    assert two_steps.todo(AREA) == ["督办"]


def test_a_cancelled_case_is_off_every_list_and_fires_nothing(two_steps):
    two_steps.acts(commands.cancel, COMMANDER, two_steps.case, reason="重复")
    two_steps.waits(days=1)
    assert two_steps.todo(CADRE) == two_steps.todo(AREA) == []
    assert two_steps.story()[-1] == "韩丙（青石镇 指挥长）终止事项，理由：重复。"
    expect_refused(InvalidState, two_steps, commands.suspend, COMMANDER, two_steps.case, reason="雨")
    assert two_steps.faults() == []


# ------------------------------------------------------------------------------------------------ words


def test_a_reminder_is_shown_and_not_repeated_within_the_hour(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    expect_refused(NotAllowed, two_steps, commands.urge, OTHER_CADRE, item)
    two_steps.acts(commands.urge, INSPECTOR, item, reason="群众在等")
    expect_refused(InvalidState, two_steps, commands.urge, INSPECTOR, item)
    two_steps.acts(commands.urge, FINDER, item)
    two_steps.waits(minutes=61)
    two_steps.acts(commands.urge, INSPECTOR, item)
    assert two_steps.entry(CADRE, "前端纠正").urged == 3


def test_a_remark_is_kept_and_an_empty_one_refused(two_steps):
    expect_refused(InvalidValues, two_steps, commands.comment, CADRE, two_steps.case, "  ")
    two_steps.acts(commands.comment, CADRE, two_steps.case, "已约定下午去")
    assert two_steps.story()[-1] == "钱四留言：已约定下午去"


def test_a_draft_is_its_writers_alone_and_gone_when_the_step_is_done(two_steps):
    item = two_steps.item(CADRE, "前端纠正")
    two_steps.acts(commands.save_draft, CADRE, item, {"words": "写到一半"})
    two_steps.acts(commands.save_draft, CADRE, item, {"words": "写完了"})
    with two_steps.database.reading() as c:
        assert commands.draft_of(c, item, two_steps.person(CADRE)) == {"words": "写完了"}
        assert commands.draft_of(c, item, two_steps.person(OTHER_CADRE)) is None
    assert two_steps.entry(CADRE, "前端纠正").has_draft
    assert not two_steps.entry(OTHER_CADRE, "前端纠正").has_draft
    two_steps.does(CADRE, "前端纠正")
    with two_steps.database.reading() as c:
        assert commands.draft_of(c, item, two_steps.person(CADRE)) is None


# ------------------------------------------------------------------------------------------------ failures


def open_incidents(town, person=COMMANDER):
    with town.database.reading() as c:
        return incidents.of(c, town.person(person))


def test_an_error_nobody_handles_stands_as_an_incident_that_can_be_retried(town):
    town.draws("""
start s
user fix name="前端纠正" gl:role="village_cadre"
<endEvent id="e" name="无法继续"><errorEventDefinition errorRef="E"/></endEvent>
s -> fix -> e
""")
    town.report()
    town.does(CADRE, "前端纠正")

    (trouble,) = open_incidents(town)
    assert (trouble.kind, trouble.element_id, trouble.instance_id) == ("failure", "e", town.case)
    assert open_incidents(town, FAR_CADRE) == ()
    expect_refused(NotAllowed, town, commands.retry, CADRE, trouble.id)
    town.acts(commands.retry, COMMANDER, trouble.id)
    assert [one.element_id for one in open_incidents(town)] == ["e"]
    town.acts(commands.cancel, COMMANDER, town.case, reason="流程有误")
    assert open_incidents(town, ADMIN) == ()


def test_a_refused_call_is_tried_again_and_what_is_refused_again_is_a_new_incident(town):
    def refuses(payload):
        raise BusinessError("42", "不受理")

    town.draws("""
start s
<serviceTask id="call" name="登记台账" gl:function="cases.enter"/>
user check name="复核" gl:role="village_cadre"
end e
s -> call -> check -> e
""")
    town.functions["cases.enter"] = function("cases.enter", refuses)
    town.report()
    (first,) = open_incidents(town)

    who = town.person(COMMANDER)
    town.run(lambda c: commands.retry(c, first.id, by=who))
    assert open_incidents(town) == ()
    town.works()

    (second,) = open_incidents(town)
    assert second.id != first.id and sum("不受理" in line for line in town.story()) >= 2
    expect_refused(InvalidState, town, commands.retry, COMMANDER, first.id)
    town.functions["cases.enter"] = function("cases.enter", lambda payload: {})
    town.acts(commands.retry, COMMANDER, second.id)
    assert open_incidents(town) == () and town.todo(CADRE) == ["复核"]


def test_a_function_that_is_missing_is_tried_again_once_it_is_there(town):
    town.draws("""
start s
<serviceTask id="call" name="登记台账" gl:function="cases.enter" gl:resultVariable="answer"/>
user check name="复核" gl:role="village_cadre"
end e
s -> call -> check -> e
""")
    town.report()
    (trouble,) = open_incidents(town)
    assert trouble.kind == "job" and "登记台账" in trouble.message

    town.functions["cases.enter"] = function("cases.enter", lambda payload: {"answer": 1})
    town.acts(commands.retry, COMMANDER, trouble.id)

    assert open_incidents(town) == ()
    assert town.todo(CADRE) == ["复核"]
    expect_refused(InvalidState, town, commands.retry, COMMANDER, trouble.id)
