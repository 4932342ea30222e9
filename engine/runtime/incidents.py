"""What failed where nobody watched, and stands until a person deals with it. Retries nothing by itself."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.database import UTCDateTime
from engine.people import Participant
from engine.runtime import access
from engine.runtime.tables import incident, process_instance

FAILURE, JOB, TIMER, STANDSTILL = "failure", "job", "timer", "standstill"
ADD = insert(incident)
ONE = select(incident).where(incident.c.id == bindparam("i"))
RESOLVE = (
    update(incident)
    .where(incident.c.id == bindparam("i"), incident.c.resolved_at.is_(None))
    .values(resolved_at=bindparam("at", type_=UTCDateTime), resolved_by=bindparam("person"))
)


@dataclass(frozen=True)
class Trouble:
    """What stands still, and why, in plain Chinese. `source_id` is the job or timer; `wait_key` the token that waits for it."""

    kind: str
    message: str
    instance_id: int | None = None
    wait_key: str | None = None
    element_id: str | None = None
    source_id: int | None = None


@dataclass(frozen=True)
class Incident:
    """An open incident as a page shows it."""

    id: int
    instance_id: int | None
    case_number: str | None
    title: str | None
    kind: str
    element_id: str | None
    message: str
    created_at: dt.datetime


def open_one(c: Connection, trouble: Trouble) -> int:
    """Write down what failed; answers its id. The caller holds the case, if there is one, and tells its story."""
    row = {**vars(trouble), "created_at": clock.now()}
    return int(c.execute(ADD.returning(incident.c.id), row).scalar_one())


def resolve(c: Connection, incident_id: int, by: Participant | None) -> None:
    """Close an incident; one that is closed already stays as it is."""
    c.execute(RESOLVE, {"i": incident_id, "at": clock.now(), "person": by.id if by else None})


def of(c: Connection, by: Participant, limit: int = 200) -> tuple[Incident, ...]:
    """Open incidents of the cases this person may see, the oldest first; an administrator sees all."""
    query: Any = (
        select(incident, process_instance.c.business_key, process_instance.c.title)
        .join(process_instance, process_instance.c.id == incident.c.instance_id, isouter=True)
        .where(incident.c.resolved_at.is_(None))
        .order_by(incident.c.created_at, incident.c.id)
        .limit(limit)
    )
    if not by.may("administer"):
        query = query.where(access.visible(by))
    return tuple(
        Incident(r.id, r.instance_id, r.business_key, r.title, r.kind, r.element_id, r.message, r.created_at)
        for r in c.execute(query)
    )
