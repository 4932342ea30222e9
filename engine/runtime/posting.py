"""Posting a message from one case to another: queued in the transaction, handed over after it, so that no turn locks a second case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine import clock
from engine.runtime.rows import MESSAGE_TOPIC
from engine.runtime.statements import ADD_JOB
from engine.runtime.tables import job


@dataclass(frozen=True)
class Letter:
    """A message by name, whom it is for (`correlation`) and what it says."""

    name: str
    correlation: Mapping[str, Any]
    payload: Mapping[str, Any]


def post(c: Connection, instance_id: int, letter: Letter, key: str) -> bool:
    """Queue a message from a case, once for ever per `key`; False when it was queued before."""
    if c.execute(select(job.c.id).where(job.c.key == key)).first() is not None:
        return False
    content = {"kind": "message", "name": letter.name, "correlation": dict(letter.correlation), "payload": dict(letter.payload)}
    c.execute(ADD_JOB, {"key": key, "instance_id": instance_id, "wait_key": None, "element_id": None, "name": letter.name,
                        "topic": MESSAGE_TOPIC, "payload": content, "status": "due", "due_at": clock.now(), "attempts": 0,
                        "created_at": clock.now()})
    return True
