"""办结后又新立: a case closed, and soon after it a new one of the same kind at the same place, so that the time begins anew.

A sign where the old case was overdue when it was closed, or where it happens again and again. A case that was re-opened itself (a relapse
found by looking back, a dissatisfied complainant) goes on under its own number and is none; nor is a duplicate merged into its main case.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from engine.cases import places
from engine.cases.tables import category, finding
from engine.runtime.tables import process_instance, work_item
from engine.supervision.signs import reading
from engine.supervision.signs.sign import About, Limits, Line, Measured, Period, Sign, length, named, newest, said

KIND = "reopened"
CHAIN = dt.timedelta(days=30)
JUST = dt.timedelta(hours=24)
"""A step that ended overdue so shortly before the case was closed makes the closing one under pressure."""

FINDING, CASE, ITEM = finding.c, process_instance.c, work_item.c
FOUND = (select(FINDING.category, FINDING.lon, FINDING.lat, FINDING.address, FINDING.unit_id, FINDING.reported_at, FINDING.reported_by,
                CASE.ended_at, CASE.status, category.c.display, *reading.ABOUT)
         .join(process_instance, CASE.id == FINDING.instance_id)
         .outerjoin(category, category.c.code == FINDING.category)
         .where(FINDING.merged_into.is_(None)))
OVERDUE = (select(ITEM.instance_id, func.max(ITEM.ended_at).label("last"), CASE.ended_at)
           .join(process_instance, CASE.id == ITEM.instance_id)
           .where(ITEM.ended_at > ITEM.due_at).group_by(ITEM.instance_id, CASE.ended_at))
CLOSERS = (select(ITEM.instance_id, ITEM.ended_by, ITEM.name, ITEM.ended_at)
           .where(ITEM.state == "completed", ITEM.ended_by.is_not(None)).order_by(ITEM.instance_id, ITEM.ended_at))


@dataclass(frozen=True)
class _Again:
    """A closed case, and the next one at its place."""

    old: Any
    new: Any

    @property
    def gap(self) -> dt.timedelta:
        span: dt.timedelta = self.new.reported_at - self.old.ended_at
        return span


def find(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> tuple[Sign, ...]:
    """The signs of this kind whose last new case was reported in the period."""
    span = dt.timedelta(hours=limits["reopen.hours"])
    pairs = list(_pairs(c, Period(period.since - CHAIN, period.until), paths, span, limits["reopen.radius_m"]))
    overdue = {row.instance_id for row in reading.of_cases(c, OVERDUE, ITEM.instance_id, {pair.old.case_id for pair in pairs})
               if row.ended_at - row.last <= JUST}
    chains = [chain for chain in _chains(pairs) if period.holds(chain[-1].new.reported_at)
              and (len(chain) >= limits["reopen.times"] or chain[-1].old.case_id in overdue)]
    closers = {row.instance_id: row for row in reading.of_cases(
        c, CLOSERS, ITEM.instance_id, {pair.old.case_id for chain in chains for pair in chain})}
    people = [person for chain in chains for pair in chain for person in (pair.new.reported_by, _closer(closers, pair))]
    names = named(c, people)
    return newest([_sign(chain, chain[-1].old.case_id in overdue, closers, names, limits) for chain in chains])


def _pairs(c: Connection, period: Period, paths: Sequence[str], span: dt.timedelta, radius: float) -> Iterator[_Again]:
    """Each new finding of the period with the case at its place that was closed last before it, within `span`."""
    scope = reading.below(CASE.unit_path, paths)
    closed: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in c.execute(_closed(FOUND.where(scope), period.since - span, period.until)):
        closed[_cell(row, radius)].append(row)
    for new in c.execute(FOUND.where(scope, FINDING.reported_at >= period.since, FINDING.reported_at < period.until)):
        near = [old for key in _cells_around(new, radius) for old in closed.get(key, ()) if _same_place(old, new, radius)]
        before = [old for old in near if old.case_id != new.case_id and old.ended_at <= new.reported_at <= old.ended_at + span]
        if before:
            yield _Again(max(before, key=lambda old: (old.ended_at, old.case_id)), new)


def _closed(query: Select[Any], since: dt.datetime, until: dt.datetime) -> Select[Any]:
    return query.where(CASE.status == "completed", CASE.ended_at >= since, CASE.ended_at < until)


def _cell(row: Any, radius: float) -> tuple[Any, ...]:
    """A square of the map with sides of `radius`; without a point, the words of the address."""
    if row.lat is None or row.lon is None:
        return (row.category, row.unit_id, row.address or "")
    size = radius / places.METRES_PER_DEGREE
    return (row.category, int(row.lat // size), int(row.lon // (size * 2)))


def _cells_around(row: Any, radius: float) -> Iterator[tuple[Any, ...]]:
    """The square and its eight neighbours; they are twice as wide in longitude, which is shorter by at most half below 60° latitude."""
    own = _cell(row, radius)
    if row.lat is None or row.lon is None:
        yield own
        return
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            yield (own[0], own[1] + north, own[2] + east)


def _same_place(old: Any, new: Any, radius: float) -> bool:
    if new.lat is None or old.lat is None:
        return bool(new.address) and new.lat is None and old.lat is None
    return places.distance(old.lon, old.lat, new.lon, new.lat) <= radius


def _chains(pairs: Sequence[_Again]) -> list[tuple[_Again, ...]]:
    """Pairs in which the new case of one is the old case of the next, longest first: each pair stands in one chain."""
    by_new = {pair.new.case_id: pair for pair in pairs}
    followed = {pair.old.case_id for pair in pairs}
    chains = []
    for pair in pairs:
        if pair.new.case_id in followed:
            continue
        chain = [pair]
        while chain[0].old.case_id in by_new:
            chain.insert(0, by_new[chain[0].old.case_id])
        chains.append(tuple(chain))
    return chains


def _closer(closers: Mapping[int, Any], pair: _Again) -> str | None:
    """Whoever did the last step of the old case."""
    row = closers.get(pair.old.case_id)
    return row.ended_by if row is not None else None


def _sign(chain: Sequence[_Again], overdue: bool, closers: Mapping[int, Any], names: Mapping[str, str], limits: Limits) -> Sign:
    last = chain[-1]
    kind = last.new.display or last.new.category
    measures = [Measured("办结到新立", length(last.gap), f"不超过 {limits['reopen.hours']:g} 小时，{limits['reopen.radius_m']:g} 米以内"),
                Measured("同地同类接连办结又新立", f"{len(chain)} 次", f"{limits['reopen.times']:g} 次以上，或办结时超期"),
                Measured("前一件办结时", "已超期" if overdue else "未超期", "超期")]
    cases: dict[int, About] = {}
    for pair in chain:
        cases |= {pair.old.case_id: reading.about(pair.old), pair.new.case_id: reading.about(pair.new)}
    people = [person for pair in chain for person in (_closer(closers, pair), pair.new.reported_by) if person]
    lines = [line for pair in chain for line in _lines(pair, closers, names)]
    why = f"已接连 {len(chain)} 次" if len(chain) > 1 else "前一件办结时已超期"
    summary = f"“{kind}”办结 {length(last.gap)}后，同一地点又新立一件，{why}。"
    return Sign(KIND, f"case:{last.new.case_id}", last.new.reported_at, summary, {one: names[one] for one in people}, tuple(cases.values()),
                tuple(lines), tuple(measures))


def _lines(pair: _Again, closers: Mapping[int, Any], names: Mapping[str, str]) -> Iterator[Line]:
    row = closers.get(pair.old.case_id)
    done = f"，最后一步“{row.name}”由{names[row.ended_by]}办理" if row is not None else ""
    yield Line(pair.old.ended_at, f"{said(pair.old.ended_at)} {pair.old.business_key} 办结{done}。", pair.old.case_id)
    who = names.get(pair.new.reported_by, "外部来件") if pair.new.reported_by else "外部来件"
    where = "" if pair.new.lat is None else f"，相距 {round(places.distance(pair.old.lon, pair.old.lat, pair.new.lon, pair.new.lat))} 米"
    yield Line(pair.new.reported_at, f"{said(pair.new.reported_at)} {pair.new.business_key} 新立（{who}）{where}。", pair.new.case_id)
