"""委派: somebody prepares a step, its owner submits it. 抄送: somebody reads a case, and the sender sees that they did."""

import pytest

from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.runtime import access, commands
from engine.runtime.commands import copying
from tests.town import BOSS, CADRE, FAR_CADRE, INSPECTOR, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town

LINE = """
    start s
    user u name="拟定意见" gl:role="case_officer" gl:scope="town"
    end e
    s -> u -> e
"""


@pytest.fixture
def lent(town: Town) -> str:
    town.draws(LINE)
    town.report()
    key = town.item(OFFICER, "拟定意见")
    town.acts(commands.save_draft, OFFICER, key, {"note": "开头"})
    town.acts(commands.delegate, OFFICER, key, LAWYER, reason="请先写法律意见")
    return key


def _draft(town: Town, person: str, key: str) -> dict | None:
    with town.database.reading() as c:
        return commands.draft_of(c, key, town.person(person))


def test_whoever_is_asked_goes_on_writing_but_may_not_submit(town: Town, lent: str) -> None:
    assert town.todo(LAWYER, "mine") == ["拟定意见"]
    assert town.todo(OFFICER) == []
    assert _draft(town, LAWYER, lent) == {"note": "开头"}
    with pytest.raises(InvalidState, match="交回"):
        town.acts(commands.complete, LAWYER, lent, {})
    for command in (commands.unclaim, lambda c, item, by: commands.transfer(c, item, OTHER_OFFICER, by=by)):
        with pytest.raises(InvalidState):
            town.acts(command, LAWYER, lent)


def test_handed_back_the_owner_has_what_was_written(town: Town, lent: str) -> None:
    town.acts(commands.hand_back, LAWYER, lent, {"note": "开头，结尾"}, note="请核对第二段")
    assert town.todo(OFFICER, "mine") == ["拟定意见"]
    assert _draft(town, OFFICER, lent) == {"note": "开头，结尾"}
    town.acts(commands.complete, OFFICER, lent, {})
    told = " ".join(town.story())
    assert "委派给沈乙准备" in told and "交回卫十，理由：请核对第二段" in told
    assert not town.faults()


def test_the_owner_may_take_it_back(town: Town, lent: str) -> None:
    with pytest.raises(NotAllowed):
        town.acts(commands.recall, LAWYER, lent)
    town.acts(commands.recall, OFFICER, lent)
    assert town.todo(OFFICER, "mine") == ["拟定意见"] and town.todo(LAWYER) == []


def test_nobody_lends_what_is_lent_or_to_oneself_or_far_away(town: Town, lent: str) -> None:
    with pytest.raises(InvalidState, match="不能再委派"):
        town.acts(commands.delegate, LAWYER, lent, BOSS)
    town.acts(commands.recall, OFFICER, lent)
    for other in (OFFICER, "qin"):
        with pytest.raises(InvalidState):
            town.acts(commands.delegate, OFFICER, lent, other)


def test_who_assigns_work_may_still_move_it_on(town: Town, lent: str) -> None:
    town.acts(commands.transfer, LEADER, lent, OTHER_OFFICER, reason="卫十请假")
    town.acts(commands.complete, OTHER_OFFICER, lent, {})
    assert not town.faults()


def test_a_copy_lets_its_receiver_read_and_says_that_they_did(town: Town, lent: str) -> None:
    town.acts(commands.recall, OFFICER, lent)
    town.acts(commands.copy_to, OFFICER, town.case, [OTHER_OFFICER, BOSS], note="请知悉")
    with town.database.reading() as c:
        assert access.may_see(c, town.person(OTHER_OFFICER), commands_row(c, town.case))
        assert copying.unread(c, town.person(BOSS)) == 1
    town.acts(commands.read_copy, BOSS, town.case)
    town.acts(commands.read_copy, BOSS, town.case)
    with town.database.reading() as c:
        assert {one.person: one.read_at is not None for one in copying.of_case(c, town.case)} == {"蒋甲": False, "杨丁": True}
        assert copying.unread(c, town.person(BOSS)) == 0
        assert [one.sender for one in copying.of_person(c, town.person(OTHER_OFFICER))] == ["卫十"]
    assert [line for line in town.story() if "已阅" in line]


def commands_row(c, case):
    return access.cases.peeked(c, case).row


def test_a_second_copy_changes_nothing(town: Town, lent: str) -> None:
    town.acts(commands.recall, OFFICER, lent)
    town.acts(commands.copy_to, OFFICER, town.case, [BOSS])
    assert town.acts(commands.copy_to, OFFICER, town.case, [BOSS])["copied"] == 0


def test_only_those_who_answer_for_cases_are_sent_them(town: Town, lent: str) -> None:
    for people in ([], [CADRE], [FAR_CADRE], [OFFICER]):
        with pytest.raises(InvalidValues):
            town.acts(commands.copy_to, OFFICER, town.case, people)
    with pytest.raises(NotFound):
        town.acts(commands.copy_to, FAR_CADRE, town.case, [BOSS])
    with pytest.raises(NotFound):
        town.acts(commands.read_copy, BOSS, town.case)


def test_who_only_supervises_does_not_choose_who_else_reads(town: Town, lent: str) -> None:
    with town.database.reading() as c:
        assert copying.receivers(c, town.case, by=town.person(INSPECTOR)) == ()
        assert copying.receivers(c, town.case, by=town.person(BOSS))
    with pytest.raises(NotAllowed):
        town.acts(commands.copy_to, INSPECTOR, town.case, [BOSS])
