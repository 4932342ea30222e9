"""Writing and reading notices. A notice is written once per key and person, however often its job is tried."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, false, func, insert, select, update

from engine import clock
from engine.notifications.kinds import Kind
from engine.notifications.tables import notice

PAGE = 50
KNOWN = select(notice.c.person_id).where(notice.c.key == bindparam("k"), notice.c.person_id.in_(bindparam("people", expanding=True)))
MADE = select(notice.c.id, notice.c.person_id).where(notice.c.key == bindparam("k"),
                                                     notice.c.person_id.in_(bindparam("people", expanding=True)))


@dataclass(frozen=True)
class Notice:
    """One notice as its reader sees it."""

    id: int
    instance_id: int | None
    text: str
    created_at: dt.datetime
    read: bool
    kind: str = Kind.ORDER
    urgent: bool = False


def untold(c: Connection, key: str, people: Iterable[str]) -> tuple[str, ...]:
    """Those of these people who have no notice of that key yet."""
    wanted = set(people)
    if not wanted:
        return ()
    known = set(c.execute(KNOWN, {"k": key, "people": sorted(wanted)}).scalars())
    return tuple(sorted(wanted - known))


def write(c: Connection, notices: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Add one row for each person (all of one key); answers the ids of the rows by person."""
    if not notices:
        return {}
    c.execute(insert(notice), [{"person_id": person, "created_at": clock.now(), **row} for person, row in notices.items()])
    key = next(iter(notices.values()))["key"]
    return {row.person_id: row.id for row in c.execute(MADE, {"k": key, "people": sorted(notices)})}


def of(c: Connection, person_id: str) -> tuple[Notice, ...]:
    """The newest notices of a person, unread first."""
    query = (select(notice).where(notice.c.person_id == person_id, notice.c.shown)
             .order_by(notice.c.read_at.is_not(None), notice.c.created_at.desc(), notice.c.id.desc()).limit(PAGE))
    return tuple(Notice(r.id, r.instance_id, r.text, r.created_at, r.read_at is not None, r.kind, r.urgent) for r in c.execute(query))


def unread(c: Connection, person_id: str) -> int:
    """How many notices a person has not read."""
    query = select(func.count()).select_from(notice).where(notice.c.person_id == person_id, notice.c.read_at.is_(None), notice.c.shown)
    return int(c.execute(query).scalar_one())


def mark_read(c: Connection, person_id: str) -> dict[str, int]:
    """Mark everything a person was told as read."""
    done = c.execute(update(notice).where(notice.c.person_id == person_id, notice.c.read_at.is_(None)).values(read_at=clock.now()))
    return {"read": done.rowcount}


def show(c: Connection, notice_ids: Iterable[int]) -> None:
    """Put notices into the inbox that were to go through another channel only: it failed, and nobody is to miss them."""
    c.execute(update(notice).where(notice.c.id.in_(sorted(set(notice_ids))), notice.c.shown == false())
              .values(shown=True, read_at=None))
