"""Taking an organisation file into the register."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.database import Database, connect
from engine.errors import InvalidValues, UnsafeInput
from engine.people import directory, importing, sessions

TOWN = Path(__file__).parents[2] / "bpmn" / "organisation" / "town.toml"
SMALL = """
[organisation]
name = "小镇"
[[units]]
id = "v1"
name = "一村"
level = "village"
parent = "t1"
[[units]]
id = "t1"
name = "小镇"
level = "town"
parent = "c1"
[[units]]
id = "c1"
name = "某市"
level = "city"
[[people]]
id = "cun"
name = "村里人"
posts = [{ role = "village_cadre", unit = "v1" }]
office = "村委会"
certificate = "X1"
certificate_until = 2029-06-30
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = connect(f"sqlite:///{tmp_path}/register.db")
    opened.create_schema()
    yield opened
    opened.close()


def taken(database: Database, text: str) -> importing.Report:
    return database.run(lambda c: importing.load(c, text.encode()))


def refused(database: Database, text: str) -> dict[str, str]:
    with pytest.raises(InvalidValues) as refusal:
        taken(database, text)
    return refusal.value.errors


def test_upper_units_come_first_whatever_the_order_in_the_file(database: Database) -> None:
    report = taken(database, SMALL)

    assert (report.units_added, report.people_added) == (3, 1)
    with database.reading() as c:
        assert directory.unit_of(c, "v1").path == "/c1/t1/v1/"
        assert directory.participant(c, "cun").candidate_keys == ("village_cadre@v1",)


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    taken(database, SMALL)

    again = taken(database, SMALL)

    assert again == importing.Report(0, 0, 0, 0, unchanged=4)


def test_the_sample_town_is_clean_and_idempotent(database: Database) -> None:
    text = TOWN.read_text("utf-8")

    first, again = taken(database, text), taken(database, text)

    assert first.units_added > 20 and first.people_added > 20
    assert again.unchanged == first.units_added + first.people_added


def test_every_faulty_row_is_named_and_nothing_is_written(database: Database) -> None:
    faulty = SMALL + """
[[people]]
id = "no-such-post"
name = "甲"
posts = [{ role = "emperor", unit = "v1" }]
[[people]]
id = "wrong-level"
name = "乙"
posts = [{ role = "village_cadre", unit = "t1" }]
[[people]]
id = "three"
name = "丙"
posts = [{ role = "system_admin", unit = "c1" }, { role = "audit_admin", unit = "c1" }]
[[people]]
id = "cun"
name = "重名"
posts = [{ role = "village_cadre", unit = "v1" }]
[[units]]
id = "g1"
name = "网格"
level = "grid"
parent = "nowhere"
"""
    errors = refused(database, faulty)

    assert set(errors) == {"people.2", "people.3", "people.4", "people.5", "units.4"}
    assert "emperor" in errors["people.2"] and "村社" in errors["people.3"] and "不同的人" in errors["people.4"]
    with database.reading() as c:
        assert directory.units(c) == ()


def test_a_registered_unit_cannot_move(database: Database) -> None:
    taken(database, SMALL)

    errors = refused(database, SMALL.replace('level = "village"\nparent = "t1"', 'level = "village"\nparent = "c1"'))

    assert "不能更换上级" in errors["units.1"]


def test_a_changed_post_ends_the_sessions_of_that_person(database: Database) -> None:
    taken(database, SMALL)
    database.run(lambda c: sessions.open_session(c, "cun", "10.0.0.1", "phone"))

    report = taken(database, SMALL.replace('role = "village_cadre", unit = "v1"', 'role = "dispatcher", unit = "t1"'))

    assert report.people_changed == 1
    with database.reading() as c:
        assert sessions.sessions_of(c, "cun") == ()


@pytest.mark.parametrize("document", [b"\xff\xfe", b"units = 3", b"[[units]", b"x" * (importing.LARGEST + 1)],
                         ids=["not text", "not rows", "not TOML", "too large"])
def test_what_is_no_organisation_file_is_refused_before_it_is_understood(document: bytes) -> None:
    with pytest.raises(UnsafeInput):
        importing.read(document)
