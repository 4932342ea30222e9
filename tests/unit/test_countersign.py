"""Several people sign one step: each has an item of their own, the last one lets the case go on, signers come and go."""

import pytest

from engine.errors import InvalidState, NotAllowed
from engine.runtime import commands
from tests.notation import many
from tests.town import AREA, CADRE, DISPATCHER, FINDER, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town

SIGNERS = many('<loopDataInputRef>signers</loopDataInputRef><inputDataItem id="signer"/>')
DIAGRAM = f"""
start s
script choose signers = ["{OFFICER}", "{LAWYER}"]
<userTask id="sign" name="会签" gl:role="case_officer" gl:assignee="signer">{SIGNERS}</userTask>
user end_it name="归档" gl:role="area_head"
end e
s -> choose -> sign -> end_it -> e
"""


@pytest.fixture
def signing(town: Town) -> Town:
    town.draws(DIAGRAM)
    town.report()
    return town


def test_each_signer_has_an_item_and_the_last_one_lets_the_case_go_on(signing):
    assert signing.todo(OFFICER) == signing.todo(LAWYER) == ["会签"]
    signing.does(OFFICER, "会签")
    assert (signing.todo(OFFICER), signing.todo(AREA)) == ([], [])
    signing.does(LAWYER, "会签")
    assert signing.todo(AREA) == ["归档"]


def test_a_signer_is_added_and_removed(signing):
    item = signing.item(OFFICER, "会签")
    with pytest.raises(NotAllowed):
        signing.acts(commands.add_signer, FINDER, item, LEADER)
    signing.acts(commands.add_signer, OFFICER, item, OTHER_OFFICER)
    assert signing.todo(OTHER_OFFICER) == ["会签"]
    signing.acts(commands.remove_signer, DISPATCHER, signing.item(LAWYER, "会签"))

    signing.does(OFFICER, "会签")
    signing.does(OTHER_OFFICER, "会签")

    assert signing.todo(AREA) == ["归档"]
    assert [line.split("。")[0] for line in signing.story()[1:3]] == [
        "卫十（青石镇 办案人员）在“会签”加签蒋甲",
        "陈八（青石镇 调度员）在“会签”减签沈乙",
    ]


def test_the_last_open_signature_stays(signing):
    signing.acts(commands.remove_signer, DISPATCHER, signing.item(LAWYER, "会签"))
    with pytest.raises(InvalidState):
        signing.acts(commands.remove_signer, DISPATCHER, signing.item(OFFICER, "会签"))
    assert signing.todo(CADRE) == []
