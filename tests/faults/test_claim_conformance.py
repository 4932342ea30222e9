"""The claim of due work on both databases: once each, oldest first, nothing that is in use, nothing by a worker that came too late."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from engine import clock as engine_clock
from engine.clock import Simulated
from engine.database import Database, connect
from engine.definitions import Package
from engine.runtime import case as cases
from engine.runtime import commands, failing, history, incidents, jobs, parameters, timers
from engine.runtime.service_registry import BusinessError, Function, function
from engine.runtime.tables import job, process_instance, timer
from tests import small_town as town
from tests.faults.storm import PROCESSES

ROWS, WORKERS = 300, 3
MINUTE = dt.timedelta(minutes=1)


def due(database: Database, count: int) -> None:
    """Cases with a timer each, the n-th due n milliseconds after the first."""
    def work(c: Connection) -> None:
        start = engine_clock.now() - dt.timedelta(days=1)
        c.execute(insert(process_instance), [a_case(n) for n in range(1, count + 1)])
        c.execute(insert(timer), [a_timer(n, start + dt.timedelta(milliseconds=n)) for n in range(1, count + 1)])
    database.run(work)


def a_case(number: int) -> dict[str, Any]:
    return {"id": number, "definition_id": 1, "process_key": "p", "business_key": f"SJ-{number}", "title": "事项", "unit_id": "v1",
            "unit_path": "/v1/", "status": "running", "revision": 1, "state": "", "variables": {}, "record_seq": 0,
            "record_hash": history.ZERO, "priority": 50, "started_at": engine_clock.now()}


def a_timer(number: int, at: dt.datetime) -> dict[str, Any]:
    return {"id": number, "instance_id": number, "key": f"t{number}", "element_id": "t", "name": "时限", "kind": "date", "due_at": at,
            "planned_at": at, "status": "due", "attempts": 0}


def claim(c: Connection, n: int) -> list[Any]:
    return sorted(c.execute(timers.CLAIM, {"now": engine_clock.now(), "n": n}).all(), key=lambda row: (row.due_at, row.id))


def claim_all(database: Database) -> list[int]:
    """Claim until nothing is left; what was claimed. Who claims a timer fires it."""
    def some(c: Connection) -> list[int]:
        return [row.id for row in claim(c, 5)]

    found: list[int] = []
    while some_more := database.run(some):
        found += some_more
    return found


def claim_in_process(url: str, told: Pipe) -> None:
    database = connect(url)
    told.send(claim_all(database))
    database.close()


def test_every_timer_is_claimed_once_by_many_processes(postgresql_url: str) -> None:
    database = connect(postgresql_url)
    due(database, ROWS)
    pipes = [PROCESSES.Pipe(duplex=False) for _ in range(WORKERS)]
    workers = [PROCESSES.Process(target=claim_in_process, args=(postgresql_url, theirs)) for _, theirs in pipes]
    for worker in workers:
        worker.start()
    claimed = Counter(one for ours, _ in pipes for one in ours.recv())
    for worker in workers:
        worker.join()

    assert claimed == Counter(range(1, ROWS + 1))
    database.close()


def test_every_timer_is_claimed_once_by_many_threads(database: Database) -> None:
    due(database, ROWS)
    found: list[int] = []
    workers = [threading.Thread(target=lambda: found.extend(claim_all(database))) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Counter(found) == Counter(range(1, ROWS + 1))


def test_oldest_first_only_what_is_due_and_only_so_many(database: Database, clock: Simulated) -> None:
    due(database, 10)
    clock.moment -= dt.timedelta(days=1)
    clock.advance(dt.timedelta(milliseconds=8))

    assert database.run(lambda c: [row.id for row in claim(c, 3)]) == [1, 2, 3]
    assert database.run(lambda c: len(claim(c, 99))) == 4  # of seven; the 8th is due now, which is not yet overdue
    clock.advance(dt.timedelta(milliseconds=1))
    assert database.run(lambda c: len(claim(c, 99))) == 1


def test_what_is_rolled_back_is_given_back(database: Database) -> None:
    due(database, 2)

    def fail(c: Connection) -> None:
        assert len(claim(c, 9)) == 2
        raise LookupError

    with pytest.raises(LookupError):
        database.run(fail)
    assert [row.attempts for row in database.run(lambda c: claim(c, 9))] == [1, 1]


def test_a_case_in_use_is_left_for_the_next_round(postgresql_database: Database) -> None:
    due(postgresql_database, 2)

    def use(c: Connection) -> list[int]:
        cases.locked(c, 1)
        return [row.instance_id for row in postgresql_database.run(lambda c: claim(c, 9))]

    assert postgresql_database.run(use) == [2]


def test_a_timer_that_moved_or_fired_while_its_case_was_in_use_is_not_claimed(postgresql_database: Database) -> None:
    due(postgresql_database, 2)
    later = engine_clock.now() + MINUTE

    def use(c: Connection) -> None:
        cases.locked(c, 1)
        c.execute(update(timer).where(timer.c.id == 1).values(due_at=later))

    postgresql_database.run(use)
    assert [row.id for row in postgresql_database.run(lambda c: claim(c, 9))] == [2]


# ------------------------------------------------------------------------------------------------------------------ jobs


def a_job(database: Database) -> None:
    at = engine_clock.now()
    row = {"key": "k", "topic": "tests.call", "payload": {"x": 1}, "status": "due", "due_at": at, "attempts": 0, "created_at": at}
    database.run(lambda c: c.execute(insert(job), row))


def only(call: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Function]:
    return {"tests.call": function("tests.call", call)}


def test_a_worker_whose_lease_ran_out_changes_nothing(database: Database, clock: Simulated) -> None:
    a_job(database)
    slow = database.run(jobs.lease)
    assert slow is not None
    clock.advance(jobs.LEASE)
    assert database.run(jobs.lease) is None

    clock.advance(dt.timedelta(milliseconds=1))
    quick = database.run(jobs.lease)

    assert quick is not None and (quick.key, quick.attempts) == (slow.key, 2)
    assert not database.run(lambda c: jobs.finish(c, slow, lambda c: {"by": "slow"}))
    assert not database.run(lambda c: jobs.prolong(c, slow))
    assert database.run(lambda c: jobs.finish(c, quick, lambda c: {"by": "quick"}))
    with database.reading() as c:
        assert c.execute(select(job.c.status, job.c.result)).one() == ("done", {"by": "quick"})


def test_a_prolonged_lease_is_not_taken_away(database: Database, clock: Simulated) -> None:
    a_job(database)
    row = database.run(jobs.lease)
    assert row is not None
    clock.advance(dt.timedelta(seconds=50))

    assert database.run(lambda c: jobs.prolong(c, row))

    clock.advance(dt.timedelta(seconds=50))
    assert database.run(jobs.lease) is None


def test_every_attempt_carries_the_same_key_and_the_last_failure_is_an_incident(database: Database, clock: Simulated) -> None:
    a_job(database)
    seen: list[str] = []

    def refuse(payload: Mapping[str, Any]) -> dict[str, Any]:
        seen.append(payload["job"])
        raise ConnectionError("gateway down")

    waits = []
    for _ in range(failing.MOST_ATTEMPTS):
        assert jobs.perform_due(database, only(refuse)) == 1
        with database.reading() as c:
            next_try = jobs.next_due(c) or clock.moment
        waits.append((next_try - clock.moment).total_seconds())
        clock.move_to(next_try)

    assert seen == ["k"] * failing.MOST_ATTEMPTS
    assert all(0.8 * 10 * 2**n <= wait <= 1.2 * 10 * 2**n for n, wait in enumerate(waits[:8]))
    assert all(0.8 * 3600 <= wait <= 1.2 * 3600 for wait in waits[9:-1])
    clock.advance(dt.timedelta(days=1))
    assert jobs.perform_due(database, only(refuse)) == 0
    with database.reading() as c:
        assert c.execute(select(job.c.status)).scalar_one() == "incident"


def test_a_job_whose_worker_dies_every_time_ends_as_an_incident(database: Database, clock: Simulated) -> None:
    a_job(database)
    for _ in range(failing.MOST_ATTEMPTS):
        assert database.run(jobs.lease) is not None
        clock.advance(jobs.LEASE + MINUTE)

    jobs.perform_due(database, only(lambda payload: {}))

    with database.reading() as c:
        assert c.execute(select(job.c.status, job.c.last_error)).one() == ("incident", "处理它的程序多次意外终止。")


# ---------------------------------------------------------------------------------------------------- on the real engine


BROKEN = """
start s
<intermediateCatchEvent id="pause" name="稍候"><timerEventDefinition>
<timeDuration>duration("PT1M")</timeDuration></timerEventDefinition></intermediateCatchEvent>
user step name="复核" gl:role="village_cadre" gl:scope="village" gl:assignee="if param.broken then 1 else &quot;cadre&quot;"
end e
s -> pause -> step -> e
"""


def broken_town(database: Database) -> dict[str, Any]:
    """A town whose one process goes wrong after its timer, until an administrator changes a parameter. Answers a case in it."""
    parameter = {"broken": {"default": True, "label": "坏"}}
    town.build(database, Package(town.KEY, "复核", town.diagram(BROKEN), parameters=parameter))
    return database.run(town.report)


def test_a_timer_that_fails_is_tried_again_then_an_incident_and_harms_nobody(database: Database, clock: Simulated) -> None:
    bad = broken_town(database)
    for _ in range(failing.MOST_ATTEMPTS):
        clock.advance(dt.timedelta(hours=2))
        assert timers.fire_due(database) == 1
    clock.advance(dt.timedelta(days=2))
    assert timers.fire_due(database) == 0

    with database.reading() as c:
        admin = town.person(c, town.ADMIN)
        open_one, = incidents.of(c, admin)
        assert open_one.instance_id == bad["instance"] and "多次触发失败" in open_one.message
        assert history.verify(c) == []
    database.run(lambda c: parameters.change(c, "broken", False, by=admin))
    good = database.run(town.report)
    database.run(lambda c: commands.retry(c, open_one.id, by=admin))
    clock.advance(dt.timedelta(minutes=2))
    assert timers.fire_due(database) == 2
    with database.reading() as c:
        assert incidents.of(c, admin) == ()
        events = [event for one in (bad, good) for event in history.of(c, one["instance"])]
    assert [event.detail["late"] for event in events if event.kind == "timer-fired"] == [True, False]


def test_a_timer_that_kills_its_worker_twice_is_not_tried_a_third_time(database: Database, clock: Simulated) -> None:
    broken_town(database)
    good = database.run(town.report)
    clock.advance(dt.timedelta(minutes=2))
    for _ in range(2):
        assert database.run(lambda c: timers.note(c, None))  # and then the process is gone

    assert timers.fire_due(database, careful=True) == 1

    with database.reading() as c:
        assert "意外终止" in incidents.of(c, town.person(c, town.ADMIN))[0].message
        assert c.execute(select(timer.c.attempts).where(timer.c.instance_id == good["instance"])).scalar_one() == 1


def test_what_the_outside_refuses_goes_where_the_diagram_has_drawn_it(database: Database, clock: Simulated) -> None:
    drawn = """
start s
<serviceTask id="call" name="对接" gl:function="tests.call"/>
<boundaryEvent id="no" name="被退回" attachedToRef="call"><errorEventDefinition errorRef="E"/></boundaryEvent>
user step name="补正" gl:role="village_cadre" gl:scope="village"
end e
end f
s -> call -> e
no -> step -> f
"""
    town.build(database, Package(town.KEY, "对接", town.diagram(drawn)))
    database.run(town.report)

    def no(payload: Mapping[str, Any]) -> dict[str, Any]:
        raise BusinessError("42", "材料不全")

    jobs.perform_due(database, only(no))

    with database.reading() as c:
        assert len(town.todo(c)) == 1 and c.execute(select(job.c.status)).scalar_one() == "done"


def test_a_function_that_does_not_exist_is_an_incident_at_once(database: Database, clock: Simulated, tmp_path: Path) -> None:
    a_job(database)

    assert jobs.perform_due(database, {}) == 1

    with database.reading() as c:
        assert c.execute(select(job.c.status)).scalar_one() == "incident"
