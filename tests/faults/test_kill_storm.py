"""SIGKILL at random, while people submit and timers fall due: nothing acknowledged is lost, nothing is done twice."""

import datetime as dt
import os
import random
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine import clock
from engine.database import Database, connect
from engine.runtime import commands, incidents, jobs, timers
from tests import small_town as town
from tests.faults import checker
from tests.faults.storm import Site, Storm

pytestmark = pytest.mark.slow

SHIFTS = {
    "sqlite": (("worker", "client", "client", "client"),),
    "postgresql": (("worker",), ("worker",), ("client",), ("client", "client")),
}
CASES, KILLS = 120, 40
LEASES_END = dt.timedelta(minutes=2)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Site:
    database = connect(database_url)
    town.build(database)
    database.close()
    (tmp_path / "acknowledged").touch()
    return Site(database_url, tmp_path / "acknowledged", tmp_path / "gateway", CASES)


def test_nothing_is_lost_and_nothing_is_done_twice(site: Site) -> None:
    seed = int(os.environ.get("GRIDLOOP_SEED", random.randrange(10**6)))
    print(f"seed {seed}")
    storm = Storm(site, SHIFTS[site.url.partition(":")[0].partition("+")[0]], seed)
    storm.rage(KILLS)

    database = connect(site.url)
    with database.reading() as c:
        assert checker.broken(c, site.acknowledged, site.gateway) == []
    town_works_on(database, site)
    with database.reading() as c:
        assert checker.broken(c, site.acknowledged, site.gateway) == []
        assert checker.at_rest(c) == []
    database.close()
    assert storm.kills >= KILLS // 2, "the storm ended before it was one: give it more cases"


def town_works_on(database: Database, site: Site) -> None:
    """Leases of the dead run out, an administrator retries what seemed to kill its worker, and all is brought to its end."""
    simulated, functions = clock.Simulated(clock.now() + LEASES_END), town.functions(site.gateway)
    with clock.use(simulated):
        database.run(retry_all)
        for _ in range(town.ROUNDS + 1):
            simulated.advance(dt.timedelta(seconds=1))
            timers.fire_due(database)
            jobs.perform_due(database, functions)
            with database.reading() as c:
                steps = town.todo(c)
            for step in steps:
                database.run(partial(town.complete, item=step), key=f"do-{step}", payload={"key": f"do-{step}"})


def retry_all(c: Connection) -> None:
    admin = town.person(c, town.ADMIN)
    for one in incidents.of(c, admin):
        commands.retry(c, one.id, by=admin)
