"""What happened on a ladder, in the order in which it happened; entries are only added."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine import clock
from engine.people import directory
from engine.supervision.tables import event_

ADD = insert(event_)
OF = select(event_).where(event_.c.ladder_id == bindparam("i")).order_by(event_.c.id)


@dataclass(frozen=True)
class Happening:
    """One entry as people read it; `body` keeps its parts."""

    id: int
    kind: str
    at: dt.datetime
    by: str | None
    name: str
    text: str
    order_id: int | None
    paper_id: int | None
    body: dict[str, Any]


def note(c: Connection, ladder_id: int, kind: str, text: str, *, by: str | None = None, order: int | None = None,
         paper: int | None = None, **body: Any) -> None:
    """Add an entry."""
    c.execute(ADD, {"ladder_id": ladder_id, "order_id": order, "paper_id": paper, "kind": kind, "at": clock.now(), "by": by, "text": text,
                    "body": body})


def of(c: Connection, ladder_id: int) -> tuple[Happening, ...]:
    """Everything, oldest first."""
    rows = c.execute(OF, {"i": ladder_id}).all()
    names = directory.names(c, [row.by for row in rows if row.by])
    return tuple(Happening(r.id, r.kind, r.at, r.by, names.get(r.by, r.by) if r.by else "系统", r.text, r.order_id, r.paper_id, r.body)
                 for r in rows)
