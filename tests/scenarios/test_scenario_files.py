"""The examples that designers write beside their diagrams, played on the real engine."""

import datetime as dt
from collections.abc import Iterator

import pytest

from engine import clock as engine_clock
from engine.database import Database
from tests.scenarios.script import Play, Scenario, scenarios
from tests.town import Town

SCENARIOS = tuple(scenarios())


@pytest.fixture
def morning() -> Iterator[engine_clock.Simulated]:
    simulated = engine_clock.Simulated(dt.datetime(2026, 3, 2, 8, 40, tzinfo=engine_clock.SHANGHAI))
    with engine_clock.use(simulated):
        yield simulated


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.name for one in SCENARIOS])
def test_a_process_does_what_its_designer_wrote(
    scenario: Scenario, morning: engine_clock.Simulated, sqlite_database: Database
) -> None:
    town = Town(sqlite_database, morning)

    Play(town, scenario).run()

    assert town.faults() == []
