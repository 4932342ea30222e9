"""The administrative record: who took data out, changed people, rights, parameters or definitions. One chain, added to and read."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from engine import clock
from engine.errors import NotAllowed
from engine.people import Participant
from engine.runtime import history
from engine.runtime.tables import record

STREAM = "office"
LOCK = 0x6F66666963
PAGE = 100
LAST_PAGE = 1_000_000

HEAD = select(record.c.seq, record.c.h).where(record.c.stream == bindparam("stream")).order_by(record.c.seq.desc()).limit(1)


@dataclass(frozen=True)
class Entry:
    """One administrative act, as a sentence."""

    seq: int
    at: dt.datetime
    actor: str | None
    kind: str
    text: str


def note(c: Connection, by: Participant | None, kind: str, text: str, **body: Any) -> None:
    """Add one sentence about what is done in this transaction. Never put passwords, tokens or case content into it."""
    if c.dialect.name == "postgresql":
        c.execute(select(func.pg_advisory_xact_lock(LOCK)))
    last = c.execute(HEAD, {"stream": STREAM}).first()
    story = history.Story(STREAM, last.seq if last else 0, last.h if last else history.ZERO, clock.now(), by)
    story.tell(kind, text=text, **body)
    history.append(c, story)


def noted(c: Connection, kind: str) -> bool:
    """True when something of that kind was ever noted."""
    return c.execute(select(record.c.id).where(record.c.stream == STREAM, record.c.kind == kind).limit(1)).first() is not None


def entries(c: Connection, by: Participant, *, actor: str = "", page: int = 1) -> Sequence[Entry]:
    """The newest entries first, PAGE at a time. Raises NotAllowed for everybody but the audit administrator."""
    if not by.may("audit"):
        raise NotAllowed("操作记录只对审计管理员开放。")
    query = (select(record.c.seq, record.c.at, record.c.actor, record.c.kind, record.c.body).where(record.c.stream == STREAM)
             .order_by(record.c.seq.desc()).limit(PAGE).offset((min(max(1, page), LAST_PAGE) - 1) * PAGE))
    if actor:
        query = query.where(record.c.actor == actor)
    return [Entry(r.seq, r.at, r.actor, r.kind, json.loads(r.body).get("text", "")) for r in c.execute(query)]
