"""The diagram of a definition with what its steps took: median, nine out of ten, on the wall and in working time, and how often too late.

Only units in scope are counted, and nobody is named. For whoever supervises, and for designers. Reads only.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from engine import clock, definitions
from engine.definitions import Listed
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.people.participant import outermost
from engine.people.roles import TREE
from engine.reports import time_keeping
from engine.reports.tables import step_total
from engine.reports.time_keeping import middle
from engine.runtime import access
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import work_item

READERS = ("supervise", "design")
OFTEN, SOMETIMES = 0.2, 0.05
LEVELS = {"late": "超期多", "soon": "有超期", "fine": "基本按时", "none": "无时限"}
MOST_MONTHS = 36


@dataclass(frozen=True)
class Period:
    """Whole months, both included, as numbers: 202603."""

    first: int
    last: int


@dataclass(frozen=True)
class Asked:
    """What is drawn: a process (`key`), one version of it or (None) all, months, a unit with all below it or ("") the whole scope."""

    key: str
    period: Period
    definition_id: int | None = None
    unit: str = ""


@dataclass(frozen=True)
class Figure:
    """One step. `done` steps took `median`; nine out of ten took at most `ninth`; a length is None when nothing was done."""

    element_id: str
    name: str
    done: int
    wall_median: dt.timedelta | None
    wall_ninth: dt.timedelta | None
    work_median: dt.timedelta | None
    work_ninth: dt.timedelta | None
    limited: int
    late: int
    open: int
    open_late: int

    @property
    def rate(self) -> float | None:
        """The share of steps with a limit that ended after it; None without any."""
        return self.late / self.limited if self.limited else None

    @property
    def level(self) -> str:
        """late, soon, fine by the rate, none without one."""
        if self.rate is None:
            return "none"
        return "late" if self.rate >= OFTEN else "soon" if self.rate >= SOMETIMES else "fine"


@dataclass(frozen=True)
class Drawn:
    """A diagram with the figures of its steps, in the order of the diagram. `gone`: steps that only other versions have.

    `as_of`: cases that ended before this moment are counted, None while nothing has been counted.
    """

    version: Listed
    versions: tuple[Listed, ...]
    figures: tuple[Figure, ...]
    gone: tuple[Figure, ...]
    units: tuple[Unit, ...]
    as_of: dt.datetime | None


@dataclass
class _Spread:
    """How often each length occurred."""

    groups: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def number(self) -> int:
        return sum(self.groups.values())

    def share(self, part: float) -> dt.timedelta | None:
        """The length that `part` of all did not exceed."""
        wanted, seen = self.number * part, 0
        for group in sorted(self.groups):
            seen += self.groups[group]
            if seen >= wanted:
                return middle(group)
        return None


def offered(c: Connection, by: Participant) -> tuple[Listed, ...]:
    """The processes whose diagrams this person may look at. Raises NotAllowed."""
    scope(by)
    return definitions.list_definitions(c)


def scope(by: Participant) -> tuple[str, ...]:
    """The units whose figures this person may read. Raises NotAllowed."""
    paths = outermost(path for capability in READERS for path in by.seen_paths(capability))
    if not paths:
        raise NotAllowed("流程用时只对监督岗位和流程设计员开放。")
    return paths


def period(first: str, last: str) -> Period:
    """From two months as they are typed, 2026-03; nothing typed: the twelve months up to now. Raises InvalidValues."""
    today = clock.today()
    now = today.year * 100 + today.month
    begin, end = _month(first, "first") or _back(now, 11), _month(last, "last") or now
    if begin > end or _back(end, MOST_MONTHS - 1) > begin:
        raise InvalidValues({"first": f"起始月份应不晚于截止月份，最多 {MOST_MONTHS} 个月。"})
    return Period(begin, end)


def _month(text: str, name: str) -> int | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise InvalidValues({name: "月份应写成 2026-03 这样。"}) from error
    return day.year * 100 + day.month


def _back(month: int, by: int) -> int:
    """So many months earlier."""
    number = month // 100 * 12 + month % 100 - 1 - by
    return number // 12 * 100 + number % 12 + 1


def drawn(c: Connection, by: Participant, asked: Asked) -> Drawn:
    """A diagram with its figures. Raises NotAllowed, NotFound (process, version or unit)."""
    paths = scope(by)
    versions = definitions.versions_of(c, asked.key)
    wanted = [one for one in versions if asked.definition_id in (None, one.id)]
    if not wanted:
        raise NotFound("没有这个流程或版本，请返回重新选择。", process=asked.key)
    units = tuple(unit for path in paths for unit in directory.units(c, path) if unit.level in TREE[:-1])
    below = _below(c, paths, asked.unit)
    spec = definitions.load(c, wanted[0].id).spec
    told = _told(c, asked, below)
    order = {one.id: one.name or one.id for one in spec.elements.values() if one.kind == "userTask"}
    figures = tuple(_figure(key, name, told.get(key, {})) for key, name in order.items())
    gone = tuple(_figure(key, _old_name(c, versions, key), told[key]) for key in sorted(told) if key not in order)
    return Drawn(wanted[0], versions, figures, gone, units, time_keeping.as_of(c))


def _old_name(c: Connection, versions: Sequence[Listed], element_id: str) -> str:
    """What the newest version that has this step calls it."""
    for version in versions:
        element = definitions.load(c, version.id).spec.elements.get(element_id)
        if element is not None:
            return element.name or element_id
    return element_id


def diagram(c: Connection, by: Participant, key: str, definition_id: int | None) -> bytes:
    """The picture of one version, or of the newest. Raises NotAllowed, NotFound."""
    scope(by)
    versions = [one for one in definitions.versions_of(c, key) if definition_id in (None, one.id)]
    if not versions:
        raise NotFound("没有这个流程或版本，请返回重新选择。", process=key)
    return definitions.diagram(c, versions[0].id)


def _below(c: Connection, paths: Sequence[str], unit: str) -> tuple[str, ...]:
    if not unit:
        return tuple(paths)
    path = directory.unit_of(c, unit).path
    if not any(path.startswith(one) for one in paths):
        raise NotFound("没有这个单位，或者不在您的范围内。", unit=unit)
    return (path,)


def _told(c: Connection, asked: Asked, below: Sequence[str]) -> Mapping[str, dict[str, Any]]:
    """By element: the spreads of wall and work, and the counts."""
    t, found = step_total.c, dict[str, dict[str, Any]]()
    chosen = [t.process_key == asked.key, t.month.between(asked.period.first, asked.period.last), _any(t.unit_path, below)]
    if asked.definition_id is not None:
        chosen.append(t.definition_id == asked.definition_id)
    query = select(t.element_id, t.measure, t.bucket, func.sum(t.number)).where(*chosen).group_by(t.element_id, t.measure, t.bucket)
    for element, measure, bucket, number in c.execute(query):
        of = found.setdefault(element, {"wall": _Spread(), "work": _Spread()})
        if measure in ("wall", "work"):
            of[measure].groups[bucket] += int(number)
        else:
            of[measure] = int(number)
    for element, number, late in _open(c, asked, below):
        found.setdefault(element, {"wall": _Spread(), "work": _Spread()}).update(open=number, open_late=late)
    return found


def _open(c: Connection, asked: Asked, below: Sequence[str]) -> list[tuple[str, int, int]]:
    """What stands at each step now."""
    t = work_item.c
    chosen = [t.process_key == asked.key, t.state.in_(LIVE_ITEM), _any(t.unit_path, below)]
    if asked.definition_id is not None:
        chosen.append(t.definition_id == asked.definition_id)
    late = func.count(1).filter(t.due_at < clock.now(), t.state != "suspended")
    return [(row[0], int(row[1]), int(row[2]))
            for row in c.execute(select(t.element_id, func.count(), late).where(*chosen).group_by(t.element_id))]


def _any(column: ColumnElement[str], below: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(access.under(column, path) for path in below))


def _figure(element_id: str, name: str, told: Mapping[str, Any]) -> Figure:
    wall, work = told.get("wall") or _Spread(), told.get("work") or _Spread()
    return Figure(element_id, name, wall.number, wall.share(0.5), wall.share(0.9), work.share(0.5), work.share(0.9),
                  told.get("limited", 0), told.get("late", 0), told.get("open", 0), told.get("open_late", 0))
