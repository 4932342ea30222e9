"""All cases and work items at once, unscoped: for rehearsals, checks and benchmarks, never for a page."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from engine.database import UTCDateTime
from engine.runtime.offers import CLAIMED, DONE, OPEN, WITHDRAWN
from engine.runtime.tables import process_instance, record, work_item

_LIVE = (select(work_item.c.id, work_item.c.instance_id, work_item.c.name, work_item.c.state, work_item.c.candidate_key,
                work_item.c.assignee, work_item.c.unit_path, work_item.c.created_at, work_item.c.due_at)
         .where(work_item.c.state.in_((OPEN, CLAIMED))))
OPENED = (_LIVE.where(work_item.c.created_at >= bindparam("since", type_=UTCDateTime))
          .order_by(work_item.c.created_at, work_item.c.instance_id, work_item.c.element_id))
LAST = select(func.max(record.c.at)).where(record.c.instance_id.is_not(None))
ONE = _LIVE.where(work_item.c.id == bindparam("i"))


@dataclass(frozen=True)
class OpenItem:
    """A work item that waits for somebody."""

    id: str
    instance_id: int
    name: str
    state: str
    candidate_key: str | None
    assignee: str | None
    unit_path: str
    created_at: dt.datetime
    due_at: dt.datetime | None


def last_moment(c: Connection) -> dt.datetime | None:
    """When something last happened in any case; None when nothing ever did."""
    return c.execute(LAST).scalar()


@dataclass(frozen=True)
class Totals:
    """Counts over everything stored. `late`: done after the due time; `escalated`: taken away because the due time passed."""

    cases: int
    closed: int
    late: int
    escalated: int


def opened_since(c: Connection, moment: dt.datetime) -> list[OpenItem]:
    """The live work items created at or after a moment, oldest first."""
    return [OpenItem(*row) for row in c.execute(OPENED, {"since": max(moment, dt.datetime.fromtimestamp(0, dt.UTC))})]


def still_open(c: Connection, item_id: str) -> OpenItem | None:
    """The item as it is now, None once nobody can do it any more."""
    row = c.execute(ONE, {"i": item_id}).first()
    return None if row is None else OpenItem(*row)


def numbers(c: Connection) -> list[str]:
    """The numbers of all cases, oldest first."""
    return list(c.execute(select(process_instance.c.business_key).order_by(process_instance.c.id)).scalars())


def totals(c: Connection) -> Totals:
    """Counts over all cases and items."""
    def count(*conditions: object) -> int:
        return int(c.execute(select(func.count()).select_from(work_item).where(*conditions)).scalar_one())  # type: ignore[arg-type]
    cases = c.execute(select(func.count(), func.count(process_instance.c.ended_at)).select_from(process_instance)).one()
    overdue = work_item.c.ended_at > work_item.c.due_at
    return Totals(cases[0], cases[1], count(work_item.c.state == DONE, overdue), count(work_item.c.state == WITHDRAWN, overdue))


def paths(c: Connection) -> Iterator[str]:
    """For each case the links of the loop it passed, in order of first arrival: correction→reporting→handling→feedback."""
    query = (select(work_item.c.instance_id, work_item.c.link).where(work_item.c.state == DONE, work_item.c.link.is_not(None))
             .order_by(work_item.c.instance_id, work_item.c.ended_at, work_item.c.created_at))
    steps: dict[int, dict[str, None]] = {}
    for row in c.execute(query):
        steps.setdefault(row.instance_id, {})[row.link] = None
    yield from ("→".join(links) for links in steps.values())
