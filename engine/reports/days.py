"""What happened on a day: steps opened, warned of, gone late, finished, below every unit and by link. Counted whole, day by day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, delete, func, insert, literal, or_, select, type_coerce

from engine import clock
from engine.people import directory
from engine.people.directory import Unit
from engine.reports.places import Places
from engine.reports.tables import daily_figure
from engine.runtime.tables import work_item

MEASURES = {"opened": "新到环节", "soon": "进入预警", "late": "新增超期", "finished": "办结环节"}
PAGE = 50
ITEM = work_item.c
STATE: ColumnElement[str] = func.coalesce(ITEM.state, "")
"""Not the column itself: SQLite keeps no statistics and would look through everything that was ever completed, by the index on states,
instead of what happened within the moments that are asked for."""

MOMENT = {"opened": ITEM.created_at, "soon": ITEM.warn_at, "late": ITEM.due_at, "finished": ITEM.ended_at}
_MS = type_coerce(ITEM.ended_at, BigInteger) - type_coerce(ITEM.created_at, BigInteger)


@dataclass(frozen=True)
class Point:
    """One day of a trend."""

    day: dt.date
    numbers: dict[str, int]


@dataclass(frozen=True)
class Happened:
    """What a figure of a day or a month counts: a measure within whole days, and within a link unless that is None."""

    measure: str
    first: dt.date
    last: dt.date
    link: str | None = None


@dataclass(frozen=True)
class Item:
    """One step, open or ended, as a line of a list."""

    instance_id: int
    case_number: str
    title: str
    name: str
    link: str
    unit_name: str
    person_name: str
    state: str
    outcome: str | None
    created_at: dt.datetime
    due_at: dt.datetime | None
    ended_at: dt.datetime | None

    @property
    def late_by(self) -> dt.timedelta | None:
        """How long it was ended after its due time, or is past it now; None when it was or is in time."""
        end = self.ended_at or clock.now()
        return end - self.due_at if self.due_at is not None and end > self.due_at else None


def start_of(day: dt.date) -> dt.datetime:
    """Midnight in Shanghai at the beginning of a day."""
    return dt.datetime.combine(day, dt.time(), clock.SHANGHAI).astimezone(clock.UTC)


def happened(measure: str, begin: dt.datetime, end: dt.datetime, as_of: dt.datetime) -> ColumnElement[bool]:
    """The steps to which it happened within [begin, end), as seen at `as_of`.

    A step that was ended before its warning or its due time was neither warned of nor late; while a case is suspended its clock
    stands, so nothing happens to it.
    """
    moment = MOMENT[measure]
    within = and_(moment >= begin, moment < end, moment <= as_of)
    if measure == "finished":
        return and_(within, STATE == "completed")
    if measure == "opened":
        return within
    return and_(within, ITEM.state != "suspended", or_(ITEM.ended_at.is_(None), ITEM.ended_at > moment),
                moment < as_of if measure == "late" else moment <= as_of)


def count(c: Connection, day: str, places: Places, as_of: dt.datetime) -> int:
    """Count one day afresh; answers how many steps that were."""
    begin = start_of(dt.date.fromisoformat(day))
    end = start_of(dt.date.fromisoformat(day) + dt.timedelta(days=1))
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    seen = 0
    for measure in MEASURES:
        for row in c.execute(_grouped(measure, happened(measure, begin, end, as_of))):
            seen += row.n
            for scope in places.above(row.unit_path):
                sums[scope, row.link, measure][0] += row.n
                sums[scope, row.link, measure][1] += row.ms
    c.execute(delete(daily_figure).where(daily_figure.c.day == day))
    rows = [{"day": day, "scope_id": s, "link": k, "measure": m, "n": n, "total_ms": ms} for (s, k, m), (n, ms) in sums.items()]
    if rows:
        c.execute(insert(daily_figure), rows)
    return seen


def listing(c: Connection, units: Sequence[Unit], asked: Happened, as_of: dt.datetime, page: int = 1) -> tuple[tuple[Item, ...], int]:
    """(one page of the steps to which it happened in the units, oldest first; how many there are)."""
    below = or_(literal(False), *(ITEM.unit_path.startswith(unit.path, autoescape=True) for unit in units))
    chosen = and_(happened(asked.measure, start_of(asked.first), start_of(asked.last + dt.timedelta(days=1)), as_of), below)
    if asked.link is not None:
        chosen = and_(chosen, func.coalesce(ITEM.link, "") == asked.link)
    total = int(c.execute(select(func.count()).select_from(work_item).where(chosen)).scalar_one())
    return items(c, select(work_item.c.id).where(chosen), page), total


def items(c: Connection, chosen: Any, page: int) -> tuple[Item, ...]:
    """One page of some steps, by ids."""
    query = (select(work_item).where(ITEM.id.in_(chosen)).order_by(ITEM.created_at, ITEM.id).limit(PAGE).offset((max(1, page) - 1) * PAGE))
    rows = c.execute(query).all()
    people = directory.names(c, [row.ended_by or row.assignee for row in rows if row.ended_by or row.assignee])
    units = directory.unit_names(c, {row.unit_id for row in rows})
    return tuple(Item(row.instance_id, row.case_number, row.title, row.name, row.link or "", units.get(row.unit_id, row.unit_id),
                      people.get(row.ended_by or row.assignee or "", ""), row.state, row.outcome, row.created_at, row.due_at, row.ended_at)
                 for row in rows)


def _grouped(measure: str, chosen: ColumnElement[bool]) -> Any:
    link = func.coalesce(ITEM.link, "").label("link")
    length: Any = func.coalesce(func.sum(_MS), 0) if measure == "finished" else func.min(0)
    return (select(ITEM.unit_path, link, func.count().label("n"), length.label("ms")).where(chosen)
            .group_by(ITEM.unit_path, link))


def trend(c: Connection, scopes: Sequence[str], last: dt.date, length: int, link: str | None = None) -> tuple[Point, ...]:
    """So many days up to and with the last one, each with the number of every measure."""
    days = [last - dt.timedelta(days=back) for back in reversed(range(length))]
    t = daily_figure.c
    query = (select(t.day, t.measure, func.sum(t.n)).where(t.scope_id.in_(scopes), t.day >= str(days[0]), t.day <= str(last))
             .group_by(t.day, t.measure))
    if link is not None:
        query = query.where(t.link == link)
    found = {(row[0], row[1]): int(row[2]) for row in c.execute(query)}
    return tuple(Point(day, {measure: found.get((str(day), measure), 0) for measure in MEASURES}) for day in days)
