"""Whatever people do with a case, in whatever order: no ladder is lost, and no rung is taken back. Only an inspector ends one from red."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import clock as engine_clock
from engine.clock import Simulated
from engine.database import connect
from engine.errors import EngineError
from engine.runtime import commands
from engine.supervision.lines import RED
from tests.conftest import START
from tests.town import BOSS, COMMANDER, INSPECTOR, LEADER, OFFICER, OTHER_OFFICER
from tests.watched_town import WatchedTown

ACTS = ("wait", "long wait", "claim", "unclaim", "transfer", "do", "check", "send back", "withdraw", "suspend", "resume", "cancel",
        "reopen", "urge", "comment")
ENOUGH = 25


@pytest.fixture(scope="module")
def towns(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """How many towns were built, to name the next."""
    yield [0]


class Walk:
    """People in the town, who try something whether it is possible or not."""

    def __init__(self, town: WatchedTown) -> None:
        self.town = town
        self.first = town.report()
        self.seen: dict[int, int] = {}
        self.refused = 0

    def tries(self, act: str) -> None:
        self.town.case = self.first
        try:
            self._do(act)
        except (EngineError, AssertionError):  # not possible now
            self.refused += 1

    def _do(self, act: str) -> None:
        town = self.town
        if act in ("wait", "long wait"):
            town.waits(hours=30 if act == "long wait" else 3)
        elif act in ("suspend", "cancel"):
            town.acts(getattr(commands, act), COMMANDER, self.first, reason="试")
        elif act == "resume":
            town.acts(commands.resume, BOSS, self.first)
        elif act == "comment":
            town.acts(commands.comment, INSPECTOR, self.first, "看一下")
        elif act == "check":
            town.does(LEADER, "复核")
        elif act in ("send back", "reopen"):
            town.acts(commands.send_back, LEADER, town.item(LEADER, "复核"), "work", reason="重来")
        else:
            self._step(act)

    def _step(self, act: str) -> None:
        town = self.town
        who = next((one for one in (OFFICER, OTHER_OFFICER) if "现场核查" in town.todo(one)), OFFICER)
        item = town.item(who, "现场核查") if act != "withdraw" else ""
        if act == "withdraw":
            town.acts(commands.withdraw, OFFICER, self.first)
        elif act == "do":
            town.does(who, "现场核查")
        elif act == "transfer":
            town.acts(commands.transfer, who, item, OTHER_OFFICER if who == OFFICER else OFFICER)
        else:
            town.acts(getattr(commands, act), INSPECTOR if act == "urge" else who, item)

    def checks(self) -> None:
        found = {one.id: one for one in self.town.ladders()}
        assert set(self.seen) <= set(found)
        for one in found.values():
            assert one.rung >= self.seen.get(one.id, 0)
            assert one.state == "open" or (one.state == "in-time" and one.rung < RED)
        self.seen = {one.id: one.rung for one in found.values()}
        standing = [(one.case_id, one.element_id, one.rule, one.line) for one in found.values() if one.state == "open"]
        assert len(standing) == len(set(standing))


@settings(max_examples=ENOUGH, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=14))
def test_no_command_lowers_a_rung_or_loses_a_ladder(acts: list[str], towns: list[int], sqlite_template: Path, tmp_path: Path):
    towns[0] += 1
    path = tmp_path / f"town-{towns[0]}.db"
    path.write_bytes(sqlite_template.read_bytes())
    database, clock = connect(f"sqlite:///{path}"), Simulated(START)
    try:
        with engine_clock.use(clock):
            walk = Walk(WatchedTown(database, clock))
            for act in acts:
                walk.tries(act)
                walk.checks()
            assert walk.town.faults() == []
    finally:
        database.close()


def test_the_walk_does_climb(sqlite_database):
    """The property is about something: a walk of waiting alone reaches the draft of an order."""
    clock = Simulated(START)
    with engine_clock.use(clock):
        walk = Walk(WatchedTown(sqlite_database, clock))
        walk.tries("claim")
        for _ in range(3):
            walk.tries("long wait")
            walk.checks()
        assert list(walk.seen.values()) == [3]
        assert START + dt.timedelta(hours=90) == clock()
