"""Writing and reading notices. A notice is written once per key and person, however often its job is tried."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from engine import clock
from engine.notifications.tables import notice

PAGE = 50


@dataclass(frozen=True)
class Notice:
    """One notice as its reader sees it."""

    id: int
    instance_id: int | None
    text: str
    created_at: dt.datetime
    read: bool


def tell(c: Connection, key: str, people: Iterable[str], text: str, instance_id: int | None = None) -> int:
    """Notify people once under `key`; returns how many were not told before."""
    wanted = set(people)
    known = set(c.execute(select(notice.c.person_id).where(notice.c.key == key, notice.c.person_id.in_(wanted))).scalars())
    rows = [{"key": key, "person_id": person, "instance_id": instance_id, "text": text, "created_at": clock.now()}
            for person in sorted(wanted - known)]
    if rows:
        c.execute(insert(notice), rows)
    return len(rows)


def of(c: Connection, person_id: str) -> tuple[Notice, ...]:
    """The newest notices of a person, unread first."""
    query = (select(notice).where(notice.c.person_id == person_id)
             .order_by(notice.c.read_at.is_not(None), notice.c.created_at.desc(), notice.c.id.desc()).limit(PAGE))
    return tuple(Notice(r.id, r.instance_id, r.text, r.created_at, r.read_at is not None) for r in c.execute(query))


def unread(c: Connection, person_id: str) -> int:
    """How many notices a person has not read."""
    query = select(func.count()).select_from(notice).where(notice.c.person_id == person_id, notice.c.read_at.is_(None))
    return int(c.execute(query).scalar_one())


def mark_read(c: Connection, person_id: str) -> dict[str, int]:
    """Mark everything a person was told as read."""
    done = c.execute(update(notice).where(notice.c.person_id == person_id, notice.c.read_at.is_(None)).values(read_at=clock.now()))
    return {"read": done.rowcount}
