"""The monthly report of a unit: every indicator with its two numbers, the month before beside it, the days, the links, the units below.

Reads only; taking it out is recorded.
"""

import datetime as dt
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from engine import clock
from engine.errors import InvalidValues, NotFound
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.reports import days, definitions, filters
from engine.reports.definitions import CASE, DONE, ITEM, Indicator, Period
from engine.reports.filters import LINKS
from engine.reports.indicators import INDICATORS, KNOWN
from engine.reports.places import children, choices
from engine.reports.tables import daily_figure
from engine.runtime.tables import process_instance, work_item
from engine.supervision import audit

_MS = type_coerce(ITEM.ended_at, BigInteger) - type_coerce(ITEM.created_at, BigInteger)
EARLIEST = "2000-01"


@dataclass(frozen=True)
class Value:
    """The sizes of an indicator's sets. `share` is None where nothing fell due, or where there is no denominator."""

    n: int
    d: int | None
    apart: Mapping[str, int]

    @property
    def share(self) -> float | None:
        """Numerator over denominator."""
        return self.n / self.d if self.d else None


@dataclass(frozen=True)
class Row:
    """An indicator this month and the month before."""

    indicator: Indicator
    now: Value
    before: Value

    @property
    def change(self) -> float | None:
        """环比. Of a share: by how much it rose, in its own points; of a number: by what part of the number before."""
        if self.indicator.denominator is not None:
            return None if self.now.share is None or self.before.share is None else self.now.share - self.before.share
        return (self.now.n - self.before.n) / self.before.n if self.before.n else None


@dataclass(frozen=True)
class Length:
    """How long steps of one link took that were finished in the month."""

    link: str
    name: str
    n: int
    mean: dt.timedelta
    median: dt.timedelta
    ninety: dt.timedelta


@dataclass(frozen=True)
class Report:
    """A month. `choices` are units that may be asked for; `below` the daily figures of the month summed for each unit just below."""

    period: Period
    units: tuple[Unit, ...]
    rows: tuple[Row, ...]
    lengths: tuple[Length, ...]
    points: tuple[days.Point, ...]
    below: tuple[tuple[str, str, Mapping[str, int]], ...]
    choices: tuple[Unit, ...]

    @property
    def scope(self) -> str:
        """The units by name."""
        return "、".join(unit.name for unit in self.units) or "无"

    @property
    def is_empty(self) -> bool:
        """Nothing happened in this month."""
        return not any(row.now.n or row.now.d for row in self.rows) and not any(any(point.numbers.values()) for point in self.points)


@dataclass(frozen=True)
class CaseLine:
    """One case as a line of a list."""

    instance_id: int
    case_number: str
    title: str
    place: str | None
    unit_name: str
    status: str
    started_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True)
class Behind:
    """One page of the steps or cases that a number counts. `name` is the part's, `indicator` what it belongs to."""

    period: Period
    indicator: Indicator
    name: str
    items: tuple[days.Item, ...]
    cases: tuple[CaseLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least one."""
        return max(1, -(-self.total // days.PAGE))


def show(c: Connection, by: Participant, month: str, unit_id: str = "") -> Report:
    """The report. Raises NotAllowed, NotFound, InvalidValues for what is no month, or one that has not begun."""
    units = filters.scope(c, by, unit_id)
    period, last = _period(units, month), _period(units, definitions.before(month))
    first = clock.local(period.begin).date()
    length = (definitions.next_month(first) - first).days
    points = days.trend(c, [unit.id for unit in units], first + dt.timedelta(days=length - 1), length)
    rows = tuple(Row(one, _value(c, one, period), _value(c, one, last)) for one in INDICATORS)
    places = tuple(unit for path in by.seen_paths("supervise") for unit in choices(c, path))
    return Report(period, units, rows, _lengths(c, period), points, _below(c, units, points), places)


def behind(c: Connection, by: Participant, asked: Mapping[str, str], page: int = 1) -> Behind:
    """The list behind one number: `asked` names month, unit, kpi and part. Raises as `show` does, and NotFound."""
    period = _period(filters.scope(c, by, asked.get("unit", "")), asked.get("month", ""))
    indicator = KNOWN.get(asked.get("kpi", ""))
    part = indicator.part(asked.get("part", "n")) if indicator else None
    if indicator is None or part is None:
        raise NotFound("没有这个指标，请从月报上点选。")
    ids = part.ids(c, period)
    total = _size(c, ids)
    page = min(max(1, page), max(1, -(-total // days.PAGE)))
    items = () if part.kind == CASE else days.items(c, ids, page)
    return Behind(period, indicator, part.name, items, _cases(c, ids, page) if part.kind == CASE else (), total, page)


def export(c: Connection, by: Participant, month: str, unit_id: str = "") -> Report:
    """The report, and a record of who took it out. Raises as `show` does."""
    report = show(c, by, month, unit_id)
    audit.note(c, by, "exported", f"{by.name}导出{report.scope} {month} 监督月报。", rows=len(report.rows))
    return report


def _period(units: Sequence[Unit], month: str) -> Period:
    now = clock.now()
    try:
        period = definitions.month_of(units, month, now)
    except (ValueError, OverflowError) as error:
        raise InvalidValues({"month": "月份应写成 2026-03 这样。"}) from error
    if period.begin > now or month < EARLIEST or len(month) != len(EARLIEST):
        raise InvalidValues({"month": "这个月还没有开始，或太早了，请另选一个月。"})
    return period


def _value(c: Connection, one: Indicator, period: Period) -> Value:
    d = None if one.denominator is None else _size(c, one.denominator.ids(c, period))
    return Value(_size(c, one.numerator.ids(c, period)), d, {key: _size(c, part.ids(c, period)) for key, part in one.apart.items()})


def _size(c: Connection, ids: Any) -> int:
    return int(c.execute(select(func.count()).select_from(ids.subquery())).scalar_one())


def _cases(c: Connection, ids: Any, page: int) -> tuple[CaseLine, ...]:
    one = process_instance.c
    query = (select(one.id, one.business_key, one.title, one.place, one.unit_id, one.status, one.started_at, one.ended_at)
             .where(one.id.in_(ids)).order_by(one.started_at, one.id).limit(days.PAGE).offset((page - 1) * days.PAGE))
    rows = c.execute(query).all()
    names = directory.unit_names(c, {row.unit_id for row in rows})
    return tuple(CaseLine(*row[:4], names.get(row.unit_id, row.unit_id), *row[5:]) for row in rows)


def _lengths(c: Connection, period: Period) -> tuple[Length, ...]:
    link = func.coalesce(ITEM.link, "")
    query = (select(link, _MS).select_from(work_item)
             .where(period.within(ITEM.ended_at), DONE, period.below(ITEM.unit_path), definitions.own()))
    taken: dict[str, list[int]] = {}
    for key, length in c.execute(query):
        taken.setdefault(key, []).append(length)
    return tuple(_length(key, sorted(taken[key])) for key in LINKS if key in taken)


def _length(link: str, taken: Sequence[int]) -> Length:
    def at(share: float) -> dt.timedelta:
        """Nearest rank."""
        return dt.timedelta(milliseconds=taken[max(0, -(-int(share * 100) * len(taken) // 100) - 1)])
    return Length(link, LINKS[link], len(taken), dt.timedelta(milliseconds=statistics.fmean(taken)), at(0.5), at(0.9))


def _below(c: Connection, units: Sequence[Unit], points: Sequence[days.Point]) -> tuple[tuple[str, str, Mapping[str, int]], ...]:
    """The units just below, with their sums of the month; the busiest first."""
    t = daily_figure.c
    inside = [one for unit in units for one in children(c, unit.id)]
    query = (select(t.scope_id, t.measure, func.sum(t.n)).group_by(t.scope_id, t.measure)
             .where(t.scope_id.in_([one.id for one in inside]), t.day >= str(points[0].day), t.day <= str(points[-1].day)))
    sums: dict[str, dict[str, int]] = {}
    for scope, measure, number in c.execute(query):
        sums.setdefault(scope, dict.fromkeys(days.MEASURES, 0))[measure] = int(number)
    found = [(one.id, one.name, sums[one.id]) for one in inside if one.id in sums]
    return tuple(sorted(found, key=lambda one: (-one[2]["late"], -one[2]["opened"], one[1])))
