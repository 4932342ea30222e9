"""The worked example of the designer's guide is a process that can be published and does what the guide says."""

import re
from pathlib import Path

import pytest

from engine import definitions
from engine.clock import Simulated
from engine.database import Database
from tests.scenarios.language import BEGIN, Player, scenarios
from tests.town import ROOT, Town

GUIDE = (ROOT / "docs" / "designer.md").read_text("utf-8")
EXAMPLE = GUIDE[GUIDE.index("## 9.") : GUIDE.index("## 10.")]


class Reader(Player):
    """Plays what stands in the guide instead of a folder of `bpmn/`."""

    def __init__(self, town: Town, package: definitions.Package) -> None:
        self.town, self.remembered = town, dict[str, str]()
        town.publishes(package)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", EXAMPLE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def package(tmp_path: Path) -> definitions.Package:
    folder, forms = tmp_path / "bpmn" / "stall", tmp_path / "forms"
    folder.mkdir(parents=True)
    forms.mkdir()
    (folder / "stall.bpmn").write_text(blocks("xml")[0], "utf-8")
    (folder / "parameters.toml").write_text(blocks("toml")[0], "utf-8")
    (folder / "scenarios.yaml").write_text(blocks("yaml")[0], "utf-8")
    for form in blocks("json"):
        key = re.search(r'"id": "(F-[a-z-]+)"', form)
        assert key is not None
        (forms / f"{key[1]}.form.json").write_text(form, "utf-8")
    return definitions.read_folder(folder, forms)


def test_the_example_of_the_guide_has_nothing_to_complain_about(package: definitions.Package) -> None:
    serious = [found for found in definitions.examine(package) if found.severity != "info"]

    assert serious == []


def test_the_example_of_the_guide_does_what_it_says(
    package: definitions.Package, tmp_path: Path, sqlite_database: Database, clock: Simulated
) -> None:
    clock.moment = BEGIN

    player = Reader(Town(sqlite_database, clock), package)

    for steps in scenarios(tmp_path / "bpmn" / "stall").values():
        player.play(steps)

    assert player.town.faults() == []
