"""The outbox: what a turn left to be done after its commit is claimed, done outside any transaction, and told to the case.

A worker leases a job for a minute under a fresh token. Whoever finishes must still hold that token; one whose lease ran out
changes nothing. The job's key goes along at every attempt, so that the other side can tell a repetition.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from engine import clock, ids
from engine.database import Database, UTCDateTime, claim_due
from engine.errors import EngineError
from engine.runtime import case as cases
from engine.runtime import failing, flood, incidents, messages
from engine.runtime.case import Case
from engine.runtime.incidents import Trouble
from engine.runtime.rows import MESSAGE_TOPIC
from engine.runtime.service_registry import BusinessError, Function
from engine.runtime.tables import job
from engine.runtime.turn import turn

LEASE, HEARTBEAT = dt.timedelta(seconds=60), 20.0
AT_ONCE = dt.timedelta(milliseconds=1)
Work = Callable[[Connection], Mapping[str, Any]]

_until = bindparam("until", type_=UTCDateTime)
_now = bindparam("now", type_=UTCDateTime)
ADD = insert(job)
CLAIM = claim_due(job, job, status="leased", lease_until=_until, lease_token=bindparam("token"))
EXPIRED = select(job.c.id).where(job.c.status == "leased", job.c.lease_until < _now).with_for_update(skip_locked=True)
RESCUE = update(job).where(job.c.id.in_(EXPIRED), job.c.status == "leased").values(status="due", lease_token=None, lease_until=None)
HELD = update(job).where(job.c.id == bindparam("i"), job.c.lease_token == bindparam("held"), job.c.status == "leased")
DONE = HELD.values(status="done", lease_token=None, lease_until=None, last_error=None)
KEEP = update(job).where(job.c.id == bindparam("i")).values(result=bindparam("result"))
EXTEND = HELD.values(lease_until=_until)
PUT_OFF = HELD.values(
    status=bindparam("to"),
    due_at=bindparam("due", type_=UTCDateTime),
    last_error=bindparam("error"),
    lease_token=None,
    lease_until=None,
)
NEXT_DUE = select(func.min(job.c.due_at)).where(job.c.status == "due")
NEXT_EXPIRY = select(func.min(job.c.lease_until)).where(job.c.status == "leased")

log = logging.getLogger(__name__)


def next_due(c: Connection) -> dt.datetime | None:
    """When a worker should look again: the earliest job that waits, or the earliest lease that runs out."""
    moments = [c.execute(query).scalar() for query in (NEXT_DUE, NEXT_EXPIRY)]
    return min((moment for moment in moments if moment is not None), default=None)


@dataclass(frozen=True)
class Order:
    """Something to be done after the commit for a case whose tokens do not wait for it: `topic` names a function, `key` tells a
    repetition, `name` is what people call it."""

    topic: str
    payload: Mapping[str, Any]
    key: str
    name: str
    instance_id: int | None = None


def queue(c: Connection, order: Order) -> None:
    """Leave it to the workers, in the transaction that wants it done."""
    row = {"key": order.key, "instance_id": order.instance_id, "name": order.name, "topic": order.topic, "payload": dict(order.payload),
           "status": "due", "due_at": clock.now(), "attempts": 0, "created_at": clock.now()}
    c.execute(ADD, row)


def perform_due(database: Database, functions: Mapping[str, Function], limit: int = 1000) -> int:
    """Perform up to `limit` due jobs and answer how many were tried; fewer means that nothing more is due now."""
    for tried in range(limit):
        row = database.run(lease)
        if row is None:
            return tried
        perform(database, functions, row)
    return limit


def lease(c: Connection) -> Row[Any] | None:
    """The job that has been due for longest, ours for a minute; what others let run out counts as due again."""
    now = clock.now()
    c.execute(RESCUE, {"now": now})
    claimed: Row[Any] | None = c.execute(
        CLAIM, {"now": now + AT_ONCE, "n": 1, "until": now + LEASE, "token": ids.new_key()}
    ).first()
    return claimed


def perform(database: Database, functions: Mapping[str, Function], row: Row[Any]) -> None:
    """Do one leased job. Whatever it raises ends on its row: as a BPMN error, as a later attempt, or as an incident."""
    if row.attempts > failing.MOST_ATTEMPTS:
        database.run(lambda c: _fail(c, row, "处理它的程序多次意外终止。", enough=True))
        return
    try:
        if row.wait_key is not None and row.instance_id is not None:
            _must_be_calm(database, row)
        if row.topic == MESSAGE_TOPIC:
            _pass_on(database, row)
        elif row.topic not in functions:
            database.run(lambda c: _fail(c, row, f"系统没有名为“{row.topic}”的功能。", enough=True))
        else:
            _call(database, functions[row.topic], row)
    except BusinessError as refusal:
        no = refusal
        database.run(lambda c: _refused(c, row, no))
    except Exception as error:
        log.warning("job %s failed, attempt %s", row.key, row.attempts, exc_info=error)
        why, enough = failing.reason(error), row.attempts >= failing.MOST_ATTEMPTS or isinstance(error, flood.Flood)
        database.run(lambda c: _fail(c, row, why, enough=enough))


def _must_be_calm(database: Database, row: Row[Any]) -> None:
    with database.reading() as c:
        flood.must_be_calm(c, "job", row.instance_id, row.element_id)


def _call(database: Database, function: Function, row: Row[Any]) -> None:
    payload = {**row.payload, "job": row.key}
    if function.in_turn:
        database.run(lambda c: finish(c, row, lambda c: function.run(c, payload)))
        return
    with _kept(database, row):
        result = function.run(payload)
    database.run(lambda c: finish(c, row, lambda c: result))


def _pass_on(database: Database, row: Row[Any]) -> None:
    """What a case threw, to whoever waits for it. A signal goes to each in a transaction of its own, once each."""
    thrown = row.payload
    if thrown["kind"] == "signal":
        reached = messages.signal(database, thrown["name"], thrown["payload"], key=row.key, sender=row.instance_id)
        database.run(lambda c: finish(c, row, lambda c: {"reached": reached}))
        return
    name, correlation, payload = thrown["name"], thrown["correlation"], thrown["payload"]
    database.run(lambda c: _finish_alone(c, row, lambda c: messages.correlate(c, name, correlation, payload, dedupe_key=row.key)))


def _finish_alone(c: Connection, row: Row[Any], work: Work) -> bool:
    """Finish a job that no token waits for; the case it came from is not locked, because the work locks another."""
    if c.execute(DONE, {"i": row.id, "held": row.lease_token}).rowcount != 1:
        return False
    c.execute(KEEP, {"i": row.id, "result": dict(work(c))})
    return True


def finish(c: Connection, row: Row[Any], work: Work) -> bool:
    """Write the result and let the case go on. False: the lease ran out and somebody else has the job, so nothing was done."""
    case = _case(c, row)
    if c.execute(DONE, {"i": row.id, "held": row.lease_token}).rowcount != 1:
        return False
    result = dict(work(c))
    c.execute(KEEP, {"i": row.id, "result": result})
    if case is not None and row.wait_key is not None:
        case.closed.add(row.wait_key)
        case.story.tell("job-done", row.element_id, key=row.wait_key, item=row.name, function=row.topic)
        with turn(case) as tokens:
            tokens.finish_job(row.wait_key, result)
    return True


def _refused(c: Connection, row: Row[Any], refusal: BusinessError) -> bool:
    """The outside said no: the diagram goes on where it has drawn the error."""
    case = _case(c, row)
    if c.execute(DONE, {"i": row.id, "held": row.lease_token}).rowcount != 1:
        return False
    c.execute(KEEP, {"i": row.id, "result": {"error": refusal.code, "message": refusal.message}})
    if case is not None and row.wait_key is not None:
        case.closed.add(row.wait_key)
        case.story.tell("job-failed", row.element_id, key=row.wait_key, item=row.name, code=refusal.code, reason=refusal.message)
        with turn(case) as tokens:
            tokens.fail_job(row.wait_key, refusal.code, refusal.message)
    return True


def _fail(c: Connection, row: Row[Any], why: str, *, enough: bool) -> None:
    """Try again later, or (`enough`) no more before somebody has looked at it."""
    case, at = _case(c, row), clock.now()
    due = at if enough else at + failing.pause(row.attempts)
    held = {"i": row.id, "held": row.lease_token, "to": "incident" if enough else "due", "due": due, "error": why}
    if c.execute(PUT_OFF, held).rowcount != 1 or not enough:
        return
    name = row.name or row.topic
    trouble = Trouble(incidents.JOB, f"“{name}”没有完成：{why}请排除原因后重试。", row.instance_id, row.wait_key, row.element_id, row.id)
    if case is None:
        incidents.open_one(c, trouble)
    else:
        failing.give_up(case, trouble, name)
        case.save()


def _case(c: Connection, row: Row[Any]) -> Case | None:
    return None if row.instance_id is None else cases.locked(c, row.instance_id)


def prolong(c: Connection, row: Row[Any]) -> bool:
    """Hold a leased job for another minute; False when somebody else has it."""
    return c.execute(EXTEND, {"i": row.id, "held": row.lease_token, "until": clock.now() + LEASE}).rowcount == 1


@contextmanager
def _kept(database: Database, row: Row[Any]) -> Iterator[None]:
    """The lease is prolonged for as long as the call lasts."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT):
            try:
                database.run(lambda c: prolong(c, row))
            except EngineError as error:
                log.warning("the lease of job %s could not be prolonged", row.key, exc_info=error)

    heart = threading.Thread(target=beat, name=f"gridloop-lease-{row.id}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()
