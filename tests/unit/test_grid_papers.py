"""The papers of the grid loop are printed from what its steps recorded, for whoever may see the finding, and say nothing of a penalty."""

import tomllib

import pytest

from engine.cases import attachments, categories, dossier, findings
from engine.cases.attachments import Stored
from engine.documents import grid_papers
from engine.errors import NotFound
from tests.town import AREA, CADRE, FAR_FINDER, FINDER, GRID, ROOT, Town

REPORT = {"category": "0501", "description": "甲在人行道上摆蔬菜摊", "source": "superior", "party_name": "甲某",
          "location": {"lon": 120.0, "lat": 30.0, "address": "柳林路口"}}
REFUSED = {"correction_outcome": "refused", "correction_measures": ["persuade"], "correction_words": "三次劝导均不收摊",
           "correction_reason": "当事人不听劝阻"}
EMPTY = "0" * 64


@pytest.fixture
def loop(town: Town) -> Town:
    kinds = tomllib.loads((ROOT / "bpmn/organisation/categories.toml").read_text("utf-8"))
    town.run(lambda c: categories.load(c, kinds))
    town.publishes_folder("grid_loop")
    who, values = town.person(FINDER), REPORT | {"photos": photos(town, 2)}
    town.case = town.run(lambda c: findings.report(c, values, by=who, unit_id=GRID))["instance"]
    town.works()
    return town


def photos(town: Town, count: int) -> list[str]:
    one = Stored("现场.jpg", "image/jpeg", 1, 1, 1, EMPTY, None)
    return [town.run(lambda c: attachments.add(c, one, FINDER)) for _ in range(count)]


def printable(town: Town, person: str = FINDER) -> list[str]:
    with town.database.reading() as c:
        return [one.name for one in grid_papers.available(dossier.of(c, town.case, town.person(person)))]


def test_a_paper_can_be_printed_once_its_step_is_done(loop: Town):
    assert printable(loop) == ["事件上报单"]
    loop.does(CADRE, "村社纠正", **REFUSED)
    assert printable(loop, AREA) == ["事件上报单", "劝导（温馨提示）单"]
    loop.does(AREA, "片区研判上报", area_outcome="report", area_note="情况属实，建议执法队处置")
    assert printable(loop, AREA) == ["事件上报单", "劝导（温馨提示）单", "片区研判单"]


def test_the_paper_holds_what_was_written_and_is_the_same_again(loop: Town):
    loop.does(CADRE, "村社纠正", **REFUSED)
    with loop.database.reading() as c:
        name, first = grid_papers.make(c, loop.case, "correction_outcome", loop.person(CADRE))
        _, again = grid_papers.make(c, loop.case, "correction_outcome", loop.person(AREA))
    assert name == "劝导（温馨提示）单" and first.body == again.body
    assert first.format == "pdf" and first.body.startswith(b"%PDF")


def test_what_was_not_done_and_what_one_may_not_see_is_not_there(loop: Town):
    with loop.database.reading() as c:
        with pytest.raises(NotFound):
            grid_papers.make(c, loop.case, "visit_outcome", loop.person(FINDER))
        with pytest.raises(NotFound):
            grid_papers.make(c, loop.case, "category", loop.person(FAR_FINDER))
