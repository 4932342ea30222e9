"""What every test may ask for: a fresh database on SQLite and on PostgreSQL, and a clock that only the test moves."""

import datetime as dt
import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

import engine
from engine import clock as engine_clock
from engine.database import Database, connect
from tests.postgres import Cluster, cluster
from tests.town import Town

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=engine_clock.SHANGHAI)
DIALECTS = ("sqlite", "postgresql")

ROOMS = Path(engine.__path__[0])

for _tables in sorted(ROOMS.rglob("*tables.py")):
    importlib.import_module(".".join(("engine", *_tables.relative_to(ROOMS).with_suffix("").parts)))


class ByTown(LoadScopeScheduling):
    """Tests of one file of `tests/browser` share an open town, so they run on one worker, in their order; all others run alone."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.startswith("tests/browser/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByTown:
    """Which tests go together when several workers share them."""
    return ByTown(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One PostgreSQL server for all tests of this process."""
    with cluster() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster) -> str:
    """The name of a database with the schema, to be copied by each test."""
    url = postgres.create()
    _build(url.render_as_string(hide_password=False))
    return str(url.database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied by each test."""
    path = tmp_path_factory.mktemp("template") / "gridloop.db"
    _build(f"sqlite:///{path}")
    return path


def _build(url: str) -> None:
    database = connect(url)
    database.create_schema()
    database.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a fresh SQLite file with the schema."""
    path = tmp_path / "gridloop.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres: Cluster, postgres_template: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with the schema."""
    url = postgres.create(postgres_template)
    yield url.render_as_string(hide_password=False)
    postgres.drop(url)


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with the schema, for tests that start processes of their own."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, open database with the schema."""
    opened = connect(database_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Iterator[engine_clock.Simulated]:
    """The time stands still at 2026-03-02 09:00 in Shanghai, a Monday, until the test moves it."""
    simulated = engine_clock.Simulated(START)
    with engine_clock.use(simulated):
        yield simulated


@pytest.fixture
def town(database: Database, clock: engine_clock.Simulated) -> Town:
    """A small town on a fresh database, on SQLite and on PostgreSQL."""
    return Town(database, clock)


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A fresh, open SQLite database, for what only it does."""
    opened = connect(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[Database]:
    """A fresh, open PostgreSQL database, for what only it does."""
    opened = connect(postgresql_url)
    yield opened
    opened.close()
