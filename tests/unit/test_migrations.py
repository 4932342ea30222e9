"""The revisions, applied to nothing, build exactly the tables that the program uses, guards included, on both databases."""

from pathlib import Path

import pytest
from alembic import command
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


ITEM = """INSERT INTO work_item (id, instance_id, element_id, name, state, unit_id, unit_path, created_at, due_at, warn_at, limit_text,
 remaining_ms, priority, item, urged, case_number, title, definition_id, process_key)
 VALUES ('{id}', 1, 'u', '核查', '{state}', 'g', '/g/', 1000, {due}, NULL, '{limit}', {left}, 50, '{{}}', 0, 'n', 't', 1, 'p')"""


def _upgrade(database, revision):
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))

    def work(c):
        config.attributes["connection"] = c
        command.upgrade(config, revision)
    database.run(work)


@both
def test_what_articles_said_before_editions_were_kept_is_their_first_kept_one(empty_url):
    database = connect(empty_url)
    _upgrade(database, "0017")
    article = ("INSERT INTO article (id, statute_id, number, text, valid_from, successor, tag, source, edition, reviewed_by, reviewed_at,"
               " review_note) VALUES ({0}, 'T', '{0}', '甲', '2020-01-01', '', 'V', 's', {1}, {2}, '{3}')")
    database.run(lambda c: [c.exec_driver_sql(text) for text in (
        "INSERT INTO statute (id, title, short, kind, loaded_at, loaded_by) VALUES ('T', '试验条例', '试验', 'local', 1000, 'shen')",
        article.format(1, 1, "NULL, NULL", ""), article.format(2, 3, "'han', 2000", "省法规库"))] and None)
    _upgrade(database, "0018")

    with database.reading() as c:
        kept = c.exec_driver_sql("SELECT article_id, edition, text, made_by, made_at FROM article_edition ORDER BY article_id").all()
        reviews = c.exec_driver_sql("SELECT article_id, edition, note, reviewed_by, reviewed_at FROM article_review").all()
    with pytest.raises(exc.DBAPIError, match="append-only"):
        database.run(lambda c: c.exec_driver_sql("UPDATE article_edition SET text = 'x'") and None)
    database.close()
    assert [tuple(row) for row in kept] == [(1, 1, "甲", "shen", 1000), (2, 3, "甲", "shen", 1000)]
    assert [tuple(row) for row in reviews] == [(2, 3, "省法规库", "han", 2000)]


@both
def test_steps_that_were_open_before_limits_had_clocks_get_theirs(empty_url):
    database = connect(empty_url)
    _upgrade(database, "0007")
    blob = "'\\x00'::bytea" if database.dialect == "postgresql" else "x'00'"
    database.run(lambda c: [c.exec_driver_sql(text) for text in (
        "INSERT INTO process_instance (id, definition_id, process_key, business_key, title, unit_id, unit_path, status, revision, state,"
        " variables, record_seq, record_hash, priority, started_at)"
        f" VALUES (1, 1, 'p', 'n', 't', 'g', '/g/', 'running', 1, '', '{{}}', 0, {blob}, 50, 0)",
        ITEM.format(id="a", state="open", due=9000, limit="3个工作日", left="NULL"),
        ITEM.format(id="b", state="suspended", due=9000, limit="1.5个工作时", left=500),
        ITEM.format(id="c", state="completed", due=9000, limit="3日", left="NULL"))] and None)
    _upgrade(database, "0008")

    with database.reading() as c:
        found = c.exec_driver_sql("SELECT key, length, unit, status, due_at, watch_at, entries FROM deadline_clock ORDER BY key").all()
        entries = c.exec_driver_sql("SELECT kind, from_at, ground FROM clock_entry").all()
    database.close()
    assert [tuple(row) for row in found] == [("a", 3, "workingDays", "running", 9000, 9000, 1),
                                             ("b", 1.5, "workingHours", "suspended", 9000, 9000, 2)]
    assert [tuple(row) for row in entries] == [("suspended", 8500, "halt")]


def test_there_is_one_head():
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
