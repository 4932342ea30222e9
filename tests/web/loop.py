"""The shipped process in the sample town, for tests of pages that need running cases."""

import tomllib
from pathlib import Path
from typing import Any

from engine import definitions
from engine.cases import categories, findings
from engine.database import Database
from engine.people import directory
from engine.runtime import worklist

ROOT = Path(__file__).resolve().parents[2]
FINDING = {"category": "0101", "source": "hotline", "location": {"lon": 118.90886, "lat": 29.17759, "address": "东街 12 号"},
           "description": "沿街店铺占道经营，影响通行", "complainant_real_name": False, "complainant_name": "某先生",
           "complainant_phone": "13800000000"}
GRID, FOREIGN_GRID = "99010010100101", "99010010200101"


def publish(database: Database) -> None:
    """Categories and the grid loop."""
    kinds = tomllib.loads((ROOT / "bpmn/organisation/categories.toml").read_text("utf-8"))
    loop = definitions.read_folder(ROOT / "bpmn/grid_loop", ROOT / "forms")
    database.run(lambda c: categories.load(c, kinds))
    database.run(lambda c: definitions.deploy(c, loop, by=None))


def report(database: Database, by: str = "wg01", **more: Any) -> int:
    """A grid worker reports; answers the case."""
    with database.reading() as c:
        person = directory.participant(c, by)
    return int(database.run(lambda c: findings.report(c, {**FINDING, **more}, by=person))["instance"])


def first_task(database: Database, person_id: str) -> worklist.Entry:
    """The first line on somebody's list."""
    with database.reading() as c:
        return worklist.of(c, directory.participant(c, person_id)).entries[0]
