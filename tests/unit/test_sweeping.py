"""Photos that nobody submitted go after a day; nothing that is named anywhere does."""

import datetime as dt
import os
from pathlib import Path

import pytest

from engine import clock as clocks
from engine.cases import attachments, sweeping
from engine.clock import Simulated
from engine.database import Database
from engine.errors import NotFound
from engine.runtime import commands, worklist
from tests.sample_town import CADRE, FINDER, SampleTown

DAY = dt.timedelta(days=1)


@pytest.fixture
def town(database: Database, clock: Simulated, tmp_path: Path) -> SampleTown:
    return SampleTown(database, tmp_path / "files")


def originals(town: SampleTown) -> list[Path]:
    return sorted((town.files / "original").glob("??/*"))


def aged(town: SampleTown) -> None:
    """Every file was written two days ago, as the simulated clock has it."""
    then = (clocks.now() - 2 * DAY).timestamp()
    for path in originals(town):
        os.utime(path, (then, then))


def tidy(town: SampleTown) -> tuple[int, int]:
    before = clocks.now() - DAY
    rows = town.run(lambda c: sweeping.forget(c, before))
    with town.database.reading() as c:
        return rows, sweeping.sweep(c, town.files, before)


def test_a_photo_never_submitted_goes_with_its_file_and_a_case_keeps_its_own(town: SampleTown, clock: Simulated) -> None:
    answer, loose = town.report(), town.photo(CADRE, "blue")
    clock.advance(3 * DAY)
    aged(town)

    assert tidy(town) == (1, 1)

    with town.database.reading() as c:
        assert len(attachments.of(c, answer["instance"])) == 2
        assert all(attachments.original_path(town.files, one.sha256).exists() for one in attachments.of(c, answer["instance"]))
        with pytest.raises(NotFound):
            attachments.get(c, loose)
    assert tidy(town) == (0, 0)


def test_what_was_uploaded_today_or_stands_in_a_draft_stays(town: SampleTown, clock: Simulated) -> None:
    town.report()
    drafted, who = town.photo(CADRE, "blue"), town.person(CADRE)
    with town.database.reading() as c:
        item = worklist.of(c, who).entries[0]
    town.run(lambda c: commands.save_draft(c, item.id, {"photos_after": [drafted]}, by=who))
    clock.advance(3 * DAY)
    town.photo(CADRE, "yellow")
    aged(town)

    assert tidy(town) == (0, 0)


def test_a_file_that_is_uploaded_again_stays_while_its_row_is_not_there_yet(town: SampleTown, clock: Simulated) -> None:
    town.photo(FINDER, "blue")
    clock.advance(3 * DAY)
    aged(town)
    then = clocks.now().timestamp()
    os.utime(originals(town)[0], (then, then))

    assert tidy(town) == (1, 0)
    assert len(originals(town)) == 1


def test_without_a_folder_there_is_nothing_to_do(town: SampleTown, tmp_path: Path) -> None:
    with town.database.reading() as c:
        assert sweeping.sweep(c, tmp_path / "nowhere", clocks.now()) == 0
