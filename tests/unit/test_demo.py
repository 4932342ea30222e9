"""The demo town: filled once, gone on with when it was cut off, and never poured into somebody's own register."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.cases.tables import finding
from engine.clock import Simulated
from engine.database import Database
from engine.people import directory
from engine.runtime import history
from web import demo
from web.settings import Settings

WANTED = 6


class PowerCut(Exception):
    """What ends a filling from outside."""


class ShortBar:
    """A progress bar at which the power fails after so many steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def __enter__(self) -> "ShortBar":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def update(self) -> None:
        """One step more."""
        self.left -= 1
        if self.left < 0:
            raise PowerCut


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path), demo=True)


def cases(database: Database) -> int:
    with database.reading() as c:
        return c.execute(select(func.count()).select_from(finding)).scalar_one()


def filled(settings: Settings, database: Database) -> list[str]:
    said: list[str] = []
    demo.fill(settings, database, said.append, WANTED)
    return said


@pytest.mark.usefixtures("clock")
def test_the_second_start_leaves_the_town_as_it_is(settings: Settings, database: Database) -> None:
    first = filled(settings, database)

    assert first[0].startswith("首次启动") and cases(database) == WANTED
    assert filled(settings, database) == []
    assert cases(database) == WANTED


@pytest.mark.parametrize("steps", [0, 20])
def test_a_filling_that_was_cut_off_is_gone_on_with(settings: Settings, database: Database, clock: Simulated,
                                                    monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    with monkeypatch.context() as patched, pytest.raises(PowerCut):
        patched.setattr(demo, "tqdm", lambda **_: ShortBar(steps))
        filled(settings, database)
    before = cases(database)
    clock.advance(dt.timedelta(hours=6))

    said = filled(settings, database)

    assert "接着装入" in said[0] and before < WANTED == cases(database)
    with database.reading() as c:
        assert history.verify(c) == []
    assert filled(settings, database) == []


@pytest.mark.usefixtures("clock")
def test_a_register_of_ones_own_is_left_alone(settings: Settings, database: Database) -> None:
    database.run(lambda c: directory.save_unit(c, {"id": "330000", "name": "本市", "level": "city"}))

    assert filled(settings, database) == []
    assert cases(database) == 0
