"""Pages of time: one's own, a unit's, why cases stand, and the diagram with its figures."""

import datetime as dt

import pytest

from engine import clock
from engine.database import Database
from engine.people import directory
from engine.reports import time_keeping
from engine.runtime import commands, worklist
from tests.web import loop

INSPECTOR, FOREIGN_INSPECTOR, CADRE, GRID_WORKER, DESIGNER = "jw1", "lx-jw1", "cs01", "wg01", "sheji"
START = dt.datetime(2026, 3, 2, 9, tzinfo=clock.SHANGHAI)


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def case(database: Database) -> int:
    return loop.report(database)


@pytest.fixture
def ended(database: Database) -> int:
    """A case that a village cadre had for two hours, and that was then ended."""
    town = clock.Simulated(START)
    with clock.use(town):
        number = loop.report(database)
        with database.reading() as c:
            cadre, boss = directory.participant(c, CADRE), directory.participant(c, "zhz")
            item = worklist.of(c, cadre).entries[0].id
        database.run(lambda c: commands.claim(c, item, by=cadre))
        town.advance(dt.timedelta(hours=2))
        database.run(lambda c: commands.cancel(c, number, reason="误报", by=boss))
        town.advance(dt.timedelta(hours=1))
        database.run(time_keeping.advance)
    return number


def test_a_case_says_why_it_stands_and_who_can_move_it(as_person, case) -> None:
    page = text(as_person(INSPECTOR).get(f"/cases/{case}"))

    assert "为什么停在这里" in page and "还没有人领取" in page and "能推动的人" in page
    assert "时间用在哪里" in page and 'class="timebar"' in page and "待领取" in page


def test_an_ended_case_shows_its_time_to_the_second_and_no_standing(as_person, ended) -> None:
    page = text(as_person(INSPECTOR).get(f"/cases/{ended}"))

    assert "为什么停在这里" not in page and "各人的时间" in page and "2小时" in page


def test_who_does_not_supervise_reads_only_the_own_account(as_person, ended) -> None:
    cadre, worker = text(as_person(CADRE).get(f"/cases/{ended}")), text(as_person(GRID_WORKER).get(f"/cases/{ended}"))

    assert "您的时间" in cadre and "各人的时间" not in cadre
    assert "您的时间" not in worker and "各人的时间" not in worker and "时间用在哪里" in worker


def test_everybody_has_a_page_of_the_own_time(as_person, ended) -> None:
    page = text(as_person(CADRE).get("/time/mine?first=2026-03&last=2026-03"))

    assert "我的用时" in page and "办结的 1 件" in page and "<strong>2小时</strong>" in page
    assert "经手的 0 件" in text(as_person(CADRE).get("/time/mine?first=2025-01&last=2025-02"))


def test_an_inspector_reads_a_persons_and_a_units_time_in_the_own_town(as_person, ended) -> None:
    months = "first=2026-03&last=2026-03"
    inspector, foreign = as_person(INSPECTOR), as_person(FOREIGN_INSPECTOR)

    person, unit = text(inspector.get(f"/time/people/{CADRE}?{months}")), text(inspector.get(f"/time/units?{months}"))
    beyond = text(foreign.get(f"/time/units?{months}"))

    assert "<strong>2小时</strong>" in person and "办结的 1 件，时间在哪里" in unit and f"/time/people/{CADRE}" in unit
    assert "没有办结的事项" in beyond
    assert "经手的 0 件" in text(foreign.get(f"/time/people/{CADRE}?{months}"))
    assert foreign.get("/time/units?unit=990100101").status_code == 404


@pytest.mark.parametrize("address, allowed", [
    ("/time/mine", {INSPECTOR, CADRE, GRID_WORKER, DESIGNER}), ("/time/standing", {INSPECTOR}), ("/time/units", {INSPECTOR}),
    ("/time/people/cs01", {INSPECTOR}), ("/time/diagrams", {INSPECTOR, DESIGNER}), ("/time/diagrams/grid_loop", {INSPECTOR, DESIGNER}),
    ("/time/diagrams/grid_loop/figures.json", {INSPECTOR, DESIGNER}), ("/time/diagrams/grid_loop/diagram.bpmn", {INSPECTOR, DESIGNER}),
])
def test_each_page_is_for_those_it_is_meant_for(as_person, address, allowed) -> None:
    answered = {person: as_person(person).get(address).status_code for person in (INSPECTOR, CADRE, GRID_WORKER, DESIGNER)}

    assert answered == {person: 200 if person in allowed else 403 for person in answered}


def test_the_list_of_standing_cases_stays_in_the_own_town(as_person, case) -> None:
    own, foreign = text(as_person(INSPECTOR).get("/time/standing")), text(as_person(FOREIGN_INSPECTOR).get("/time/standing"))

    assert f'href="/cases/{case}"' in own and "还没有人领取" in own and "可以：领取后办理" in own
    assert f'href="/cases/{case}"' not in foreign
    assert as_person(INSPECTOR).get("/time/standing?unit=nowhere").status_code == 404


def test_the_diagram_has_the_same_figures_as_its_table(as_person, ended, case) -> None:
    inspector = as_person(INSPECTOR)
    page = text(inspector.get("/time/diagrams/grid_loop?first=2026-03&last=2026-03"))
    told = inspector.get("/time/diagrams/grid_loop/figures.json?first=2026-03&last=2026-03").get_json()

    assert {one["id"] for one in told["now"]} >= {"village_correction", "accept", "recheck"}
    assert all(one["level"] in ("late", "soon", "fine", "none") and one["text"] for one in told["now"])
    assert "村社纠正" in page and "超期率" in page and "九成在此之内" in page
    assert inspector.get("/time/diagrams/nothing").status_code == 404
    assert inspector.get("/time/diagrams/grid_loop?first=never").status_code == 422
