"""Statements by which the rows of a case are made equal to what its tokens wait for. Built once, used by every turn."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Text,
    bindparam,
    delete,
    insert,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
    update,
)

from engine.database import UTCDateTime
from engine.runtime.tables import deadline_clock, incident, job, process_instance, subscription, timer, work_item

LIVE_ITEM = ("open", "claimed", "suspended")
LIVE_TIMER = ("due", "incident", "suspended")
LIVE_JOB = ("due", "leased", "incident")

_I: BindParameter[Any] = bindparam("i")
_K: BindParameter[Any] = bindparam("k")
_AT = bindparam("at", type_=UTCDateTime)
_NEVER = type_coerce(null(), BigInteger)


def one_of(column: ColumnElement[str], words: tuple[str, ...]) -> ColumnElement[bool]:
    """Words of ours stand in the text itself: a list of parameters would be spelled out anew at each execution."""
    return column.in_([literal_column(f"'{word}'") for word in words])



LIVE = union_all(
    select(literal_column("'item'").label("what"), work_item.c.id.label("key"), _NEVER.label("due"), work_item.c.name.label("name")).where(
        work_item.c.instance_id == _I, one_of(work_item.c.state, LIVE_ITEM)
    ),
    select(literal_column("'timer'"), timer.c.key, type_coerce(timer.c.planned_at, BigInteger), timer.c.name).where(
        timer.c.instance_id == _I, one_of(timer.c.status, LIVE_TIMER)
    ),
    select(literal_column("'clock'"), deadline_clock.c.key, _NEVER, deadline_clock.c.element_id).where(
        deadline_clock.c.instance_id == _I, one_of(deadline_clock.c.status, ("running",))
    ),
    select(literal_column("'held'"), deadline_clock.c.key, _NEVER, deadline_clock.c.element_id).where(
        deadline_clock.c.instance_id == _I, one_of(deadline_clock.c.status, ("suspended",))
    ),
    select(literal_column("'subscription'"), subscription.c.key, _NEVER, subscription.c.name).where(subscription.c.instance_id == _I),
    select(literal_column("'job'"), job.c.wait_key, _NEVER, job.c.topic).where(
        job.c.instance_id == _I, one_of(job.c.status, LIVE_JOB), job.c.wait_key.is_not(None)
    ),
    select(literal_column("'incident'"), incident.c.wait_key, _NEVER, incident.c.kind).where(
        incident.c.instance_id == _I, incident.c.resolved_at.is_(None), incident.c.wait_key.is_not(None)
    ),
)

ADD_ITEM = insert(work_item)
ADD_TIMER = insert(timer)
ADD_SUBSCRIPTION = insert(subscription)
ADD_JOB = insert(job)
ADD_INCIDENT = insert(incident)

WITHDRAW_ITEM = (
    update(work_item)
    .where(work_item.c.id == _K, one_of(work_item.c.state, LIVE_ITEM))
    .values(state="withdrawn", ended_at=_AT)
)
CANCEL_TIMER = (
    update(timer)
    .where(timer.c.instance_id == _I, timer.c.key == _K, one_of(timer.c.status, LIVE_TIMER))
    .values(status="cancelled")
)
MOVE_TIMER = (
    update(timer)
    .where(timer.c.instance_id == _I, timer.c.key == _K, one_of(timer.c.status, LIVE_TIMER))
    .values(due_at=_AT, planned_at=_AT, repeats_left=bindparam("left"))
)
DROP_SUBSCRIPTION = delete(subscription).where(subscription.c.key == _K)
CANCEL_JOB = (
    update(job)
    .where(job.c.instance_id == _I, job.c.wait_key == _K, one_of(job.c.status, LIVE_JOB))
    .values(status="cancelled", lease_token=None, lease_until=None)
)
RESOLVE = (
    update(incident)
    .where(incident.c.instance_id == _I, incident.c.wait_key == _K, incident.c.resolved_at.is_(None))
    .values(resolved_at=_AT, resolved_by=bindparam("person"))
)
SAVE = (
    update(process_instance)
    .where(process_instance.c.id == _I, process_instance.c.revision == bindparam("before"))
    .values(
        revision=bindparam("before") + 1,
        status=bindparam("to"),
        state=bindparam("new_state"),
        variables=type_coerce(bindparam("new_variables", type_=Text), Text),
        record_seq=bindparam("seq"),
        record_hash=bindparam("head"),
        ended_at=bindparam("ended"),
    )
)
