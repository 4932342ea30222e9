"""Numbers of documents: gap-free under many writers and rollbacks, never used twice, voids kept (NT-26)."""

import datetime as dt
import random
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from engine.database import Database
from engine.documents import numbering
from engine.documents.tables import serial
from engine.errors import Busy, Conflict, InvalidState, InvalidValues
from engine.runtime import parameters
from tests.town import ADMIN, Town

WRITERS, EACH = 32, 6


class Undone(Exception):
    """A command that is refused after it has taken its number."""


def take(database: Database, character: str = "罚", unit: str = "qs", fails: bool = False, tries: int = 40) -> str | None:
    """Take a number, as often as it needs; None when the command was refused afterwards."""
    def work(c: object) -> str:
        number = numbering.next_number(c, unit, character)  # type: ignore[arg-type]
        if fails:
            raise Undone
        return number

    for _ in range(tries):
        try:
            return database.run(work)
        except Busy:
            continue
        except Undone:
            return None
    raise AssertionError("the database stayed busy")


def test_numbers_follow_one_another_for_each_kind_and_year(town: Town) -> None:
    assert [take(town.database) for _ in range(3)] == [f"青石镇综执罚〔2026〕{n}号" for n in (1, 2, 3)]
    assert take(town.database, "告") == "青石镇综执告〔2026〕1号"
    assert take(town.database, unit="x") == "示例市综执罚〔2026〕1号"


def test_the_year_is_that_of_the_day_in_shanghai(town: Town) -> None:
    take(town.database)
    town.until(dt.datetime(2026, 12, 31, 15, 59, tzinfo=dt.UTC))
    assert take(town.database) == "青石镇综执罚〔2026〕2号"
    town.until(dt.datetime(2026, 12, 31, 16, 1, tzinfo=dt.UTC))
    assert take(town.database) == "青石镇综执罚〔2027〕1号"


def test_a_town_has_its_own_prefix(town: Town) -> None:
    by = town.person(ADMIN)
    town.run(lambda c: parameters.change(c, "document_prefix@qs", "青镇综执", by=by))
    assert take(town.database) == "青镇综执罚〔2026〕1号"


def test_two_towns_with_one_prefix_do_not_share_a_number(town: Town) -> None:
    by = town.person(ADMIN)
    town.run(lambda c: parameters.change(c, "document_prefix@x", "同综执", by=by))
    assert take(town.database, unit="x") == "同综执罚〔2026〕1号"
    with pytest.raises(Conflict, match="机关代字参数"):
        take(town.database, unit="qs")


def test_many_writers_leave_no_gap_and_no_double(town: Town) -> None:
    taken: list[str | None] = []
    lock, start = threading.Lock(), threading.Barrier(WRITERS)

    def write(seed: int) -> None:
        dice = random.Random(seed)
        start.wait()
        for _ in range(EACH):
            number = take(town.database, fails=dice.random() < 0.3)
            with lock:
                taken.append(number)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    given_out = [one for one in taken if one is not None]
    assert len(taken) == WRITERS * EACH
    assert sorted(given_out) == sorted(f"青石镇综执罚〔2026〕{n}号" for n in range(1, len(given_out) + 1))
    with town.database.reading() as c:
        assert numbering.gaps(c) == ()


@given(st.lists(st.tuples(st.sampled_from("罚告立"), st.sampled_from(["qs", "x"]), st.booleans()), max_size=25))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_undone_the_numbers_stay_whole(town: Town, commands: list[tuple[str, str, bool]]) -> None:
    for character, unit, fails in commands:
        take(town.database, character, unit, fails)
    with town.database.reading() as c:
        assert numbering.gaps(c) == ()


def test_a_void_number_stays_with_its_reason_and_is_not_given_again(town: Town) -> None:
    first = take(town.database)
    assert first is not None
    town.run(lambda c: numbering.void_number(c, first, "内容有误", None))
    assert take(town.database) == "青石镇综执罚〔2026〕2号"
    with town.database.reading() as c:
        assert numbering.is_void(c, first) and numbering.gaps(c) == ()
    with pytest.raises(InvalidState, match="已经作废"):
        town.run(lambda c: numbering.void_number(c, first, "再次", None))
    with pytest.raises(InvalidValues, match="更正"):
        town.run(lambda c: numbering.void_number(c, "青石镇综执罚〔2026〕2号", " ", None))


def test_the_database_itself_keeps_taken_numbers(town: Town) -> None:
    take(town.database)
    for statement in (delete(serial), update(serial).values(serial=7)):
        with pytest.raises(DatabaseError, match="append-only"):
            town.run(lambda c, statement=statement: c.execute(statement))
    with town.database.reading() as c:
        assert numbering.gaps(c) == ()


def test_a_kind_without_a_character_has_no_number(town: Town) -> None:
    with pytest.raises(InvalidValues):
        take(town.database, "")
