"""Reading what signs are looked for in: always within a period and below the units of whoever asks, by an index."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from engine.database import UTCDateTime
from engine.runtime import access
from engine.runtime.tables import deadline_clock, process_instance, record, work_item
from engine.supervision.signs.sign import About, Period
from engine.supervision.signs.tables import MOVES

T = TypeVar("T")
BATCH = 500
CASE = process_instance.c
ABOUT = (CASE.id.label("case_id"), CASE.business_key, CASE.title, CASE.unit_path)
ITEMS = (select(work_item.c.id, work_item.c.name, work_item.c.due_at,
                func.coalesce(deadline_clock.c.started_at, work_item.c.created_at, type_=UTCDateTime).label("began_at"))
         .outerjoin(deadline_clock, and_(deadline_clock.c.instance_id == work_item.c.instance_id, deadline_clock.c.key == work_item.c.id,
                                         deadline_clock.c.rule == ""))
         .where(work_item.c.id.in_(bindparam("ids", expanding=True))))
"""A step that was sent back and comes again goes on with its own clock, so its limit began before the step did."""


@dataclass(frozen=True)
class Move:
    """A step that somebody handed on, sent back, or a case that somebody halted, as the record tells it."""

    case: About
    at: dt.datetime
    actor: str
    body: Mapping[str, Any]

    @property
    def item(self) -> str:
        """The id of the work item; empty where the whole case was meant."""
        return str(self.body.get("key") or "")


def below(column: ColumnElement[str], paths: Sequence[str]) -> ColumnElement[bool]:
    """Below any of these units."""
    return or_(*(access.under(column, path) for path in paths))


def about(row: Any) -> About:
    """The case of a row that holds the columns ABOUT."""
    return About(row.case_id, row.business_key, row.title, row.unit_path)


def moves(c: Connection, kind: str, period: Period, paths: Sequence[str]) -> list[Move]:
    """What people did of one kind of MOVES, oldest first."""
    query = (select(record.c.at, record.c.actor, record.c.body, *ABOUT)
             .join(process_instance, CASE.id == record.c.instance_id)
             .where(_of_moves(), record.c.kind == kind, record.c.at >= period.since, record.c.at < period.until,
                    record.c.actor.is_not(None), below(CASE.unit_path, paths))
             .order_by(record.c.at, record.c.id))
    return [Move(about(row), row.at, row.actor, json.loads(row.body)) for row in c.execute(query)]


def _of_moves() -> ColumnElement[bool]:
    """The condition of the index, word for word: SQLite uses it only then."""
    return record.c.kind.in_(bindparam("moves", MOVES, expanding=True, literal_execute=True))


def items(c: Connection, ids: Iterable[str]) -> dict[str, Any]:
    """Work items by id: name, due_at and began_at, from when their limit counts."""
    return {row.id: row for batch in batches(sorted(set(ids))) for row in c.execute(ITEMS, {"ids": batch})}


def of_cases(c: Connection, query: Select[Any], column: ColumnElement[int], ids: Iterable[int]) -> Iterator[Any]:
    """The rows of a query for these cases, asked for in batches."""
    for batch in batches(sorted(set(ids))):
        yield from c.execute(query.where(column.in_(batch)))


def batches(wanted: Sequence[T]) -> Iterator[list[T]]:
    """Pieces short enough for one statement."""
    for start in range(0, len(wanted), BATCH):
        yield list(wanted[start:start + BATCH])
