"""The demo town has penalty cases part-way, and whoever is next finds them on the list."""

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.cases import case_list
from engine.clock import Simulated
from engine.database import Database
from engine.people import directory
from engine.runtime import history, worklist
from engine.runtime.tables import incident
from tests.sample_town import SampleTown
from web import demo_cases


@pytest.fixture
def town(sqlite_database: Database, clock: Simulated, tmp_path: Path) -> SampleTown:
    return SampleTown(sqlite_database, tmp_path)


def test_cases_stand_at_different_steps_and_are_filled_in_once(town: SampleTown) -> None:
    demo_cases.fill(town.database, town.files)
    demo_cases.fill(town.database, town.files)

    with town.database.reading() as c:
        lines = case_list.every(c, directory.participant(c, demo_cases.LEADER), case_list.asked({}))
        waiting = {person: {one.name for one in worklist.of(c, directory.participant(c, person)).entries}
                   for person in (demo_cases.OFFICER, demo_cases.REVIEWER)}
        assert c.execute(select(incident.c.id)).all() == []
        assert history.verify(c) == []
    assert sorted(one.status for one in lines) == ["filed", "filed", "preparing"]
    assert {"核查并申请立案", "调查取证", "是否责令改正"} <= waiting[demo_cases.OFFICER]
    assert "接收审核材料" in waiting[demo_cases.REVIEWER]
