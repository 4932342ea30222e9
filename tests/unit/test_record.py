"""The record can only be added to, and whatever is changed behind the database's back is found."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, delete, exc, insert, select, text, update

from engine import clock as engine_clock
from engine.clock import Simulated
from engine.database import Database
from engine.runtime import commands, history, parameters
from engine.runtime.tables import process_instance, record
from tests import small_town as town

OPEN_DOORS = {
    "sqlite": ("DROP TRIGGER record_update", "DROP TRIGGER record_delete", "DROP TRIGGER record_chain"),
    "postgresql": ("ALTER TABLE record DISABLE TRIGGER USER",),
}
Change = Callable[[Connection], Any]


@pytest.fixture
def recorded(database: Database, clock: Simulated) -> Database:
    """Two cases with some steps, and a changed parameter."""
    town.build(database)
    first, second = database.run(town.report)["instance"], database.run(town.report)["instance"]

    def some_steps(c: Connection) -> None:
        cadre = town.person(c)
        commands.comment(c, first, "现场已看，“店外经营”属实。", by=cadre)
        commands.comment(c, second, "同上。", by=cadre)
        town.complete(c, town.todo(c)[0])
        parameters.change(c, "rounds", 3, by=town.person(c, town.ADMIN))

    database.run(some_steps)
    with database.reading() as c:
        assert history.verify(c) == []
    return database


def one_more(seq: int, prev: bytes) -> dict[str, Any]:
    return {"stream": "case:1", "seq": seq, "instance_id": 1, "at": engine_clock.now(), "kind": "commented", "body": b"{}", "prev": prev,
            "h": b"h" * 32, "alg": "none"}


@pytest.mark.parametrize("change", [
    update(record).values(kind="started"),
    update(record).where(record.c.seq == 1).values(body=b"{}"),
    delete(record),
    delete(record).where(record.c.seq == 2),
    text("INSERT INTO record SELECT * FROM record WHERE true ON CONFLICT (id) DO UPDATE SET body = excluded.body"),
    insert(record).values(one_more(99, history.ZERO)),
    insert(record).values(one_more(3, b"x" * 32)),
    insert(record).values({**one_more(1, history.ZERO), "stream": "case:1"}),
], ids=str)
def test_the_database_refuses_every_change_of_the_record(recorded: Database, change: Any) -> None:
    with recorded.reading() as c:
        before = c.execute(select(record).order_by(record.c.id)).all()

    with pytest.raises(exc.DBAPIError):
        recorded.run(lambda c: c.execute(change))

    with recorded.reading() as c:
        assert c.execute(select(record).order_by(record.c.id)).all() == before


@pytest.mark.parametrize("statement", [
    "INSERT OR REPLACE INTO record SELECT * FROM record WHERE seq = 1", "REPLACE INTO record SELECT * FROM record"])
def test_sqlites_own_way_around_a_trigger_is_closed(sqlite_database: Database, clock: Simulated, statement: str) -> None:
    town.build(sqlite_database)
    sqlite_database.run(town.report)

    with pytest.raises(exc.DBAPIError, match="append-only|continue its stream"):
        sqlite_database.run(lambda c: c.execute(text(statement)))


def test_postgresql_refuses_truncate_and_a_wrong_hash(postgresql_database: Database, clock: Simulated) -> None:
    town.build(postgresql_database)
    postgresql_database.run(town.report)
    with postgresql_database.reading() as c:
        last = c.execute(select(record).order_by(record.c.seq.desc()).limit(1)).one()

    for statement in (text("TRUNCATE record"), insert(record).values({**one_more(last.seq + 1, last.h), "alg": "sha256"})):
        with pytest.raises(exc.DBAPIError):
            postgresql_database.run(lambda c, statement=statement: c.execute(statement))


def found(c: Connection, change: Change) -> bool:
    """Whether the verifier sees a change that is made and taken back."""
    with c.begin_nested() as trial:
        change(c)
        faults = history.verify(c)
        trial.rollback()
    return bool(faults)


def unseen(database: Database, changes: Callable[[Connection], Iterator[tuple[str, Change]]]) -> list[str]:
    """Names of the changes that somebody who holds the database could make without being seen."""
    def work(c: Connection) -> list[str]:
        for door in OPEN_DOORS[c.dialect.name]:
            c.exec_driver_sql(door)
        trials = list(changes(c))
        assert trials
        return [name for name, change in trials if not found(c, change)]
    return database.run(work, timeout=300)


def setting(row: Any, column: Any, value: Any) -> Change:
    return lambda c: c.execute(update(record).where(record.c.id == row.id).values({column: value}))


def flipped(content: bytes, position: int, bit: int) -> bytes:
    return content[:position] + bytes([content[position] ^ (1 << bit)]) + content[position + 1:]


def every_bit(c: Connection) -> Iterator[tuple[str, Change]]:
    """One bit of each byte of each event's bytes; all eight bits in turn."""
    for row in c.execute(select(record).order_by(record.c.id)).all():
        for column in (record.c.body, record.c.prev, record.c.h):
            content = getattr(row, column.name)
            for position in range(0, len(content), 3 if column is record.c.body else 1):
                yield f"{row.stream} {row.seq} {column.name} {position}", setting(row, column, flipped(content, position, position % 8))


def test_every_changed_bit_is_found(recorded: Database) -> None:
    assert unseen(recorded, every_bit) == []


def every_column(c: Connection) -> Iterator[tuple[str, Change]]:
    rows = c.execute(select(record).order_by(record.c.id)).all()
    for row in rows:
        others = {"stream": "case:9", "seq": 77, "instance_id": 2 if row.instance_id != 2 else 1, "at": row.at.replace(year=2020),
                  "actor": "somebody", "kind": "cancelled", "element_id": "elsewhere", "alg": "md5"}
        for column, value in others.items():
            yield f"{row.stream} {row.seq} {column}", setting(row, record.c[column], value)
        if row.instance_id is not None:
            yield f"{row.stream} {row.seq} hidden", setting(row, record.c.instance_id, None)


def test_every_changed_column_is_found(recorded: Database) -> None:
    assert unseen(recorded, every_column) == []


def rows_and_heads(c: Connection) -> Iterator[tuple[str, Change]]:
    rows = c.execute(select(record).order_by(record.c.id)).all()
    for row in rows:
        if row.stream.startswith("case:"):
            yield f"{row.stream} {row.seq} removed", lambda c, row=row: c.execute(delete(record).where(record.c.id == row.id))
            yield f"{row.stream} cut after {row.seq}", lambda c, row=row: c.execute(
                delete(record).where(record.c.stream == row.stream, record.c.seq > row.seq - 1))
    first, second = (row for row in rows if row.stream == "case:1" and row.seq in (1, 2))

    def swap(c: Connection) -> None:
        for row, other in ((first, second), (second, first)):
            c.execute(update(record).where(record.c.id == row.id).values(body=other.body, prev=other.prev, h=other.h))

    def graft(c: Connection) -> None:
        stranger = next(row for row in rows if row.stream == "case:2" and row.seq == 2)
        c.execute(update(record).where(record.c.id == second.id).values(body=stranger.body))

    yield "two events swapped", swap
    yield "an event of another case", graft
    yield "no record at all", lambda c: c.execute(delete(record))
    for column, value in (("record_seq", 1), ("record_hash", b"0" * 32)):
        yield f"head {column}", lambda c, column=column, value=value: c.execute(
            update(process_instance).where(process_instance.c.id == 1).values({column: value}))


def test_every_missing_swapped_or_foreign_event_is_found(recorded: Database) -> None:
    assert unseen(recorded, rows_and_heads) == []


def test_one_case_can_be_verified_alone(recorded: Database) -> None:
    def forge(c: Connection) -> tuple[int, int]:
        for door in OPEN_DOORS[c.dialect.name]:
            c.exec_driver_sql(door)
        c.execute(update(record).where(record.c.stream == "case:1", record.c.seq == 1).values(body=b"{}"))
        return len(history.verify(c, "case:1")), len(history.verify(c, "case:2"))

    assert recorded.run(forge) == (1, 0)
