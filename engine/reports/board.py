"""The supervisor's board: how much is open, soon due and late below their units, by place, link, person and matter; and its lists.

Reads figures that a worker keeps ready (`keeping`), so a page costs the same whatever is open; lists and figures tell of the same
moment, `as_of`. Nothing is changed here.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from engine import clock
from engine.errors import InvalidValues
from engine.people import Participant
from engine.people.directory import Unit
from engine.people.roles import TREE
from engine.reports import counts, days, filters, keeping, steps
from engine.reports.counts import Group
from engine.reports.filters import LINKS, Filters
from engine.reports.places import choices
from engine.reports.steps import Step
from engine.reports.tables import board_line
from engine.supervision import audit

PAGE, LAST_PAGE = 50, 40
"""Lines on a page of a list; a list has at most so many pages, the rest is for filters or for an export."""

COUNTED, EXPORT_LIMIT, TOP, ROWS, TREND = 1000, 20_000, 8, 12, 30
LONGEST = dt.timedelta(days=366)
FACETS = {"town": "按镇街", "village": "按村社", "grid": "按网格", "holder": "按承办人", "matter": "按事项类别", "office": "按责任单位"}
EVERYTHING = Filters()
ORDER = (board_line.c.rank, board_line.c.sort_at, board_line.c.id)


@dataclass(frozen=True)
class Heat:
    """Units in rows, links in columns: counts of every cell. `level` is the level of the units."""

    level: str
    units: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], Mapping[str, int]]

    def shade(self, unit_id: str, link: str) -> int:
        """0 (nothing late or soon) to 4 (the worst cell of this table); late counts three times as much as soon."""
        worst = max((_weight(cell) for cell in self.cells.values()), default=0)
        cell = self.cells.get((unit_id, link))
        return 0 if cell is None or not worst else -(-4 * _weight(cell) // worst)


@dataclass(frozen=True)
class Board:
    """The figures of one unit, or of all that somebody supervises. `as_of` is None until they have been made for the first time."""

    as_of: dt.datetime | None
    units: tuple[Unit, ...]
    levels: Mapping[str, int]
    clocks: Mapping[str, int]
    idle: int
    links: tuple[Group, ...]
    rules: tuple[Group, ...]
    facets: Mapping[str, tuple[Group, ...]]
    heat: Heat
    trend: tuple[days.Point, ...]
    places: tuple[Unit, ...]


@dataclass(frozen=True)
class Listing:
    """One page of a list. `total` is its length; `more` when it is longer than that and was not counted further."""

    as_of: dt.datetime | None
    steps: tuple[Step, ...]
    total: int
    more: bool
    page: int

    @property
    def pages(self) -> int:
        """At least one, at most LAST_PAGE."""
        return min(max(1, -(-self.total // PAGE)), LAST_PAGE)


@dataclass(frozen=True)
class DayListing:
    """One page of the steps to which something happened on some days."""

    as_of: dt.datetime
    items: tuple[days.Item, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least one, at most LAST_PAGE."""
        return min(max(1, -(-self.total // PAGE)), LAST_PAGE)


@dataclass(frozen=True)
class Facet:
    """One page of every group of a facet."""

    as_of: dt.datetime | None
    groups: tuple[Group, ...]
    page: int
    more: bool


def show(c: Connection, by: Participant, unit_id: str = "") -> Board:
    """The figures of everything this person supervises, or of one unit of it. Raises NotAllowed, NotFound."""
    units = filters.scope(c, by, unit_id)
    scopes = [unit.id for unit in units]
    known = {group.key: group for group in counts.of(c, scopes, "link")}
    links = [known.get(key) or Group(key, key, dict.fromkeys(counts.LEVELS, 0)) for key in LINKS]
    return Board(
        keeping.as_of(c), units, counts.one(c, scopes, "all"), counts.one(c, scopes, "clocks"), counts.one(c, scopes, "idle")["none"],
        steps.named(c, "link", links), steps.named(c, "rule", counts.of(c, scopes, "rule")),
        {facet: steps.named(c, facet, counts.of(c, scopes, facet, limit=TOP + 1)) for facet in FACETS}, _heat(c, scopes, units),
        days.trend(c, scopes, clock.today(), TREND), _places(c, by))


def listing(c: Connection, by: Participant, asked: Filters = EVERYTHING, page: int = 1) -> Listing:
    """One page of the lines with these filters. Raises NotAllowed without the capability, InvalidValues for an unknown filter."""
    units = filters.scope(c, by, asked.unit)
    chosen = filters.chosen(units, asked)
    total = _kept(c, units, asked)
    more = total is None and (bounded := _counted(c, chosen)) > COUNTED
    total = min(bounded, COUNTED) if total is None else total
    page = min(max(1, page), min(max(1, -(-total // PAGE)), LAST_PAGE))
    rows = c.execute(select(board_line).where(chosen).order_by(*ORDER).limit(PAGE).offset((page - 1) * PAGE)).all()
    return Listing(keeping.as_of(c), steps.of(c, rows), total, more, page)


def of_days(c: Connection, by: Participant, unit_id: str, asked: days.Happened, page: int = 1) -> DayListing:
    """The steps behind one point of a trend, as of the moment of the figures. Raises NotAllowed, NotFound, InvalidValues."""
    if asked.measure not in days.MEASURES or asked.last < asked.first or asked.last - asked.first > LONGEST:
        raise InvalidValues({"measure": "没有这样的每日数字，请从看板上点选。"})
    moment = keeping.as_of(c) or clock.now()
    page = min(max(1, page), LAST_PAGE)
    found, total = days.listing(c, filters.scope(c, by, unit_id), asked, moment, page)
    return DayListing(moment, found, total, page)


def facet(c: Connection, by: Participant, name: str, unit_id: str = "", page: int = 1) -> Facet:
    """Every group of one facet, PAGE at a time, most late ones first. Raises NotAllowed, NotFound."""
    scopes = [unit.id for unit in filters.scope(c, by, unit_id)]
    page = min(max(1, page), LAST_PAGE)
    found = counts.of(c, scopes, name if name in FACETS else "village", limit=PAGE + 1, skip=(page - 1) * PAGE)
    return Facet(keeping.as_of(c), steps.named(c, name, found[:PAGE]), page, len(found) > PAGE)


def export(c: Connection, by: Participant, asked: Filters = EVERYTHING) -> tuple[Step, ...]:
    """All lines with these filters (at most EXPORT_LIMIT), and a record of who took them out. Raises as `listing` does."""
    chosen = filters.chosen(filters.scope(c, by, asked.unit), asked)
    found = steps.of(c, c.execute(select(board_line).where(chosen).order_by(*ORDER).limit(EXPORT_LIMIT)).all())
    audit.note(c, by, "exported", f"{by.name}导出监督清单 {len(found)} 行（{asked.text()}）。", rows=len(found))
    return found


def _kept(c: Connection, units: Sequence[Unit], asked: Filters) -> int | None:
    """The length of a list from the kept counts, None when it has to be counted."""
    of_facet = asked.facet()
    if of_facet is None:
        return None
    numbers = counts.one(c, [unit.id for unit in units], *of_facet)
    return numbers[asked.level] if asked.level else sum(numbers.values())


def _counted(c: Connection, chosen: ColumnElement[bool]) -> int:
    """How many lines, counted to COUNTED + 1 at most."""
    some = select(board_line.c.id).where(chosen).limit(COUNTED + 1).subquery()
    return int(c.execute(select(func.count()).select_from(some)).scalar_one())


def _heat(c: Connection, scopes: Sequence[str], units: Sequence[Unit]) -> Heat:
    """The units just below, those with most late steps first."""
    here = max((TREE.index(unit.level) for unit in units if unit.level in TREE), default=0)
    for level in TREE[here + 1:]:
        groups = steps.named(c, level, counts.of(c, scopes, level, limit=ROWS))
        if groups:
            return Heat(level, tuple((group.key, group.name) for group in groups), counts.crossed(c, [g.key for g in groups], "link"))
    return Heat(TREE[-1], (), {})


def _weight(cell: Mapping[str, int]) -> int:
    return 3 * cell["late"] + cell["soon"]


def _places(c: Connection, by: Participant) -> tuple[Unit, ...]:
    return tuple(unit for path in by.seen_paths("supervise") for unit in choices(c, path))
