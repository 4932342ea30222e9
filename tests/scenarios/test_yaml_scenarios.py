"""Every example in `bpmn/*/scenarios.yaml`, on the real engine and both databases."""

import tomllib
from pathlib import Path

import pytest

from engine.cases import categories
from tests.scenarios.handling_cases import Handler
from tests.scenarios.language import BEGIN, Player, scenarios
from tests.scenarios.overseeing import Overseer
from tests.town import ROOT, Town

FOLDERS = sorted(path.parent for path in (ROOT / "bpmn").glob("*/scenarios.yaml"))
CASES = ("penalty", "legal_review", "hearing", "collective_discussion", "closing", "archiving")
PLAYERS = {"supervision": Overseer, **dict.fromkeys(CASES, Handler)}
ALL = [(folder, name) for folder in FOLDERS for name in scenarios(folder)]


@pytest.mark.parametrize(("folder", "name"), ALL, ids=[f"{folder.name}:{name}" for folder, name in ALL])
def test_scenario(town: Town, folder: Path, name: str):
    kinds = tomllib.loads((ROOT / "bpmn" / "organisation" / "categories.toml").read_text("utf-8"))
    town.run(lambda c: categories.load(c, kinds))
    town.clock.moment = BEGIN
    PLAYERS.get(folder.name, Player)(town, folder.name).play(scenarios(folder)[name])
    assert town.faults() == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_one_scenario_at_least_lets_a_limit_pass(folder: Path):
    assert any("提醒" in step or "经过" in step for steps in scenarios(folder).values() for step in steps)
