"""秒批: one person decides on several cases within seconds, too fast to have read them.

Only steps in which something was decided count (an answer was chosen on the form); taking note of results one after the other is none.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, select, type_coerce

from engine.database import UTCDateTime
from engine.runtime.tables import process_instance, work_item
from engine.supervision.signs import reading
from engine.supervision.signs.sign import Limits, Line, Measured, Period, Sign, length, named, newest, said

KIND = "quick-approvals"
ITEM = work_item.c
MILLISECOND = dt.timedelta(milliseconds=1)


def find(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> tuple[Sign, ...]:
    """The signs of this kind whose last decision lies in the period."""
    runs = [_members(c, run, paths) for run in _runs(c.execute(_ends(period, paths, limits)).all())]
    found = [rows for rows in runs if len({row.case_id for row in rows}) >= limits["approve.count"]]
    names = named(c, [rows[0].ended_by for rows in found])
    return newest([_sign(rows, names, limits) for rows in found])


def _decided(paths: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return (ITEM.state == "completed", ITEM.outcome.is_not(None), ITEM.ended_by.is_not(None), reading.below(ITEM.unit_path, paths))


def _ends(period: Period, paths: Sequence[str], limits: Limits) -> Select[Any]:
    """Who ended, and when, a stretch of so many decisions within so many seconds, with its beginning."""
    span = dt.timedelta(seconds=limits["approve.seconds"])
    begun = (func.lag(ITEM.ended_at, int(limits["approve.count"]) - 1, type_=UTCDateTime)
             .over(partition_by=ITEM.ended_by, order_by=(ITEM.ended_at, ITEM.id)))
    inner = (select(ITEM.ended_by, ITEM.ended_at, begun.label("begun"))
             .where(*_decided(paths), ITEM.ended_at >= period.since - span, ITEM.ended_at < period.until).subquery())
    taken = type_coerce(inner.c.ended_at, BigInteger) - type_coerce(inner.c.begun, BigInteger)
    return (select(inner).where(taken <= int(span / MILLISECOND), inner.c.ended_at >= period.since)
            .order_by(inner.c.ended_by, inner.c.ended_at))


def _runs(ends: Sequence[Any]) -> Iterator[tuple[str, dt.datetime, dt.datetime]]:
    """Stretches that overlap are one run: (person, first decision, last decision)."""
    run: tuple[str, dt.datetime, dt.datetime] | None = None
    for person, ended, begun in ends:
        if run is not None and run[0] == person and begun <= run[2]:
            run = (person, run[1], ended)
            continue
        if run is not None:
            yield run
        run = (person, begun, ended)
    if run is not None:
        yield run


def _members(c: Connection, run: tuple[str, dt.datetime, dt.datetime], paths: Sequence[str]) -> Sequence[Any]:
    person, first, last = run
    query = (select(ITEM.id, ITEM.name, ITEM.outcome, ITEM.ended_at, ITEM.ended_by, *reading.ABOUT)
             .join(process_instance, process_instance.c.id == ITEM.instance_id)
             .where(*_decided(paths), ITEM.ended_by == person, ITEM.ended_at.between(first, last)).order_by(ITEM.ended_at, ITEM.id))
    return c.execute(query).all()


def _sign(rows: Sequence[Any], names: Mapping[str, str], limits: Limits) -> Sign:
    first, last = rows[0], rows[-1]
    name, span = names[first.ended_by], last.ended_at - first.ended_at
    cases = {row.case_id: reading.about(row) for row in rows}
    lines = tuple(Line(row.ended_at, f"{said(row.ended_at, seconds=True)} “{row.name}”，结论：{row.outcome}。", row.case_id)
                  for row in rows)
    allowed = f"{limits['approve.count']:g} 件以上，每 {limits['approve.count']:g} 件不超过 {limits['approve.seconds']:g} 秒"
    measures = (Measured("连续作出的决定", f"{len(cases)} 件，共 {length(span)}", allowed),)
    summary = f"{name}在 {length(span)}内对 {len(cases)} 件事作出决定。"
    return Sign(KIND, f"run:{first.id}", last.ended_at, summary, {first.ended_by: name}, tuple(cases.values()), lines, measures)
