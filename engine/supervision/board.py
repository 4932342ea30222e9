"""The supervisor's board: every open step below their units, by link, unit and holder, the late ones first. Changes nothing.

A level is "late" (due and past), "soon" (past its warning, or due within a day when no warning is set), "fine", "none" (no time limit)
or "stopped" (the case is suspended, its clock stands).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from engine import clock
from engine.errors import InvalidValues, NotAllowed
from engine.people import ROLES, Participant, directory
from engine.people.directory import Unit
from engine.runtime.tables import process_instance, work_item
from engine.supervision import audit

LINKS = {"discovery": "网格发现", "correction": "村社纠正", "reporting": "点片上报", "handling": "执法处置", "feedback": "结果反馈",
         "": "其他环节"}
LEVELS = {"late": "已超期", "soon": "将到期", "fine": "正常", "none": "无时限", "stopped": "计时已停"}
NOBODY = "-"
OPEN_STATES = ("open", "claimed", "suspended")
SOON = dt.timedelta(hours=24)
PAGE = 50
EXPORT_LIMIT = 20_000

ITEM = work_item.c
OF_LINK: ColumnElement[str] = func.coalesce(ITEM.link, "")
RANK = {"late": 0, "soon": 1, "fine": 2, "none": 3, "stopped": 4}


@dataclass(frozen=True)
class Filters:
    """What of the board is shown; an empty field means everything. `unit` includes the units below it.

    `office` is the unit whose posts are to act, NOBODY where a person was named directly. `holder` is a person's id, or a candidate
    key "role@unit" for steps that nobody has claimed.
    """

    unit: str = ""
    office: str = ""
    link: str | None = None
    holder: str = ""
    level: str = ""
    state: str = ""
    words: str = ""

    def text(self) -> str:
        """For the audit record and the head of a printed list."""
        link = "" if self.link is None else LINKS.get(self.link, self.link)
        parts = [("地点单位", self.unit), ("责任单位", self.office), ("环节", link), ("承办", self.holder),
                 ("时限", LEVELS.get(self.level, self.level)), ("状态", self.state), ("查找", self.words)]
        return "，".join(f"{name}：{value}" for name, value in parts if value) or "全部未办结环节"


@dataclass(frozen=True)
class Step:
    """One open step. `since` is when it came to whoever holds it now; `waits_for` says in words whose move it is."""

    id: str
    instance_id: int
    case_number: str
    title: str
    place: str | None
    name: str
    link: str
    unit_id: str
    unit_name: str
    holder: str
    holder_name: str
    state: str
    level: str
    created_at: dt.datetime
    since: dt.datetime
    warn_at: dt.datetime | None
    due_at: dt.datetime | None
    limit_text: str | None
    urged: int
    waits_for: str

    @property
    def link_name(self) -> str:
        """The link as people call it."""
        return LINKS.get(self.link, LINKS[""])

    @property
    def late_by(self) -> dt.timedelta | None:
        """How long past its due time, None when it is not late."""
        return clock.now() - self.due_at if self.level == "late" and self.due_at else None


@dataclass(frozen=True)
class Idle:
    """A running case in which nobody has anything to do: it waits for a date, a message, a program, or it is stuck."""

    instance_id: int
    case_number: str
    title: str
    started_at: dt.datetime


@dataclass(frozen=True)
class Group:
    """Open steps of one link or one unit, counted by level."""

    key: str
    name: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Board:
    """One page of steps, how many there are with these filters, and the groups over everything this person supervises.

    `places` are the units above the grids, to choose from; `idle` the cases that nobody has to act on.
    """

    steps: tuple[Step, ...]
    total: int
    page: int
    links: tuple[Group, ...]
    offices: tuple[Group, ...]
    holders: tuple[Group, ...]
    levels: Mapping[str, int]
    places: tuple[Unit, ...]
    idle: tuple[Idle, ...]

    @property
    def pages(self) -> int:
        """At least one."""
        return max(1, -(-self.total // PAGE))


def show(c: Connection, by: Participant, filters: Filters = Filters(), page: int = 1) -> Board:
    """The board of one supervisor. Raises NotAllowed without the capability, InvalidValues for an unknown filter."""
    scope, chosen = _scope(by), _chosen(c, by, filters)
    counted = _counted(c, scope)
    names = directory.unit_names(c, {_key_unit(row.candidate_key) for row in counted})
    total = c.execute(select(func.count()).select_from(work_item).where(scope, chosen)).scalar_one()
    page = min(max(1, page), max(1, -(-total // PAGE)))
    steps = _steps(c, _query(scope, chosen).limit(PAGE).offset((page - 1) * PAGE))
    return Board(steps, total, page,
                 links=_groups([(row.link, LINKS.get(row.link, LINKS[""]), row) for row in counted], tuple(LINKS)),
                 offices=_groups([_by_office(row, names) for row in counted]),
                 holders=_groups(_by_holder(c, counted, names)),
                 levels=_levels(counted), places=_places(c, by), idle=idle(c, by))


def export(c: Connection, by: Participant, filters: Filters = Filters()) -> tuple[Step, ...]:
    """All steps with these filters (at most EXPORT_LIMIT), and a record of who took them out. Raises as `show` does."""
    steps = _steps(c, _query(_scope(by), _chosen(c, by, filters)).limit(EXPORT_LIMIT))
    audit.note(c, by, "exported", f"{by.name}导出监督清单 {len(steps)} 行（{filters.text()}）。", rows=len(steps))
    return steps


def _level() -> ColumnElement[str]:
    now = clock.now()
    return case((ITEM.state == "suspended", "stopped"), (ITEM.due_at.is_(None), "none"), (ITEM.due_at < now, "late"),
                (ITEM.warn_at <= now, "soon"), (and_(ITEM.warn_at.is_(None), ITEM.due_at <= now + SOON), "soon"), else_="fine")


def _scope(by: Participant) -> ColumnElement[bool]:
    paths = by.seen_paths("supervise")
    if not paths:
        raise NotAllowed("监督看板只对监督岗位开放。如确有需要，请联系本单位管理员。")
    below = or_(*(ITEM.unit_path.startswith(path, autoescape=True) for path in paths))
    return and_(ITEM.state.in_(OPEN_STATES), below)


def _chosen(c: Connection, by: Participant, filters: Filters) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [literal(True)]
    if filters.unit:
        path = directory.unit_of(c, filters.unit).path
        chosen.append(ITEM.unit_path.startswith(path, autoescape=True) if by.may("supervise", path) else literal(False))
    if filters.office:
        named = ITEM.candidate_key.is_(None)
        chosen.append(named if filters.office == NOBODY else ITEM.candidate_key.endswith(f"@{filters.office}", autoescape=True))
    if filters.link is not None:
        chosen.append(OF_LINK.in_([filters.link]))
    if filters.holder:
        unclaimed = and_(ITEM.assignee.is_(None), ITEM.candidate_key == filters.holder)
        chosen.append(unclaimed if "@" in filters.holder else ITEM.assignee == filters.holder)
    if filters.state:
        chosen.append(ITEM.state == filters.state)
    if filters.level:
        _known(filters.level, LEVELS)
        chosen.append(_level() == filters.level)
    if filters.words:
        chosen.append(or_(*(column.contains(filters.words, autoescape=True) for column in (ITEM.title, ITEM.case_number, ITEM.place))))
    return and_(*chosen)


def _known(level: str, levels: Mapping[str, str]) -> None:
    if level not in levels:
        raise InvalidValues({"level": f"没有“{level}”这种时限状态，请从列表中选择。"})


def _query(scope: ColumnElement[bool], chosen: ColumnElement[bool]) -> Select[Any]:
    level = _level()
    rank = case(RANK, value=level)
    return (select(*work_item.c, level.label("level")).where(scope, chosen)
            .order_by(rank, ITEM.due_at, ITEM.created_at, ITEM.id))


def _steps(c: Connection, query: Select[Any]) -> tuple[Step, ...]:
    rows = c.execute(query).all()
    units = directory.unit_names(c, {row.unit_id for row in rows} | {_key_unit(row.candidate_key) for row in rows})
    people = directory.names(c, [row.assignee for row in rows if row.assignee])
    return tuple(_step(row, units, people) for row in rows)


def _step(row: Any, units: Mapping[str, str], people: Mapping[str, str]) -> Step:
    holder = row.assignee or row.candidate_key or ""
    name = people.get(row.assignee, row.assignee) if row.assignee else _post_name(row.candidate_key, units)
    waits = {"open": f"等待{name}领取", "claimed": f"等待{name}办理", "suspended": "事项已挂起，恢复后继续计时"}[row.state]
    return Step(
        id=row.id, instance_id=row.instance_id, case_number=row.case_number, title=row.title, place=row.place, name=row.name,
        link=row.link or "", unit_id=row.unit_id, unit_name=units.get(row.unit_id, row.unit_id), holder=holder, holder_name=name,
        state=row.state, level=row.level, created_at=row.created_at, since=row.claimed_at or row.created_at, warn_at=row.warn_at,
        due_at=row.due_at, limit_text=row.limit_text, urged=row.urged, waits_for=waits)


def _key_unit(candidate_key: str | None) -> str:
    return (candidate_key or "").partition("@")[2]


def _post_name(candidate_key: str | None, units: Mapping[str, str]) -> str:
    """村社干部@v1 as people say it: 一村村社干部."""
    role, _, unit_id = (candidate_key or "").partition("@")
    return f"{units.get(unit_id, unit_id)}{ROLES[role].name}" if role in ROLES else "未指定的人员"


def _counted(c: Connection, scope: ColumnElement[bool]) -> Sequence[Any]:
    """One query for every number on the board."""
    columns = (OF_LINK.label("link"), ITEM.assignee, ITEM.candidate_key, _level().label("level"))
    return c.execute(select(*columns, func.count().label("number")).where(scope).group_by(*(column for column in columns))).all()


def _by_holder(c: Connection, counted: Sequence[Any], units: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    people = directory.names(c, [row.assignee for row in counted if row.assignee])
    return [(row.assignee, people.get(row.assignee, row.assignee), row) if row.assignee
            else (row.candidate_key or "", f"{_post_name(row.candidate_key, units)}（待领取）", row) for row in counted]


def _by_office(row: Any, units: Mapping[str, str]) -> tuple[str, str, Any]:
    unit_id = _key_unit(row.candidate_key)
    return (unit_id, units.get(unit_id, unit_id), row) if unit_id else (NOBODY, "直接指定到人", row)


def _groups(rows: Sequence[tuple[str, str, Any]], order: tuple[str, ...] = ()) -> tuple[Group, ...]:
    """Groups in the given order, else the one with most late steps first."""
    names = {key: LINKS[key] for key in order if key} | {key: name for key, name, _ in rows}
    counts: dict[str, dict[str, int]] = {key: dict.fromkeys(LEVELS, 0) for key in names}
    for key, _, row in rows:
        counts[key][row.level] += row.number
    groups = [Group(key, name, counts[key]) for key, name in names.items()]
    if order:
        return tuple(sorted(groups, key=lambda g: order.index(g.key) if g.key in order else len(order)))
    return tuple(sorted(groups, key=lambda g: (-g.counts["late"], -g.total, g.name)))


def _places(c: Connection, by: Participant) -> tuple[Unit, ...]:
    return tuple(unit for path in by.seen_paths("supervise") for unit in directory.units(c, path) if unit.level != "grid")


def _levels(counted: Sequence[Any]) -> Mapping[str, int]:
    levels = dict.fromkeys(LEVELS, 0)
    for row in counted:
        levels[row.level] += row.number
    return levels


def idle(c: Connection, by: Participant, limit: int = PAGE) -> tuple[Idle, ...]:
    """Running cases in this supervisor's units without an open step, the oldest first. Raises NotAllowed."""
    _scope(by)
    instance = process_instance.c
    held = select(ITEM.id).where(ITEM.instance_id == instance.id, ITEM.state.in_(OPEN_STATES)).exists()
    below = or_(*(instance.unit_path.startswith(path, autoescape=True) for path in by.seen_paths("supervise")))
    query = (select(instance.id, instance.business_key, instance.title, instance.started_at)
             .where(instance.status == "running", below, ~held).order_by(instance.started_at).limit(limit))
    return tuple(Idle(*row) for row in c.execute(query))
