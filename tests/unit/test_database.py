"""The door to the database: one transaction a command, once a key, and refusals in words."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, exc, func, insert, select, text

from engine import clock as engine_clock
from engine.clock import Simulated
from engine.database import Database, connect
from engine.errors import Busy, KeyReused, Unavailable, UnknownOutcome
from engine.people.tables import unit


def add(name: str) -> Callable[[Connection], str]:
    """A command that writes one row."""
    def work(c: Connection) -> str:
        c.execute(insert(unit), {"id": name, "name": name, "level": "city", "path": f"/{name}/", "sort": 0})
        return name
    return work


def rows(database: Database) -> list[str]:
    """What a reader sees now."""
    with database.reading() as c:
        return list(c.execute(select(unit.c.id).order_by(unit.c.id)).scalars())


def test_what_was_answered_can_be_read(database: Database) -> None:
    assert database.run(add("a")) == "a"

    assert rows(database) == ["a"]


def test_a_command_that_fails_leaves_nothing_and_says_why(database: Database) -> None:
    def half(c: Connection) -> None:
        add("a")(c)
        raise LookupError("in the middle")

    with pytest.raises(LookupError, match="in the middle"):
        database.run(half)

    assert rows(database) == []
    assert database.run(add("b")) == "b"


def test_a_statement_that_the_database_refuses_stays_the_error_it_is(database: Database) -> None:
    database.run(add("a"))

    with pytest.raises(exc.IntegrityError):
        database.run(add("a"))

    assert rows(database) == ["a"]


def test_the_same_key_gives_the_first_answer_and_does_nothing_again(database: Database) -> None:
    first = database.run(add("a"), key="form-1", payload={"x": 1, "y": 2})

    assert database.run(add("b"), key="form-1", payload={"y": 2, "x": 1}) == first == "a"
    assert rows(database) == ["a"]


def test_the_same_key_with_other_content_is_refused(database: Database) -> None:
    database.run(add("a"), key="form-1", payload={"x": 1})

    with pytest.raises(KeyReused):
        database.run(add("b"), key="form-1", payload={"x": 2})

    assert rows(database) == ["a"]


def test_a_refused_submission_may_come_again_under_its_key(database: Database) -> None:
    def refuse(c: Connection) -> str:
        raise LookupError("not yet")

    with pytest.raises(LookupError):
        database.run(refuse, key="form-1", payload=1)

    assert database.run(add("a"), key="form-1", payload=1) == "a"


def test_the_same_form_sent_twice_at_once_is_one_submission(database: Database) -> None:
    together = threading.Barrier(8)

    def submit(_: int) -> str:
        together.wait()
        return database.run(add("a"), key="form-1", payload=1)

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(submit, range(8)))

    assert answers == ["a"] * 8 and rows(database) == ["a"]


def test_the_second_of_two_equal_forms_waits_for_the_answer_of_the_first(postgresql_database: Database) -> None:
    entered, go = threading.Semaphore(0), threading.Event()
    waiting = select(func.count()).select_from(text("pg_locks")).where(text("NOT granted"))

    def work(c: Connection) -> str:
        entered.release()
        go.wait()
        return add("a")(c)

    with ThreadPoolExecutor(2) as clients:
        first = clients.submit(postgresql_database.run, work, key="form-1", payload=1)
        entered.acquire()
        second = clients.submit(postgresql_database.run, work, key="form-1", payload=1)
        while not entered.acquire(blocking=False):
            with postgresql_database.reading() as c:
                if c.execute(waiting).scalar_one():
                    break
        go.set()

    assert first.result() == second.result() == "a" and rows(postgresql_database) == ["a"]


def test_a_command_has_one_moment(database: Database, clock: Simulated) -> None:
    assert database.run(lambda c: engine_clock.now()) == clock.moment


def test_the_moment_of_many_nodes_is_the_databases(postgresql_database: Database) -> None:
    before = engine_clock.now()

    first, second, theirs = postgresql_database.run(
        lambda c: (engine_clock.now(), engine_clock.now(), c.execute(select(func.transaction_timestamp())).scalar_one()))

    assert first == second >= theirs
    assert abs((first - before).total_seconds()) < 60


def test_readers_cannot_write(database: Database) -> None:
    with database.reading() as c, pytest.raises(exc.DBAPIError, match="(?i)read.?only"):
        add("a")(c)


@contextmanager
def busy_writer(database: Database) -> Iterator[None]:
    """The writer is held in a command until the block ends, so that whatever is sent meanwhile waits together."""
    inside, go = threading.Event(), threading.Event()

    def hold(c: Connection) -> None:
        inside.set()
        go.wait()

    holder = threading.Thread(target=database.run, args=(hold,))
    holder.start()
    inside.wait()
    try:
        yield
    finally:
        go.set()
        holder.join()


def send(clients: ThreadPoolExecutor, database: Database, works: list[Callable[[Connection], Any]]) -> list[Future[Any]]:
    """Queue commands while the writer is busy."""
    return [clients.submit(database.run, work) for work in works]


def test_commands_that_wait_share_a_flush_and_a_poisoned_one_fails_alone(sqlite_database: Database) -> None:
    commits: list[Connection] = []

    def half(c: Connection) -> None:
        add("half")(c)
        raise ZeroDivisionError

    @event.listens_for(Engine, "commit")
    def count(c: Connection) -> None:
        commits.append(c)

    with ThreadPoolExecutor(9) as clients:
        with busy_writer(sqlite_database):
            sent = send(clients, sqlite_database, [add("a"), add("b"), half, add("a"), add("c")])
            while sqlite_database._writer._queue.qsize() < 5:  # type: ignore[union-attr]
                threading.Event().wait(0.001)

    event.remove(Engine, "commit", count)
    failures = sorted(type(f.exception()).__name__ for f in sent if f.exception())
    assert failures == ["IntegrityError", "ZeroDivisionError"]
    assert rows(sqlite_database) == ["a", "b", "c"]
    assert len(commits) == 2  # the command that held the writer, and all others together


def test_a_full_queue_refuses_and_what_timed_out_may_still_happen(sqlite_database: Database) -> None:
    with busy_writer(sqlite_database):
        for n in range(1000):
            with pytest.raises(UnknownOutcome):
                sqlite_database.run(add(f"u{n:03}"), timeout=0)
        with pytest.raises(Busy):
            sqlite_database.run(add("one too many"), timeout=0)

    sqlite_database.run(lambda c: None)
    assert len(rows(sqlite_database)) == 1000


def test_a_command_inside_a_command_is_refused(sqlite_database: Database) -> None:

    with pytest.raises(RuntimeError, match="another write transaction"):
        sqlite_database.run(lambda c: sqlite_database.run(add("a")))

    assert rows(sqlite_database) == []


def test_a_closed_database_can_be_opened_again_with_everything_in_it(database_url: str) -> None:
    first = connect(database_url)
    first.run(add("a"))
    first.close()

    second = connect(database_url)
    assert rows(second) == ["a"]
    second.close()


def test_a_second_pair_of_eyes_may_read_beside_the_owner(sqlite_url: str) -> None:
    owner, reader = connect(sqlite_url), connect(sqlite_url, readonly=True)

    owner.run(add("a"))

    assert rows(reader) == ["a"]
    with pytest.raises(Unavailable, match="只读"):
        reader.run(add("b"))
    owner.close()
    reader.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "oracle://x", "sqlite://", "sqlite:////dev/null/x/gridloop.db"])
def test_a_wrong_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(Unavailable) as refusal:
        connect(url).close()

    assert any("\u4e00" <= letter <= "\u9fff" for letter in refusal.value.message)


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "gridloop.db"
    path.write_text("这不是数据库" * 1000, encoding="utf-8")

    with pytest.raises(Unavailable):
        connect(f"sqlite:///{path}")


def test_a_server_that_is_not_there_is_said_in_words() -> None:
    database = connect("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none")

    with pytest.raises(Unavailable, match="连接不上数据库"):
        database.run(lambda c: None)

    database.close()


FAIL = "DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{}'; END $$"
TERMINATE = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize("trouble", [*(FAIL.format(code) for code in ("40001", "40P01", "55P03", "25006")), TERMINATE])
def test_what_a_retry_can_mend_is_retried(postgresql_database: Database, trouble: str) -> None:
    attempts: list[Connection] = []

    def work(c: Connection) -> str:
        attempts.append(c)
        add("a")(c)
        if len(attempts) == 1:
            c.execute(text(trouble))
        return "done"

    assert postgresql_database.run(work) == "done"
    assert len(attempts) == 2 and rows(postgresql_database) == ["a"]


def test_a_trouble_that_stays_is_said_after_three_attempts(postgresql_database: Database) -> None:
    attempts: list[Connection] = []

    def work(c: Connection) -> None:
        attempts.append(c)
        c.execute(text(FAIL.format("40001")))

    with pytest.raises(Busy):
        postgresql_database.run(work)

    assert len(attempts) == 3
