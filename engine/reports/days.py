"""What happened on a day: steps opened, warned of, gone late, finished, below every unit and by link. Counted whole, day by day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, delete, func, insert, or_, select, type_coerce

from engine import clock
from engine.reports.places import Places
from engine.reports.tables import daily_figure
from engine.runtime.tables import work_item

MEASURES = {"opened": "新到环节", "soon": "进入预警", "late": "新增超期", "finished": "办结环节"}
ITEM = work_item.c
MOMENT = {"opened": ITEM.created_at, "soon": ITEM.warn_at, "late": ITEM.due_at, "finished": ITEM.ended_at}
_MS = type_coerce(ITEM.ended_at, BigInteger) - type_coerce(ITEM.created_at, BigInteger)


@dataclass(frozen=True)
class Point:
    """One day of a trend."""

    day: dt.date
    numbers: dict[str, int]


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
        return and_(within, ITEM.state == "completed")
    if measure == "opened":
        return within
    return and_(within, ITEM.state != "suspended", or_(ITEM.ended_at.is_(None), ITEM.ended_at > moment),
                moment < as_of if measure == "late" else moment <= as_of)


def count(c: Connection, days: Iterable[str], places: Places, as_of: dt.datetime) -> None:
    """Count these days afresh."""
    for day in sorted(days):
        begin = start_of(dt.date.fromisoformat(day))
        end = start_of(dt.date.fromisoformat(day) + dt.timedelta(days=1))
        sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for measure in MEASURES:
            for row in c.execute(_grouped(measure, happened(measure, begin, end, as_of))):
                for scope in places.above(row.unit_path):
                    sums[scope, row.link, measure][0] += row.n
                    sums[scope, row.link, measure][1] += row.ms
        c.execute(delete(daily_figure).where(daily_figure.c.day == day))
        rows = [{"day": day, "scope_id": s, "link": k, "measure": m, "n": n, "total_ms": ms} for (s, k, m), (n, ms) in sums.items()]
        if rows:
            c.execute(insert(daily_figure), rows)


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
