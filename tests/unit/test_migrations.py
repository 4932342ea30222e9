"""The revisions, applied to nothing, build exactly the tables that the program uses, guards included, on both databases."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import exc

from engine import migrations
from engine.database import connect
from engine.migrations import draft

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT t.tgname, pg_get_triggerdef(t.oid), p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal ORDER BY t.tgname",
}


@pytest.fixture
def empty_url(request, tmp_path: Path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = request.getfixturevalue("postgres")
    url = server.create()
    yield url.render_as_string(hide_password=False)
    server.drop(url)


@pytest.fixture
def migrated(empty_url):
    database = connect(empty_url)
    migrations.upgrade(database)
    yield database
    database.close()


both = pytest.mark.parametrize("empty_url", ["sqlite", "postgresql"], indirect=True)


def _triggers(database):
    with database.reading() as c:
        return [tuple(" ".join(str(part).split()) for part in row) for row in c.exec_driver_sql(TRIGGERS[c.dialect.name])]


@both
def test_nothing_is_missing_and_nothing_is_left_over(migrated):
    draft.import_tables()
    with migrated.reading() as c:
        assert draft.missing(c).upgrade_ops.as_diffs() == []


@both
def test_the_guards_of_the_record_are_those_of_the_program(migrated, request):
    fresh = connect(request.getfixturevalue(f"{migrated.dialect}_url"))
    assert _triggers(migrated) == _triggers(fresh) != []
    fresh.close()


@both
def test_the_database_itself_refuses_to_change_the_record(migrated):
    row = "INSERT INTO record (stream, seq, at, kind, body, prev, h, alg) VALUES ('config', 2, 0, 'x', {b}, {b}, {b}, 'sha256')"
    blob = "'\\x00'::bytea" if migrated.dialect == "postgresql" else "x'00'"
    with pytest.raises(exc.DBAPIError, match="continue its stream"):
        migrated.run(lambda c: c.exec_driver_sql(row.format(b=blob)) and None)


@both
def test_a_second_upgrade_changes_nothing(migrated):
    before = migrations.state(migrated)
    migrations.upgrade(migrated)
    assert migrations.state(migrated) == before
    assert before[0] == before[1]


def test_there_is_one_head():
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
