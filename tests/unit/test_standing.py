"""Why is it not moving: each kind of standing, who is named, and what a supervisor's list shows of it."""

import datetime as dt

import pytest

from engine.errors import NotAllowed, NotFound
from engine.people import directory
from engine.runtime import commands, jobs
from engine.runtime.service_registry import function
from engine.supervision import standing
from engine.supervision.standing import Can, Why
from tests.notation import MESSAGE, entry, extension, timer
from tests.town import ADMIN, BOSS, CADRE, COMMANDER, DISPATCHER, FAR_CADRE, FINDER, INSPECTOR, OFFICER, OTHER_CADRE, Town

STEP = 'gl:role="village_cadre" gl:scope="village" gl:limit="2" gl:limitUnit="hours"'
ONE = f'start s\nuser fix name="前端纠正" {STEP}\nend e\ns -> fix -> e'
PARTY = f'start s\nuser hear name="听取陈述申辩" {STEP} gl:waitsFor="party" gl:legalBasis="《行政处罚法》第四十五条"\nend e\ns -> hear -> e'


def catch(name: str, definition: str, more: str = "") -> str:
    return f'start s\n<intermediateCatchEvent id="w" name="{name}" {more}>{definition}</intermediateCatchEvent>\nend e\ns -> w -> e'


NEXT_DAY = timer("Duration", 'duration("PT24H")')
LETTER = extension(entry("correlation", "k", "case.number")) + MESSAGE


def stands(town: Town, by: str = INSPECTOR) -> standing.Standing:
    who = town.person(by)
    with town.database.reading() as c:
        found = standing.of_case(c, town.case, who)
    assert found is not None
    return found


def told(town: Town) -> tuple[Why, Can, str | None]:
    one = stands(town)
    return one.why, one.can, one.mover.person if one.mover else None


def leave(town: Town, *people: str) -> None:
    for person in people:
        town.run(lambda c, person=person: directory.save_person(c, person, {"active": False}, ADMIN))


def test_a_step_that_nobody_has_taken_names_the_post(town):
    town.draws(ONE)
    town.report()
    town.run(lambda c: directory.save_person(c, OTHER_CADRE, {"phone": "0570-1234567"}, ADMIN))
    town.waits(hours=5)

    one = stands(town)

    assert (one.why, one.can, one.mover.person, one.mover.more) == (Why.UNCLAIMED, Can.CLAIM, OTHER_CADRE, 1)
    assert one.mover.phone == "0570-1234567" and one.mover.post == "柳林村 村社干部"
    waited, who = "“前端纠正”派给柳林村村社干部已有 5 小时，还没有人领取，超期 3 小时", "孙五（柳林村 村社干部）等 2 人"
    assert one.sentence == f"{waited}；{who}可以领取后办理。"


def test_a_step_that_lies_names_whoever_has_it(town):
    town.draws(ONE)
    town.report()
    town.claims(CADRE, "前端纠正")
    town.waits(days=3)

    one = stands(town)

    assert (one.why, one.can, one.mover.person) == (Why.LYING, Can.COMPLETE, CADRE)
    assert "在钱四手里已有 3 天" in one.sentence and "超期" in one.sentence


def test_whoever_left_is_not_waited_for(town):
    town.draws(ONE)
    town.report()
    town.claims(CADRE, "前端纠正")
    leave(town, CADRE)
    left = told(town)
    leave(town, OTHER_CADRE)
    nobody = told(town)

    assert left[:2] == (Why.LEFT, Can.TRANSFER) and town.person(left[2]).may("assign")
    assert nobody == (Why.LEFT, Can.APPOINT, ADMIN)


def test_whoever_was_asked_to_prepare_a_step_has_it_though_the_post_is_anothers(town):
    town.draws(ONE)
    town.report()
    town.claims(CADRE, "前端纠正")
    town.acts(commands.delegate, CADRE, town.item(CADRE, "前端纠正"), OFFICER, reason="请先核对")

    assert told(town) == (Why.LYING, Can.HAND_BACK, OFFICER)
    leave(town, OFFICER)
    assert told(town)[:2] == (Why.LEFT, Can.TRANSFER)


def test_whoever_changed_the_post_is_not_waited_for_either(town):
    town.draws(ONE)
    town.report()
    town.claims(CADRE, "前端纠正")
    town.run(lambda c: directory.set_posts(c, CADRE, [("village_cadre", "qs-e-t")]))

    assert told(town)[:2] == (Why.LEFT, Can.TRANSFER)


def test_a_vacant_post_is_the_administrators_business(town):
    town.draws(ONE)
    town.report()
    leave(town, CADRE, OTHER_CADRE)

    assert told(town) == (Why.VACANT, Can.APPOINT, ADMIN)


def test_without_an_administrator_the_sentence_says_so(town):
    town.draws(ONE)
    town.report()
    leave(town, CADRE, OTHER_CADRE, ADMIN)

    assert told(town) == (Why.VACANT, Can.APPOINT, None)
    assert "没有在岗的管理员" in stands(town).sentence


def test_a_suspended_case_names_whoever_may_resume_it(town):
    town.draws(ONE)
    town.report()
    town.acts(commands.suspend, COMMANDER, town.case, reason="汛期")
    town.acts(commands.comment, FINDER, town.case, "还要多久")
    town.waits(days=4)
    first = told(town)
    leave(town, first[2])
    second = told(town)
    leave(town, second[2])

    assert first[:2] == second[:2] == (Why.SUSPENDED, Can.RESUME) and {first[2], second[2]} == {COMMANDER, BOSS}
    assert told(town) == (Why.SUSPENDED, Can.APPOINT, ADMIN)
    assert "已停 4 天" in stands(town).sentence


def test_a_step_of_the_partys_says_until_when_and_by_which_law(town):
    town.draws(PARTY)
    town.report()
    offered = stands(town)
    town.claims(CADRE, "听取陈述申辩")
    during = stands(town)
    town.waits(hours=3)

    assert (offered.why, offered.can) == (Why.PARTY, Can.CLAIM)
    assert (during.why, during.can, during.mover.person) == (Why.PARTY, Can.COMPLETE, CADRE)
    assert "在等当事人，到 3月2日 11:00 为止（依据 《行政处罚法》第四十五条）" in during.sentence
    assert told(town) == (Why.LYING, Can.COMPLETE, CADRE)


@pytest.mark.parametrize("drawn, why, words", [
    (catch("等到次日", NEXT_DAY), Why.DATE, "要等到 3月3日 09:00，到时自动继续"),
    (catch("改正期限", NEXT_DAY, 'gl:waitsFor="party"'), Why.PARTY, "在等当事人，到 3月3日 09:00 自动继续"),
    (catch("等回函", LETTER), Why.MESSAGE, "在等外部消息“消息”，收到后自动继续"),
    (catch("等当事人来函", LETTER, 'gl:waitsFor="party"'), Why.PARTY, "在等当事人，收到后自动继续"),
])
def test_what_comes_by_itself_names_whoever_could_end_it(town, drawn, why, words):
    town.draws(drawn)
    town.report()

    one = stands(town)

    assert one.why is why and words in one.sentence and one.can is Can.CANCEL and town.person(one.mover.person).may("steer")


def test_a_program_that_fails_is_waited_for_and_then_the_administrators(town):
    def fails(payload):
        raise RuntimeError("线路不通")

    town.functions["tests.fails"] = function("tests.fails", fails)
    town.draws('start s\n<serviceTask id="j" name="通知部门" gl:function="tests.fails"/>\nend e\ns -> j -> e')
    town.report()
    waiting = stands(town)
    for _ in range(20):
        town.clock.advance(dt.timedelta(hours=2))
        jobs.perform_due(town.database, town.functions)

    assert (waiting.why, waiting.can, waiting.mover.person) == (Why.PROGRAM, Can.LOOK, ADMIN) and "已试 1 次" in waiting.sentence
    assert told(town) == (Why.TROUBLE, Can.RETRY, ADMIN)


def test_an_ended_case_does_not_stand(town):
    town.draws(ONE)
    town.report()
    town.does(CADRE, "前端纠正")
    who = town.person(INSPECTOR)

    with town.database.reading() as c:
        assert standing.of_case(c, town.case, who) is None
        assert standing.listed(c, who).lines == ()


def test_the_list_holds_the_open_cases_of_ones_own_units_the_oldest_first(town):
    town.draws(ONE)
    first = town.report()
    town.waits(hours=1)
    second = town.report()
    with town.database.reading() as c:
        found = standing.listed(c, directory.participant(c, INSPECTOR))
        village = standing.listed(c, directory.participant(c, INSPECTOR), unit="qs-e-t")
        beyond = standing.listed(c, directory.participant(c, INSPECTOR), unit="x")
        for refused in (DISPATCHER, FINDER):
            with pytest.raises(NotAllowed):
                standing.listed(c, directory.participant(c, refused))
        with pytest.raises(NotFound):
            standing.of_case(c, first, directory.participant(c, FAR_CADRE))

    assert [line.instance_id for line in found.lines] == [first, second] and found.total == 2
    assert village.total == beyond.total == 0
