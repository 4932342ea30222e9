"""Who is at work on a draft right now: everybody who has said so within half a minute."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine import clock
from engine.database import UTCDateTime
from engine.people import Participant
from engine.people.tables import person
from engine.studio import drafts
from engine.studio.tables import presence

FRESH = dt.timedelta(seconds=30)
LONGEST = 200

THERE = (select(presence.c.person_id, person.c.name, presence.c.element, presence.c.seen_at)
         .join(person, person.c.id == presence.c.person_id)
         .where(presence.c.draft_id == bindparam("d"), presence.c.seen_at > bindparam("since", type_=UTCDateTime))
         .order_by(person.c.name, presence.c.person_id))


@dataclass(frozen=True)
class Present:
    """Somebody who looks at the draft, and at which element."""

    id: str
    name: str
    element: str
    seen_at: dt.datetime


def arrive(c: Connection, by: Participant, draft_id: int, element: str = "") -> tuple[Present, ...]:
    """Say that one is here; answers who else is. Raises NotAllowed, NotFound."""
    drafts.open_draft(c, by, draft_id)
    c.execute(delete(presence).where(presence.c.draft_id == draft_id, presence.c.person_id == by.id))
    c.execute(insert(presence).values(draft_id=draft_id, person_id=by.id, element=element[:LONGEST], seen_at=clock.now()))
    return tuple(one for one in present(c, draft_id) if one.id != by.id)


def present(c: Connection, draft_id: int) -> tuple[Present, ...]:
    """Everybody who is here, by name."""
    return tuple(Present(row.person_id, row.name, row.element, row.seen_at)
                 for row in c.execute(THERE, {"d": draft_id, "since": clock.now() - FRESH}))
