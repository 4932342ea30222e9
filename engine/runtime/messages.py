"""Messages and signals that reach running cases, and what came before anybody waited for it.

A message is for exactly one waiting step: two that match are a fault of the diagram and become an incident, never first-come.
A signal is for everybody who listens, each in a transaction of its own.
"""

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.database import Database, UTCDateTime
from engine.runtime import case as cases
from engine.runtime import incidents
from engine.runtime.incidents import Trouble
from engine.runtime.mailbox import CONSUME, correlation_hash
from engine.runtime.tables import message, subscription
from engine.runtime.turn import turn

AMBIGUOUS, UNCLAIMED = "ambiguous-message", "message-expired"
KEPT = dt.timedelta(days=7)
REMEMBERED = dt.timedelta(days=90)  # at least as long as a phone may stay offline

ADD = {
    "sqlite": sqlite.insert(message).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(message.c.id),
    "postgresql": postgresql.insert(message).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(message.c.id),
}
BY_KEY = select(message.c.id, message.c.consumed_by).where(message.c.dedupe_key == bindparam("k"))
MATCHING = select(subscription.c.key, subscription.c.instance_id, subscription.c.element_id).where(
    subscription.c.kind == "message",
    subscription.c.name == bindparam("name"),
    subscription.c.correlation_hash == bindparam("hash"),
)
LISTENING = select(subscription.c.key, subscription.c.instance_id, subscription.c.element_id).where(
    subscription.c.kind == "signal", subscription.c.name == bindparam("name")
)
STILL = select(subscription.c.id).where(subscription.c.key == bindparam("k"))
UNREAD = (
    select(message.c.id, message.c.name, message.c.correlation_hash, message.c.payload)
    .where(message.c.consumed_by.is_(None), message.c.expires_at > bindparam("now", type_=UTCDateTime))
    .where(select(subscription.c.id).where(
        subscription.c.kind == "message",
        subscription.c.name == message.c.name,
        subscription.c.correlation_hash == message.c.correlation_hash,
    ).exists())
    .order_by(message.c.id)
)
EXPIRED = (
    select(message.c.id, message.c.name)
    .where(message.c.consumed_by.is_(None), message.c.expires_at <= bindparam("now", type_=UTCDateTime))
    .order_by(message.c.id)
    .limit(bindparam("n"))
    .with_for_update(skip_locked=True)
)
DROP = delete(message).where(message.c.id == bindparam("i"))
DROP_OLD = delete(message).where(
    message.c.consumed_by.is_not(None), message.c.received_at < bindparam("before", type_=UTCDateTime)
)


def correlate(
    c: Connection, name: str, correlation: Mapping[str, Any], payload: Mapping[str, Any], dedupe_key: str | None = None
) -> dict[str, Any]:
    """Hand a message to the one step that waits for it, or keep it for a week for one that will.

    Answers {"outcome": "delivered" (with instance and revision) | "buffered" | "ambiguous" (with incident)}. The same
    `dedupe_key` again changes nothing.
    """
    now, hashed = clock.now(), correlation_hash(correlation)
    row = {"name": name, "correlation_hash": hashed, "payload": dict(payload), "dedupe_key": dedupe_key, "received_at": now,
           "expires_at": now + KEPT}
    added = c.execute(ADD[c.dialect.name], row).scalar()
    if added is None:
        known = c.execute(BY_KEY, {"k": dedupe_key}).one()
        return {"outcome": "buffered"} if known.consumed_by is None else {"outcome": "delivered", "instance": known.consumed_by}
    return _find_reader(c, added, name, hashed, payload)


def _find_reader(c: Connection, message_id: int, name: str, hashed: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Look again when the step that waited has gone on while its case was locked; each look finds fewer of those."""
    while True:
        readers = c.execute(MATCHING, {"name": name, "hash": hashed}).all()
        if not readers:
            return {"outcome": "buffered"}
        if len(readers) > 1:
            return _ambiguous(c, message_id, name, len(readers))
        delivered = _deliver(c, readers[0], name, payload, message_id)
        if delivered is not None:
            return delivered


def _ambiguous(c: Connection, message_id: int, name: str, count: int) -> dict[str, Any]:
    why = f"消息“{name}”同时有 {count} 个事项在等待，系统不能确定给哪一个。请联系流程设计人员为消息设置唯一的关联条件。"
    return {"outcome": "ambiguous", "incident": incidents.open_one(c, Trouble(AMBIGUOUS, why, source_id=message_id))}


def _deliver(
    c: Connection, reader: Any, name: str, payload: Mapping[str, Any], message_id: int | None
) -> dict[str, Any] | None:
    """None when the step has gone on meanwhile."""
    case = cases.locked(c, reader.instance_id)
    if c.execute(STILL, {"k": reader.key}).first() is None:
        return None
    if message_id is not None and c.execute(CONSUME, {"i": message_id, "instance": case.id}).rowcount != 1:
        return None
    case.story.tell("message-received", reader.element_id, key=reader.key, message=name)
    with turn(case) as tokens:
        tokens.deliver(reader.key, payload)
    return case.answer(outcome="delivered")


def signal(database: Database, name: str, payload: Mapping[str, Any], *, key: str, sender: int | None = None) -> int:
    """Tell everybody who listens now, save the case that sent it; answers how many. The same `key` reaches nobody twice."""
    with database.reading() as c:
        listeners = [row for row in c.execute(LISTENING, {"name": name}) if row.instance_id != sender]
    tell = functools.partial(_tell, name=name, payload=payload)
    return sum(database.run(functools.partial(tell, listener=row), key=f"{key}:{row.key}") for row in listeners)


def _tell(c: Connection, listener: Any, name: str, payload: Mapping[str, Any]) -> bool:
    return _deliver(c, listener, name, payload, None) is not None


def deliver_buffered(database: Database) -> int:
    """Hand over messages that came in the very moment in which their reader began to wait, so that neither saw the other.

    Answers how many. An ambiguous one stays where it is: its incident is open already.
    """
    with database.reading() as c:
        unread = c.execute(UNREAD, {"now": clock.now()}).all()
    return sum(database.run(functools.partial(_hand_over, row=row)) for row in unread)


def _hand_over(c: Connection, row: Any) -> bool:
    readers = c.execute(MATCHING, {"name": row.name, "hash": row.correlation_hash}).all()
    return len(readers) == 1 and _deliver(c, readers[0], row.name, row.payload, row.id) is not None


def sweep(c: Connection, limit: int = 100) -> int:
    """Drop messages that nobody has waited for within their time, each with an incident; answers how many.

    Consumed ones are forgotten after ninety days.
    """
    now = clock.now()
    expired = c.execute(EXPIRED, {"now": now, "n": limit}).all()
    for row in expired:
        c.execute(DROP, {"i": row.id})
        why = f"消息“{row.name}”在 {KEPT.days} 天内没有事项接收，已过期。请核对发送方的关联内容。"
        incidents.open_one(c, Trouble(UNCLAIMED, why, source_id=row.id))
    c.execute(DROP_OLD, {"before": now - REMEMBERED})
    return len(expired)
