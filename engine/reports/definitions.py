"""What an indicator is: named sets of steps or cases, whose sizes are its numerator and denominator, and words that fix its meaning.

No indicator of anybody's performance may be made of money: 行政处罚法第七十四条 forbids to tie fines and confiscations to appraisal.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select

from engine.cases.tables import finding
from engine.errors import NotAllowed
from engine.people.directory import Unit
from engine.reports.days import STATE, start_of
from engine.runtime.tables import process_instance, work_item

STEP, CASE = "step", "case"
ITEM, PROCESS, FINDING = work_item.c, process_instance.c, finding.c


@dataclass(frozen=True)
class Period:
    """One month of some units, as seen at a moment: what falls due later than that is not due yet."""

    units: tuple[Unit, ...]
    month: str
    begin: dt.datetime
    end: dt.datetime
    now: dt.datetime

    @property
    def until(self) -> dt.datetime:
        """The end of what can be counted."""
        return min(self.end, self.now)

    def within(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        """In the period."""
        return and_(moment >= self.begin, moment < self.end)

    def below(self, path: ColumnElement[str]) -> ColumnElement[bool]:
        """In the units."""
        return or_(literal(False), *(path.startswith(unit.path, autoescape=True) for unit in self.units))


@dataclass(frozen=True)
class Part:
    """A set of steps or cases: what it is called, of which kind, and the query for the ids."""

    name: str
    kind: str
    ids: Callable[[Connection, Period], Select[Any]]


@dataclass(frozen=True)
class Indicator:
    """One indicator. `apart` are sets that are shown beside it and never mixed in. `performance` says that people or units are judged
    by it, `money` that it counts fines or confiscated things. Raises NotAllowed for both at once."""

    id: str
    name: str
    formula: str
    note: str
    numerator: Part
    denominator: Part | None = None
    apart: Mapping[str, Part] = field(default_factory=dict)
    performance: bool = True
    money: bool = False

    def __post_init__(self) -> None:
        if self.performance and self.money:
            raise NotAllowed(f"{self.id} {self.name}：罚没款不得与考核挂钩（行政处罚法第七十四条），不能列为绩效指标。")

    def part(self, name: str) -> Part | None:
        """A part by its name in addresses: n, d, or that of a set apart."""
        return {"n": self.numerator, "d": self.denominator, **self.apart}.get(name)


def month_of(units: Sequence[Unit], month: str, now: dt.datetime) -> Period:
    """The period of a month like 2026-03. Raises ValueError for what is no month."""
    first = dt.date.fromisoformat(f"{month}-01")
    return Period(tuple(units), month, start_of(first), start_of(next_month(first)), now)


def next_month(first: dt.date) -> dt.date:
    """The first day of the month after."""
    return (first + dt.timedelta(days=32)).replace(day=1)


def before(month: str) -> str:
    """The month before."""
    return f"{dt.date.fromisoformat(f'{month}-01') - dt.timedelta(days=1):%Y-%m}"


def own() -> ColumnElement[bool]:
    """Steps of cases that were not merged into another one."""
    return ~select(literal(1)).where(FINDING.instance_id == ITEM.instance_id, FINDING.merged_into.is_not(None)).exists()


def steps(period: Period, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of steps in the units, without merged children."""
    return select(ITEM.id).where(period.below(ITEM.unit_path), own(), *conditions)


def due(period: Period, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Steps whose due time lies in the period and has come; those taken away before it are not counted, those taken away by it are."""
    return steps(period, period.within(ITEM.due_at), ITEM.due_at < period.until,
                 or_(ITEM.state.not_in(("withdrawn", "suspended")), and_(ITEM.state == "withdrawn", ITEM.ended_at >= ITEM.due_at)),
                 *conditions)


DONE: ColumnElement[bool] = STATE == "completed"
ON_TIME: ColumnElement[bool] = and_(DONE, ITEM.ended_at <= ITEM.due_at)


def reported(period: Period, *conditions: ColumnElement[bool], merged: bool = False) -> Select[Any]:
    """The ids of cases reported in the period, without merged children unless they are asked for."""
    base = (select(PROCESS.id).join(finding, FINDING.instance_id == PROCESS.id)
            .where(period.within(FINDING.reported_at), period.below(PROCESS.unit_path), *conditions))
    return base if merged else base.where(FINDING.merged_into.is_(None))


def closed(period: Period, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of cases that came to their end in the period, without merged children."""
    return (select(PROCESS.id).join(finding, FINDING.instance_id == PROCESS.id)
            .where(period.within(PROCESS.ended_at), func.coalesce(PROCESS.status, "") == "completed", FINDING.merged_into.is_(None),
                   period.below(PROCESS.unit_path), *conditions))


def has_step(element: str | Sequence[str], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Cases with such a step."""
    names = [element] if isinstance(element, str) else list(element)
    return select(literal(1)).where(ITEM.instance_id == PROCESS.id, ITEM.element_id.in_(names), *conditions).exists()
