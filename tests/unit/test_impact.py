"""What a version would do to running cases, told before anything is moved, by version and step."""

from typing import Any

import pytest

from engine import definitions
from engine.people import directory
from engine.studio import impact
from engine.studio.impact import Impact, Place
from tests.town import FINDER, Town

ROLE = 'gl:role="case_officer" gl:scope="town"'
CHECK = f'user check name="审核" {ROLE} gl:limit="5" gl:limitUnit="days"'
LINE = f"""
    start s
    user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
    {CHECK}
    user sign name="签发" {ROLE}
    end e
    s -> draw -> check -> sign -> e
"""
WITHOUT = LINE.replace(CHECK, f'user review name="复核" {ROLE}').replace("check", "review")


@pytest.fixture
def office(town: Town) -> Town:
    """A designer, and five cases of the first version: three wait at 审核, two at 拟稿."""
    def settle(c: Any) -> None:
        directory.save_person(c, "she", {"name": "设计员"}, None)
        directory.set_posts(c, "she", [("process_designer", "x")])
    town.run(settle)
    town.draws(LINE)
    for number in range(5):
        town.report()
        if number < 3:
            town.does(FINDER, "拟稿")
    return town


def of_version(town: Town, by: str = "she", **more: Any) -> Impact:
    with town.database.reading() as c:
        return impact.of_version(c, town.person(by), definitions.latest(c, town.process).id, **more)


def at(found: Impact, name: str) -> Place:
    return next(one for one in found.places if one.name == name)


def counts(found: Impact) -> tuple[int, int, int, int]:
    return found.summary.total, found.summary.unaffected, found.summary.can_move, found.summary.cannot


def test_a_step_that_changes_and_one_that_does_not(office: Town) -> None:
    office.draws(LINE.replace('gl:limit="5"', 'gl:limit="9"'))
    found = of_version(office)
    assert counts(found) == (5, 2, 3, 0)
    draw, check = at(found, "拟稿"), at(found, "审核")
    assert (draw.total, draw.stays, draw.can_move, draw.clocks) == (2, 2, 0, ())
    assert (check.total, check.stays, check.can_move) == (3, 0, 3)
    assert check.clocks == ("保持原来的时限 5日（新版本是 9日）。",)
    assert check.people == ("青石镇办案人员",)
    assert draw.people == ("柳林一网格网格员",)
    assert at(of_version(office, choice="restart"), "审核").clocks == ("时限由 5日 改为 9日，从移动时起重新计算。",)
    assert at(of_version(office, choice="re-rule"), "审核").clocks == ("时限由 5日 改为 9日，仍从这一步开始时算起。",)


def test_a_step_that_is_gone_until_it_is_mapped(office: Town) -> None:
    office.draws(WITHOUT)
    found = of_version(office)
    assert counts(found) == (5, 2, 0, 3)
    check = at(found, "审核")
    assert check.gone and check.suggested == "review" and found.suggested == {"check": "review"}
    assert [(text, number) for text, number in check.blocked] == [("“审核”在新版本中没有了，请指定对应的步骤。", 3)]
    mapped = of_version(office, mapping={"check": "review"})
    assert counts(mapped) == (5, 2, 3, 0)
    assert at(mapped, "审核").clocks == ("新版本没有时限，原来的 5日 不再计算。",)
    assert {"review", "draw", "sign"} == {one.id for one in found.targets}
