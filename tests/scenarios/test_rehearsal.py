"""A rehearsed town: everything that comes in is closed, nothing is lost, nothing stands still, the record verifies."""

import datetime as dt
from pathlib import Path

import pytest

from engine import rehearsal
from engine.cases import intake
from engine.cases.intake import Request
from engine.clock import Simulated
from engine.database import Database
from engine.rehearsal import Arrival, Plan
from engine.runtime import history, watch
from tests.sample_town import SampleTown
from tests.unit.test_findings import ORGANISATION

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def arrivals(database: Database, count: int) -> list[Arrival]:
    with database.reading() as c:
        rows = list(intake.read(c, ORGANISATION / "sf311_sample.csv", intake.read_mapping(ORGANISATION / "sf311_mapping.toml")))
    requests = [row for row in rows if isinstance(row, Request)]
    return [Arrival(START + dt.timedelta(hours=3 * n), request) for n, request in enumerate(requests[::1000 // count][:count])]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_town_closes_whatever_comes_in(database: Database, clock: Simulated, tmp_path: Path, seed: int) -> None:
    SampleTown(database, tmp_path)

    report = rehearsal.drive(database, Plan(seed=seed, start=START, late=0.2, arrivals=arrivals(database, 12), photos=tmp_path))

    assert (report.cases, report.closed, report.lost, report.stuck) == (12, 12, 0, [])
    assert report.timers > 0
    with database.reading() as c:
        assert list(watch.check_instances(c)) == []
        assert history.verify(c) == []


def test_a_town_stopped_midway_has_somebody_to_wait_for_in_every_case(database: Database, clock: Simulated, tmp_path: Path) -> None:
    SampleTown(database, tmp_path)
    until = START + dt.timedelta(days=2)

    report = rehearsal.drive(database, Plan(seed=3, start=START, until=until, arrivals=arrivals(database, 10), photos=tmp_path))

    assert report.closed < report.cases == 10
    with database.reading() as c:
        standings = list(watch.check_instances(c))
    assert len(standings) == report.cases - report.closed
    assert all(state.sound and state.sentence for state in standings)
