"""Somebody pulls the plug while documents are issued, printed and bound into a dossier: no number is missing or given twice, no document is
lost or made twice, and what is on the disk is what the record says."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.clock import Simulated
from engine.database import Database, connect
from engine.documents import dossier, dossier_register, making, numbering, register, store
from engine.documents.tables import file
from engine.runtime import jobs
from tests.dossier_town import Office, settled
from tests.penalty_town import sign
from tests.town import ROOT, Town

KILLS, LATER = 4, jobs.LEASE * 2


class Plant:
    """The case whose papers are made. The database is open to one process at a time: to the test, or to the worker that is killed."""

    def __init__(self, url: str, folder: Path, clock: Simulated) -> None:
        self.url, self.folder, self.clock, self.case = url, folder, clock, 0

    @contextmanager
    def opened(self) -> Iterator[Town]:
        database = connect(self.url)
        try:
            town = Town(database, self.clock)
            town.functions |= making.functions(database, self.folder)
            town.case = self.case
            yield town
        finally:
            database.close()

    def starts(self, what: str) -> subprocess.Popen[str]:
        order = [sys.executable, "-m", "tests.post.printer", self.url, str(self.folder), self.clock().isoformat(), str(self.case), what]
        running = subprocess.Popen(order, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None and running.stdout.readline() == "ready\n"
        return running


@pytest.fixture
def plant(database_url: str, tmp_path: Path, clock: Simulated) -> Plant:
    return Plant(database_url, tmp_path, clock)


def killed(running: subprocess.Popen[str], dice: random.Random) -> list[str]:
    """It dies somewhere after it has said a few lines; answers the whole lines it said."""
    assert running.stdout is not None
    heard = [running.stdout.readline() for _ in range(dice.randint(0, 3))]
    running.kill()
    rest, _ = running.communicate()
    return [line for line in ("".join(heard) + rest).split("\n")[:-1] if line]


def must_be_whole(database: Database, plant: Plant) -> set[str]:
    """Every document has its bytes once, those of its record, and every series of numbers is without a gap. Answers what there is."""
    with database.reading() as c:
        papers = register.of_case(c, plant.case)
        assert numbering.gaps(c) == ()
        numbers = [one.number for one in papers if one.number]
        assert len(numbers) == len(set(numbers))
        twice = c.execute(select(file.c.document_id).group_by(file.c.document_id, file.c.format).having(func.count() > 1)).all()
        assert twice == []
        for one in papers:
            assert one.files and store.read(plant.folder, one.sha256) == making.again(one, making.template_of(c, one), {}).body
    return {f"{one.id} {one.number}" for one in papers}


@pytest.mark.parametrize("seed", [1, 2])
def test_numbers_and_documents_survive_the_killing_of_who_issues_and_prints_them(plant: Plant, seed: int) -> None:
    dice, told = random.Random(seed), []
    with plant.opened() as town:
        office = Office(town, plant.folder)
        plant.case = office.begins_filed(sign())
        office.decides()
    for _ in range(KILLS):
        told += killed(plant.starts("issue"), dice)
        killed(plant.starts("print"), dice)
        plant.clock.advance(LATER)
    with plant.opened() as town:
        town.works()
        assert told and set(told) <= must_be_whole(town.database, plant), "what was answered is there"
        assert town.faults() == []


def test_a_dossier_survives_the_killing_of_who_binds_it(plant: Plant) -> None:
    dice = random.Random(3)
    with plant.opened() as town:
        office = settled(town, plant.folder)
        plant.case, number = office.case, office.compiles().number
    for _ in range(KILLS):
        killed(plant.starts("dossier"), dice)
        with plant.opened() as town, town.database.reading() as c:
            entry = dossier_register.of(c, plant.case)
            assert entry.number == number
            for one in (entry.built or {}).get("files", {}).values():
                assert store.read(plant.folder, one["sha256"])
    with plant.opened() as town:
        with town.database.reading() as c:
            built, again = (dossier.build(c, plant.case, plant.folder) for _ in range(2))
        assert built.bodies() == again.bodies()
        entry = town.run(lambda c: dossier.keep(c, plant.case, built, plant.folder))
        assert entry.built is not None and entry.built["passed"] and entry.number == number
