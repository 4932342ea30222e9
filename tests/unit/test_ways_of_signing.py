"""The four ways several people sign (会签、或签、依次、表决), as the designer's guide draws them, on the real engine."""

from html import escape

import pytest

from engine.definitions import Package
from engine.runtime import commands, live
from tests.notation import many
from tests.town import AREA, BOSS, LAWYER, LEADER, OFFICER, Town, drawing

SIGNERS = (OFFICER, LAWYER, LEADER)
VOTE = {"schemaVersion": 19, "type": "default", "id": "F-vote", "name": "签署意见", "components": [
    {"type": "radio", "id": "f1", "key": "vote", "label": "意见", "validate": {"required": True},
     "values": [{"label": "同意", "value": "agree"}, {"label": "不同意", "value": "reject"}]}]}
SOURCE = ('<loopDataInputRef>signers</loopDataInputRef><loopDataOutputRef>votes</loopDataOutputRef><inputDataItem id="signer"/>'
          '<outputDataItem id="vote"/>')
ANY, MAJORITY = "nrOfCompletedInstances >= 1", \
    'count(results[item = "agree"]) * 2 > nrOfInstances or count(results[item != "agree"]) * 2 >= nrOfInstances'


def _draws(town: Town, rule: str = "", sequential: bool = False) -> Town:
    condition = f"<completionCondition>{escape(rule)}</completionCondition>" if rule else ""
    names = ", ".join(f'"{one}"' for one in SIGNERS)
    sign = many(SOURCE + condition, sequential)
    text = f"""
        start s
        user prepare name="拟稿" gl:role="area_head"
        script choose signers = [{names}]
        <userTask id="sign" name="签署" gl:role="case_officer" gl:assignee="signer" gl:formRef="F-vote">{sign}</userTask>
        user after name="归档" gl:role="area_head"
        end e
        s -> prepare -> choose -> sign -> after -> e
    """
    town.publishes(Package("p", "流程", drawing(text), forms={"F-vote": VOTE}))
    town.report()
    town.does(AREA, "拟稿")
    return town


def _waiting(town: Town) -> set[str]:
    return {person for person in (*SIGNERS, BOSS) if "签署" in town.todo(person)}


def test_everybody_signs(town: Town) -> None:
    _draws(town)
    for person in SIGNERS:
        assert town.todo(AREA) == []
        town.does(person, "签署", vote="agree")
    assert town.todo(AREA) == ["归档"]


def test_anybody_signs(town: Town) -> None:
    _draws(town, ANY)
    town.does(LAWYER, "签署", vote="agree")
    assert town.todo(AREA) == ["归档"] and _waiting(town) == set()


def test_one_after_the_other(town: Town) -> None:
    _draws(town, sequential=True)
    for person in SIGNERS:
        assert _waiting(town) == {person}
        town.does(person, "签署", vote="agree")
    assert town.todo(AREA) == ["归档"]


def test_in_turn_until_somebody_says_no(town: Town) -> None:
    _draws(town, 'vote = "reject"', sequential=True)
    town.does(OFFICER, "签署", vote="reject")
    assert town.todo(AREA) == ["归档"] and _waiting(town) == set()


@pytest.mark.parametrize(("votes", "decided"), [(("agree", "agree"), True), (("reject", "reject"), True), (("agree", "reject"), False)])
def test_the_majority_decides(town: Town, votes: tuple[str, ...], decided: bool) -> None:
    _draws(town, MAJORITY)
    for person, vote in zip(SIGNERS, votes, strict=False):
        town.does(person, "签署", vote=vote)
    assert (town.todo(AREA) == ["归档"]) is decided


def test_one_more_signer_counts_in_the_vote(town: Town) -> None:
    _draws(town, MAJORITY)
    town.acts(commands.add_signer, OFFICER, town.item(OFFICER, "签署"), BOSS)
    for person in (OFFICER, LAWYER):
        town.does(person, "签署", vote="agree")
    assert town.todo(AREA) == [] and _waiting(town) == {LEADER, BOSS}
    town.does(BOSS, "签署", vote="agree")
    assert town.todo(AREA) == ["归档"]


def test_a_restart_in_the_middle_forgets_nothing(town: Town) -> None:
    _draws(town)
    town.does(OFFICER, "签署", vote="agree")
    live.forget()
    town.does(LAWYER, "签署", vote="agree")
    live.forget()
    assert _waiting(town) == {LEADER}


def test_sent_back_and_signed_again_by_all(town: Town) -> None:
    _draws(town)
    town.does(OFFICER, "签署", vote="agree")
    town.acts(commands.send_back, LAWYER, town.item(LAWYER, "签署"), "prepare", reason="稿子有误")
    assert _waiting(town) == set()
    town.does(AREA, "拟稿")
    assert _waiting(town) == set(SIGNERS)
    assert not town.faults()
