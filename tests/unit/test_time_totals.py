"""What is kept month by month equals what the cases themselves say, is counted once, and is read within the reader's units."""

import datetime as dt

import pytest

from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import directory
from engine.reports import step_times, time_keeping, time_totals
from engine.reports.step_times import Asked, Period
from engine.runtime import commands
from engine.supervision import whose_time
from engine.supervision.time_parts import Length, Part
from tests.town import ADMIN, CADRE, COMMANDER, FAR_CADRE, FINDER, INSPECTOR, OTHER_CADRE, Town

HOUR = dt.timedelta(hours=1)
STEP = 'gl:role="village_cadre" gl:scope="village" gl:limit="3" gl:limitUnit="hours"'
ROUND = f"""
start s
user fix name="前端纠正" {STEP}
user check name="复核" gl:role="grid_worker" gl:scope="grid" gl:assignee="case.reporter"
end e
s -> fix -> check -> e
"""
MARCH = (202603, 202603)
YEAR = Period(202504, 202603)
DESIGNER = "designer"


@pytest.fixture
def worked(town: Town) -> Town:
    """Five findings, the first handled in one hour, the last in five; then the month's figures are made."""
    town.draws(ROUND)
    for length in range(1, 6):
        town.report()
        town.claims(CADRE, "前端纠正")
        town.waits(hours=length)
        town.does(CADRE, "前端纠正")
        town.does(FINDER, "复核")
    town.report()
    town.run(lambda c: directory.save_person(c, DESIGNER, {"name": "设计员"}, None))
    town.run(lambda c: directory.set_posts(c, DESIGNER, [("process_designer", "x")]))
    town.waits(hours=1)
    assert time_keeping.keep(town.database) is False
    return town


def unit(town: Town, by: str = INSPECTOR, of: str = "") -> time_totals.Totals:
    who = town.person(by)
    with town.database.reading() as c:
        return time_totals.of_unit(c, who, of, MARCH)


def drawn(town: Town, by: str = INSPECTOR, **more) -> step_times.Drawn:
    who = town.person(by)
    with town.database.reading() as c:
        return step_times.drawn(c, who, Asked("p", more.pop("period", YEAR), **more))


def test_what_is_kept_is_what_the_cases_say(worked):
    inspector = worked.person(INSPECTOR)
    with worked.database.reading() as c:
        times = [whose_time.of_case(c, case, inspector).time for case in range(1, 6)]
    found = unit(worked)

    assert found.cases.cases == 5 and found.cases.whole == sum((one.whole for one in times), Length())
    assert sum(found.cases.parts.values(), Length()) == found.cases.whole
    for person in found.people:
        mine = sum((one.mine for time in times for one in time.accounts if one.person == person.person), Length())
        assert person.of(Part.MINE) == mine and sum(person.parts.values(), Length()) == person.whole
    assert [(p.person, p.of(Part.MINE).wall) for p in found.people] == [(CADRE, 15 * HOUR), (FINDER, 0 * HOUR)]


def test_a_case_is_counted_once_whatever_is_tried_again(worked):
    before = unit(worked)
    worked.run(time_keeping.advance)
    worked.waits(minutes=3)
    assert time_keeping.keep(worked.database) is False

    assert unit(worked).cases == before.cases and unit(worked).as_of > before.as_of


def test_a_case_that_has_just_ended_is_left_for_the_next_round(worked):
    worked.does(CADRE, "前端纠正")
    worked.does(FINDER, "复核")
    worked.run(time_keeping.advance)
    early = unit(worked).cases.cases
    worked.waits(minutes=6)
    worked.run(time_keeping.advance)

    assert (early, unit(worked).cases.cases) == (5, 6)


def test_many_cases_are_counted_in_pieces(worked, monkeypatch):
    monkeypatch.setattr(time_keeping, "PIECE", 2)
    before = unit(worked).cases
    for _ in range(5):
        worked.report()
        worked.acts(commands.cancel, COMMANDER, worked.case, reason="误报")
    worked.waits(minutes=10)
    assert time_keeping.keep(worked.database) is False

    assert unit(worked).cases.cases == before.cases + 5


def test_the_figures_stay_within_the_readers_units(worked):
    assert unit(worked, of="qs-e-l").cases.cases == 5 and unit(worked, of="qs-e-t").cases.cases == 0
    with pytest.raises(NotFound):
        unit(worked, of="x")
    with pytest.raises(NotAllowed):
        unit(worked, by=CADRE)
    with worked.database.reading() as c:
        own = time_totals.of_person(c, CADRE, worked.person(CADRE), MARCH)
        seen = time_totals.of_person(c, CADRE, worked.person(INSPECTOR), MARCH)
        later = time_totals.of_person(c, CADRE, worked.person(CADRE), (202604, 202605))
        with pytest.raises(NotFound):
            time_totals.of_person(c, CADRE, worked.person(OTHER_CADRE), MARCH)

    assert own == seen and own.cases == 5 and own.of(Part.MINE).wall == 15 * HOUR and later.cases == 0


def test_the_diagram_shows_median_ninth_and_the_rate_of_what_was_late(worked):
    fix, check = drawn(worked).figures

    assert (fix.name, fix.done, fix.limited, fix.late, fix.rate, fix.level) == ("前端纠正", 5, 5, 2, 0.4, "late")
    assert abs(fix.wall_median - 3 * HOUR) < 0.05 * 3 * HOUR and abs(fix.wall_ninth - 5 * HOUR) < 0.05 * 5 * HOUR
    assert fix.work_median < fix.wall_median and (fix.open, fix.open_late) == (1, 0)
    assert (check.done, check.limited, check.rate, check.level, check.wall_median) == (5, 0, None, "none", dt.timedelta(0))


def test_one_version_or_all_of_them_and_only_the_chosen_months(worked):
    first = drawn(worked).version.id
    worked.draws(ROUND.replace("前端纠正", "现场纠正"))
    newest = drawn(worked)

    assert newest.version.id != first and newest.figures[0].done == 5 and newest.figures[0].name == "现场纠正"
    assert drawn(worked, definition_id=first).figures[0].done == 5
    assert drawn(worked, definition_id=newest.version.id).figures[0].done == 0
    assert drawn(worked, period=Period(202501, 202602)).figures[0].done == 0


def test_a_step_that_only_an_old_version_has_is_told_beside_the_diagram(worked):
    worked.draws(ROUND.replace("fix", "mend"))

    assert [(one.element_id, one.name, one.done) for one in drawn(worked).gone] == [("fix", "前端纠正", 5)]


def test_diagrams_are_for_supervisors_and_designers(worked):
    assert drawn(worked, by=DESIGNER).figures[0].done == 5
    assert drawn(worked, unit="qs-e-t").figures[0].done == 0
    for refused in (CADRE, FAR_CADRE, ADMIN):
        with pytest.raises(NotAllowed):
            drawn(worked, by=refused)
    with pytest.raises(NotFound):
        drawn(worked, unit="x")
    with pytest.raises(NotFound):
        drawn(worked, definition_id=4711)
    with worked.database.reading() as c, pytest.raises(NotAllowed):
        step_times.diagram(c, worked.person(CADRE), "p", None)


@pytest.mark.parametrize("first, last", [("2026-04", "2026-03"), ("2020-01", "2026-03"), ("märz", ""), ("", "2026-13")])
def test_months_that_are_none_are_refused(clock, first, last):
    with pytest.raises(InvalidValues):
        step_times.period(first, last)


def test_without_months_the_last_twelve_are_shown(clock):
    assert step_times.period("", "") == YEAR


@pytest.mark.parametrize("length", [dt.timedelta(seconds=s) for s in (1, 59, 3600, 86_400, 10_000_000)])
def test_a_group_stands_for_its_lengths(length):
    assert abs(time_keeping.middle(time_keeping.bucket(length)) - length) <= 0.03 * length
