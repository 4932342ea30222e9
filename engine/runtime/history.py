"""The record of a case: a chain of events, each naming the one before by its hash, written in the transaction it tells about.

The bytes that are hashed are the bytes that are stored, so nobody ever has to make them again. Decides nothing.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine.clock import UTC
from engine.database import canonical
from engine.people import Participant
from engine.runtime import sentences
from engine.runtime.tables import process_instance, record

ZERO = b"\0" * 32
ALG = "sha256"

ADD = insert(record)
EVENTS = select(record.c.seq, record.c.at, record.c.actor, record.c.kind, record.c.element_id, record.c.body).where(
    record.c.instance_id == bindparam("instance")
).order_by(record.c.seq)
HEADS = select(process_instance.c.id, process_instance.c.record_seq, process_instance.c.record_hash)


@dataclass
class Story:
    """What one command adds to the chain of one stream. Nothing is written before `append`."""

    stream: str
    seq: int
    head: bytes
    at: dt.datetime
    by: Participant | None = None
    instance_id: int | None = None
    definition_id: int | None = None
    acting_for: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, kind: str, element_id: str | None = None, **body: Any) -> None:
        """Add an event; `body` holds JSON values that a reader needs to understand it later."""
        self.events.append({**body, "action": kind, "element": element_id})

    def follow(self, **effects: Any) -> None:
        """Say what came of the first event of this story: steps passed, items opened and closed, values changed."""
        self.events[0].update(effects)


def append(c: Connection, story: Story) -> None:
    """Write the events and move the story's seq and head on. The caller holds the stream's lock and keeps both on its row."""
    if story.events:
        new = [_row(story, event) for event in story.events]
        c.execute(ADD, new if len(new) > 1 else new[0])
        story.events.clear()


def _row(story: Story, event: Mapping[str, Any]) -> dict[str, Any]:
    story.seq += 1
    actor = story.by.id if story.by else None
    body = canonical(
        {
            **event,
            "stream": story.stream,
            "seq": story.seq,
            "at": story.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "actor": actor,
            "name": story.by.name if story.by else None,
            "acting_for": story.acting_for,
            "definition": story.definition_id,
        }
    ).encode()
    before, story.head = story.head, hashlib.sha256(story.head + body).digest()
    return {
        "stream": story.stream,
        "seq": story.seq,
        "instance_id": story.instance_id,
        "at": story.at,
        "actor": actor,
        "kind": event["action"],
        "element_id": event["element"],
        "body": body,
        "prev": before,
        "h": story.head,
        "alg": ALG,
    }


@dataclass(frozen=True)
class HistoryEvent:
    """One event of a case. `text` is a plain Chinese sentence; `detail` is the recorded body."""

    seq: int
    at: dt.datetime
    kind: str
    actor: str | None
    name: str | None
    element_id: str | None
    text: str
    detail: Mapping[str, Any]


def of(c: Connection, instance_id: int) -> list[HistoryEvent]:
    """The story of one case, oldest first. The caller has asked already whether it may be seen."""
    return [_event(row) for row in c.execute(EVENTS, {"instance": instance_id})]


def _event(row: Any) -> HistoryEvent:
    body = json.loads(row.body)
    return HistoryEvent(
        row.seq, row.at, row.kind, row.actor, body.get("name"), row.element_id, sentences.of(row.kind, body), body
    )


@dataclass(frozen=True)
class Fault:
    """A place where the record does not fit itself or its case. `reason` is in plain Chinese."""

    stream: str
    seq: int
    reason: str


def verify(c: Connection, stream: str | None = None) -> list[Fault]:
    """Every fault in the chains (of one stream, or all), and every case whose own head differs from the end of its chain."""
    query = select(record).order_by(record.c.stream, record.c.seq)
    if stream is not None:
        query = query.where(record.c.stream == stream)
    ends: dict[str, tuple[int, bytes]] = {}
    faults = list(_broken_links(c.execute(query), ends))
    return faults + list(_wrong_heads(c, stream, ends))


def _broken_links(rows: Any, ends: dict[str, tuple[int, bytes]]) -> Iterator[Fault]:
    for row in rows:
        seq, head = ends.get(row.stream, (0, ZERO))
        ends[row.stream] = (row.seq, row.h)
        if row.seq != seq + 1:
            yield Fault(row.stream, row.seq, f"记录不连续：应为第 {seq + 1} 条。")
        elif row.prev != head:
            yield Fault(row.stream, row.seq, "与上一条记录不衔接。")
        elif row.alg != ALG or hashlib.sha256(row.prev + row.body).digest() != row.h:
            yield Fault(row.stream, row.seq, "内容与校验值不符，可能被改动。")
        elif not _is_what_it_says(row, json.loads(row.body)):
            yield Fault(row.stream, row.seq, "登记的时间、人员或环节与内容不符，可能被改动。")


def _is_what_it_says(row: Any, body: Mapping[str, Any]) -> bool:
    """The columns beside a body only repeat it, for searching."""
    case = None if row.instance_id is None else f"case:{row.instance_id}"
    if case != (row.stream if row.stream.startswith("case:") else None):
        return False
    said = (body["stream"], body["seq"], body["at"], body["actor"], body["action"], body["element"])
    return said == (row.stream, row.seq, row.at.isoformat(timespec="milliseconds"), row.actor, row.kind, row.element_id)


def _wrong_heads(c: Connection, stream: str | None, ends: Mapping[str, tuple[int, bytes]]) -> Iterator[Fault]:
    query = HEADS if stream is None else HEADS.where(process_instance.c.id == int(stream.partition(":")[2] or 0))
    for row in c.execute(query):
        name = f"case:{row.id}"
        if ends.get(name, (0, ZERO)) != (row.record_seq, row.record_hash):
            yield Fault(name, row.record_seq, "案件登记的最后一条与记录不一致，可能有记录被删除。")
