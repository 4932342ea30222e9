"""Messages that came before anybody waited for them: how a message and a wait are matched, and the search in the buffer."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from engine.database import UTCDateTime, canonical
from engine.runtime.tables import message

WAITING = (
    select(message.c.id, message.c.payload)
    .where(
        message.c.name == bindparam("name"),
        message.c.correlation_hash == bindparam("hash"),
        message.c.consumed_by.is_(None),
        message.c.expires_at > bindparam("now", type_=UTCDateTime),
    )
    .order_by(message.c.id)
    .limit(1)
    .with_for_update()
)
CONSUME = update(message).where(message.c.id == bindparam("i"), message.c.consumed_by.is_(None)).values(
    consumed_by=bindparam("instance")
)


def correlation_hash(correlation: Mapping[str, Any]) -> str:
    """One hash for one set of correlation values: all of them must match. The order of the names does not matter."""
    return hashlib.sha256(canonical(dict(correlation)).encode()).hexdigest()


def take(c: Connection, name: str, hashed: str, instance_id: int, now: dt.datetime) -> Mapping[str, Any] | None:
    """The payload of the oldest buffered message that fits, marked as consumed by this case; None when there is none."""
    found = c.execute(WAITING, {"name": name, "hash": hashed, "now": now}).first()
    if found is None or c.execute(CONSUME, {"i": found.id, "instance": instance_id}).rowcount != 1:
        return None
    payload: Mapping[str, Any] = found.payload
    return payload
