"""Which cases came back: the same kind of problem at the same place within thirty days, or the look-back found it again.

Same place: within RADIUS metres, or in the same grid where no point is known. The definition is fixed with the indicator.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from engine.cases import places
from engine.cases.tables import finding
from engine.reports.definitions import ITEM
from engine.runtime.tables import work_item

RADIUS, WATCH = 50.0, dt.timedelta(days=30)
DEGREES = RADIUS / 111_320
"""So many degrees of latitude; of longitude at most twice as many, anywhere in the country."""

RELAPSED = "问题反弹"
LATER = finding.alias("later")
AT_ONCE = 500


def of(c: Connection, since: Iterable[tuple[int, dt.datetime]]) -> set[int]:
    """Those of the cases that came back within WATCH of their moment."""
    moments = dict(since)
    ids = sorted(moments)
    found: set[int] = set()
    for begin in range(0, len(ids), AT_ONCE):
        some = ids[begin:begin + AT_ONCE]
        found |= {row.instance_id for row in c.execute(_relapses(some)) if _soon(moments[row.instance_id], row.ended_at)}
        found |= {row.instance_id for row in c.execute(_reported_again(some))
                  if _soon(moments[row.instance_id], row.again) and _near(row)}
    return found


def _relapses(ids: Sequence[int]) -> Select[Any]:
    return select(ITEM.instance_id, ITEM.ended_at).select_from(work_item).where(
        ITEM.instance_id.in_(ids), ITEM.element_id == "look_back", ITEM.outcome == RELAPSED)


def _reported_again(ids: Sequence[int]) -> Select[Any]:
    one, later = finding.c, LATER.c
    beside = and_(later.lat.between(one.lat - DEGREES, one.lat + DEGREES), later.lon.between(one.lon - 2 * DEGREES, one.lon + 2 * DEGREES))
    same_grid = and_(or_(one.lat.is_(None), later.lat.is_(None)), later.unit_id == one.unit_id)
    return (select(one.instance_id, later.reported_at.label("again"), one.lon, one.lat, later.lon.label("other_lon"),
                   later.lat.label("other_lat"))
            .join(LATER, and_(later.category == one.category, later.instance_id != one.instance_id, later.merged_into.is_(None),
                              later.reported_at > one.reported_at, or_(beside, same_grid)))
            .where(one.instance_id.in_(ids)))


def _soon(moment: dt.datetime, again: dt.datetime | None) -> bool:
    return again is not None and moment < again <= moment + WATCH


def _near(row: Any) -> bool:
    if row.lat is None or row.other_lat is None:
        return True
    return places.distance(row.lon, row.lat, row.other_lon, row.other_lat) <= RADIUS
