"""The network between Gridloop and PostgreSQL breaks: an answer that was lost is found again by its key, and no wait is endless."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.engine import make_url

from engine.database import Database, command, connect
from engine.errors import EngineError, Unavailable, UnknownOutcome
from engine.runtime.tables import process_instance
from tests import small_town as town
from tests.faults.proxy import DROP_COMMIT, HANG_COMMIT, REFUSE, Proxy, proxy
from tests.postgres import dsn

REQUESTS = 150
SHORT = 1.0


@pytest.fixture
def between(postgresql_url: str) -> Iterator[Proxy]:
    database = connect(postgresql_url)
    town.build(database)
    database.close()
    url = make_url(postgresql_url)
    with proxy(str(url.host), int(url.port or 5432)) as one:
        yield one


@pytest.fixture
def far(between: Proxy, postgresql_url: str) -> Iterator[Database]:
    """The database as it is reached through the proxy."""
    url = make_url(postgresql_url).set(port=between.port).render_as_string(hide_password=False)
    database = connect(url)
    yield database
    between.mend()
    database.close()


def counts(database: Database) -> tuple[int, int]:
    """(cases, answered submissions)"""
    with database.reading() as c:
        cases = c.execute(select(func.count(process_instance.c.id))).scalar_one()
        return cases, c.execute(select(func.count(command.c.key))).scalar_one()


def test_a_lost_reply_to_commit_is_found_again_by_its_key(far: Database, between: Proxy) -> None:
    between.mode = DROP_COMMIT

    answer = far.run(town.report, key="form-1", payload=1)

    assert between.lost == 1 and answer["instance"] == 1
    assert counts(far) == (1, 1)


def test_without_a_key_a_lost_reply_is_unknown_and_nothing_is_tried_again(far: Database, between: Proxy) -> None:
    between.mode = DROP_COMMIT

    with pytest.raises(UnknownOutcome):
        far.run(town.report)

    assert counts(far) == (1, 0)


def test_through_many_faults_every_request_is_done_once(far: Database, between: Proxy) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice, faults = random.Random(seed), 0
    for number in range(REQUESTS):
        fault = dice.random()
        if fault < 0.15:
            between.mode = DROP_COMMIT
        elif fault < 0.2:
            between.mode = REFUSE
            between.cut()
        elif fault < 0.3:
            threading.Thread(target=between.cut).start()
        while True:
            try:
                far.run(town.report, key=f"form-{number}", payload=number)
                break
            except EngineError as refusal:
                assert isinstance(refusal, Unavailable | UnknownOutcome)
                faults += 1
                between.mend()
    between.mend()

    assert faults and between.lost
    assert counts(far) == (REQUESTS, REQUESTS)


def test_a_server_that_falls_silent_is_given_up(far: Database, between: Proxy) -> None:
    far.run(lambda c: None)
    between.hang()

    with pytest.raises(Unavailable):
        far.run(town.report, key="form-1", payload=1, timeout=SHORT)

    between.mend()
    far.run(town.report, key="form-1", payload=1)
    assert counts(far) == (1, 1)


def test_a_server_that_falls_silent_in_the_middle_is_given_up(far: Database, between: Proxy) -> None:
    def silent(c: Connection) -> None:
        town.report(c)
        between.hang()
        town.report(c)

    with pytest.raises(Unavailable):
        far.run(silent, key="form-1", payload=1, timeout=SHORT)

    between.mend()
    assert counts(far) == (0, 0)


def test_silence_after_commit_is_unknown_and_found_again_by_the_key(far: Database, between: Proxy) -> None:
    between.mode = HANG_COMMIT

    with pytest.raises(UnknownOutcome):
        far.run(town.report, key="form-1", payload=1, timeout=SHORT)

    between.mend()
    assert far.run(town.report, key="form-1", payload=1)["instance"] == 1
    assert counts(far) == (1, 1)


def test_a_server_that_refuses_is_said_in_words(far: Database, between: Proxy) -> None:
    between.mode = REFUSE
    between.cut()

    with pytest.raises(Unavailable, match="数据库"):
        far.run(town.report, key="form-1", payload=1)


def test_a_cancelled_wait_for_the_standby_is_unknown_not_done(postgresql_url: str) -> None:
    database = connect(postgresql_url)
    town.build(database)
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()"
    with psycopg.connect(dsn(make_url(postgresql_url)), autocommit=True) as admin, ThreadPoolExecutor(1) as client:
        try:
            admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            admin.execute("SELECT pg_reload_conf()")
            sent = client.submit(partial(database.run, town.report))
            while not (stuck := admin.execute(waiting).fetchone()) and not sent.done():
                pass
            assert stuck, "the commit did not wait for the standby"
            admin.execute("SELECT pg_cancel_backend(%s)", stuck)
            assert isinstance(sent.exception(), UnknownOutcome)
        finally:
            admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
            admin.execute("SELECT pg_reload_conf()")
    database.close()
