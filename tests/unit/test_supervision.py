"""The supervisor's board, on rows as the runtime writes them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from engine import clock
from engine.database import Database, connect
from engine.errors import InvalidValues, NotAllowed
from engine.people import Participant, directory
from engine.runtime import history
from engine.supervision import audit, board
from engine.supervision.board import Filters
from tests.steps import a_case

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=clock.SHANGHAI)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = connect(f"sqlite:///{tmp_path}/board.db")
    opened.create_schema()
    with clock.use(clock.Simulated(NOW)):
        opened.run(a_town)
        yield opened
    opened.close()


def a_town(c: Connection) -> None:
    for unit_id, name, level, parent in (("c", "某市", "city", None), ("qs", "青石镇", "town", "c"), ("lx", "柳溪镇", "town", "c"),
                                         ("v1", "东门社区", "village", "qs"), ("v9", "柳溪村", "village", "lx")):
        directory.save_unit(c, {"id": unit_id, "name": name, "level": level, "parent_id": parent})
    for person_id, name, role, unit_id in (("jw", "监督员", "inspector", "qs"), ("lxjw", "柳溪监督员", "inspector", "lx"),
                                           ("sfj", "市司法局", "justice_bureau", "c"), ("cun", "村干部", "village_cadre", "v1"),
                                           ("shenji", "审计员", "audit_admin", "c")):
        directory.save_person(c, person_id, {"name": name}, None)
        directory.set_posts(c, person_id, [(role, unit_id)])
    a_case(c, 1, "/c/qs/v1/", [("late", "correction", -30 * HOUR, None), ("soon", "correction", 3 * HOUR, None)])
    a_case(c, 2, "/c/qs/", [("fine", "handling", 72 * HOUR, "cun"), ("none", None, None, None)])
    a_case(c, 3, "/c/lx/v9/", [("foreign", "correction", -HOUR, None)])
    a_case(c, 4, "/c/qs/", [])


def person(database: Database, person_id: str) -> Participant:
    with database.reading() as c:
        return directory.participant(c, person_id)


def shown(database: Database, person_id: str = "jw", **filters: Any) -> board.Board:
    by = person(database, person_id)
    with database.reading() as c:
        return board.show(c, by, Filters(**filters))


def test_the_late_come_first_and_say_how_late_and_since_when(database: Database) -> None:
    first, *others = shown(database).steps

    assert (first.id, first.level, first.late_by) == ("late", "late", 30 * HOUR)
    assert first.waits_for == "等待东门社区村社干部领取" and first.since == NOW - 40 * HOUR
    assert [step.level for step in others] == ["soon", "fine", "none"]
    assert others[1].waits_for == "等待村干部办理" and others[1].since == NOW - HOUR


def test_only_the_own_town_and_everything_for_the_city(database: Database) -> None:
    assert {s.id for s in shown(database, "lxjw").steps} == {"foreign"}
    assert shown(database, "lxjw").levels["late"] == 1
    assert shown(database, "sfj").total == 5


def test_a_foreign_unit_as_a_filter_shows_nothing(database: Database) -> None:
    assert shown(database, unit="lx").steps == ()


def test_every_number_opens_a_list_of_that_length(database: Database) -> None:
    whole = shown(database)

    for group in whole.links:
        assert shown(database, link=group.key).total == group.total
        for level, number in group.counts.items():
            assert shown(database, link=group.key, level=level).total == number
    for office in whole.offices:
        assert shown(database, office=office.key).total == office.total
    for holder in whole.holders:
        assert shown(database, holder=holder.key).total == holder.total
    for level, number in whole.levels.items():
        assert shown(database, level=level).total == number


def test_offices_are_ordered_by_what_is_late(database: Database) -> None:
    assert [(unit.name, unit.total) for unit in shown(database).offices] == [("东门社区", 2), ("青石镇", 2)]


def test_words_find_by_number_and_title(database: Database) -> None:
    assert shown(database, words="SJ-1").total == 2
    assert shown(database, words="事项2").total == 2
    assert shown(database, words="%").total == 0


def test_an_unknown_level_is_refused(database: Database) -> None:
    with pytest.raises(InvalidValues):
        shown(database, level="purple")


def test_who_does_not_supervise_is_refused(database: Database) -> None:
    with pytest.raises(NotAllowed):
        shown(database, "cun")


def test_a_case_that_nobody_holds_is_listed_apart(database: Database) -> None:
    by = person(database, "jw")
    with database.reading() as c:
        assert [case.case_number for case in board.idle(c, by)] == ["SJ-4"]


def test_an_export_is_complete_and_recorded(database: Database) -> None:
    by = person(database, "jw")

    steps = database.run(lambda c: board.export(c, by, Filters(level="late")))
    database.run(lambda c: board.export(c, by))

    assert [step.id for step in steps] == ["late"]
    with database.reading() as c:
        newest, older = audit.entries(c, person(database, "shenji"))
        assert history.verify(c, audit.STREAM) == []
    assert "导出监督清单 4 行" in newest.text and "已超期" in older.text and older.actor == "jw"


def test_the_administrative_record_is_for_the_auditor(database: Database) -> None:
    by = person(database, "jw")
    with database.reading() as c, pytest.raises(NotAllowed):
        audit.entries(c, by)
