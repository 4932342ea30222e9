"""A step that the diagram comes to a second time starts with an empty form; one that was sent back is there to be mended."""

from pathlib import Path

import pytest

from engine.clock import Simulated
from engine.database import Database
from engine.runtime import commands, desk, worklist
from engine.runtime.desk import Desk
from tests.sample_town import AREA, CADRE, DISPATCHER, FINDER, SampleTown

CORRECTED = {"correction_outcome": "corrected", "correction_measures": ["persuade"], "correction_words": "已当面劝导，当场清理干净"}


@pytest.fixture
def town(database: Database, clock: Simulated, tmp_path: Path) -> SampleTown:
    return SampleTown(database, tmp_path / "files")


def opened(town: SampleTown, by: str) -> Desk:
    who = town.person(by)
    with town.database.reading() as c:
        return desk.of(c, worklist.of(c, who).entries[0].id, who)


def test_a_new_round_does_not_repeat_the_old_answers(town: SampleTown) -> None:
    town.report()
    town.does(CADRE, "村社纠正", **CORRECTED, photos_after=[town.photo(CADRE)])
    town.does(FINDER, "网格员复核", grid_check_outcome="again", photos_check=[town.photo()], grid_check_note="还有一堆没有清理")

    again = opened(town, CADRE)

    assert again.item.name == "村社纠正"
    assert not {"correction_outcome", "correction_words", "photos_after"} & set(again.stored)
    assert again.stored["description"] and again.stored["grid_check_note"] == "还有一堆没有清理"


def test_what_was_sent_back_opens_with_its_own_answers(town: SampleTown) -> None:
    town.report()
    town.does(CADRE, "村社纠正", correction_outcome="cannot", correction_measures=["persuade"], correction_words="已劝说多次，对方不改",
              correction_reason="没有执法权")
    if town.steps(1) == ["网格员复核"]:
        town.does(FINDER, "网格员复核", grid_check_outcome="upward", photos_check=[town.photo()], grid_check_note="请上级处理")
    town.does(AREA, "片区研判上报", area_outcome="report", area_note="建议执法队处理")
    dispatcher = town.person(DISPATCHER)
    item = opened(town, DISPATCHER).item.id
    town.run(lambda c: commands.send_back(c, item, "area_review", reason="材料不全", by=dispatcher))

    mended = opened(town, AREA)

    assert mended.item.name == "片区研判上报" and mended.stored["area_note"] == "建议执法队处理"
