"""Cases as people look them up: one case with its items and its way through the diagram, and lists of those a person may see."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, or_, select

from engine import clock, definitions
from engine.definitions import Deployed
from engine.errors import NotFound
from engine.people import Participant, directory
from engine.runtime import access, desk, history, lookup, rows
from engine.runtime import case as cases
from engine.runtime.case import RUNNING, SUSPENDED
from engine.runtime.desk import Item
from engine.runtime.history import HistoryEvent
from engine.runtime.tables import process_instance, timer, work_item

PAGE = 30
TIMERS = (select(timer.c.element_id, timer.c.name, timer.c.due_at)
          .where(timer.c.instance_id == bindparam("i"), timer.c.status == "due", timer.c.attached_to.is_(None)).order_by(timer.c.due_at))


@dataclass(frozen=True)
class Line:
    """One case in a list."""

    id: int
    number: str
    title: str
    category: str | None
    place: str | None
    status: str
    unit: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    reporter: str | None
    step: str | None
    holder: str | None
    due_at: dt.datetime | None
    warn_at: dt.datetime | None


@dataclass(frozen=True)
class Found:
    """One page of a list and how many there are in all."""

    lines: tuple[Line, ...]
    total: int
    page: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(-(-self.total // PAGE), 1)


@dataclass(frozen=True)
class CaseView:
    """One case. `values` are the case's variables, `items` its work items and `events` its story, each oldest first."""

    line: Line
    revision: int
    definition_id: int
    process: str
    version: int
    values: Mapping[str, Any]
    items: tuple[Item, ...]
    events: tuple[HistoryEvent, ...]
    verbs: frozenset[str]
    waiting: tuple["Pause", ...] = ()


@dataclass(frozen=True)
class Pause:
    """A moment that the case itself waits for, such as the end of a period; limits of steps are not pauses."""

    element_id: str
    name: str
    until: dt.datetime


@dataclass(frozen=True)
class Progress:
    """For the diagram: elements done, and (element, words, late) for each step or pause at hand."""

    done: tuple[str, ...]
    now: tuple[tuple[str, str, bool], ...]


def show(c: Connection, instance_id: int, by: Participant) -> CaseView:
    """One case. Raises NotFound when it does not exist or this person may not see it."""
    row = _seen(c, instance_id, by)
    deployed = definitions.load(c, row.definition_id)
    return CaseView(
        _lines(c, [row])[0], row.revision, row.definition_id, deployed.name, deployed.number, rows.variables(row.variables),
        desk.items_of(c, instance_id), tuple(history.of(c, instance_id)), frozenset(_verbs(row, by)), _pauses(c, row, deployed))


def story(c: Connection, instance_id: int, by: Participant) -> tuple[HistoryEvent, ...]:
    """What happened in a case, oldest first; also for whoever is offered a step of it. Raises NotFound."""
    _seen(c, instance_id, by)
    return tuple(history.of(c, instance_id))


def by_number(c: Connection, number: str, by: Participant) -> CaseView:
    """The same, by the number people know it by. Raises NotFound, which says the same of an unknown and of a foreign number."""
    try:
        return show(c, lookup.by_number(c, number).id, by)
    except NotFound as error:
        raise NotFound(number=number, person=by.id) from error


def progress(c: Connection, instance_id: int, by: Participant) -> tuple[int, Progress]:
    """(the definition's id, what to mark on its diagram). Raises NotFound."""
    row = _seen(c, instance_id, by)
    done = [element for event in history.of(c, instance_id) for element in event.detail.get("passed") or ()]
    live = [item for item in desk.items_of(c, instance_id) if item.is_live]
    now = [(i.element_id, i.holder or i.candidates or "待办", i.due_at is not None and i.due_at < clock.now()) for i in live]
    pauses = _pauses(c, row, definitions.load(c, row.definition_id))
    now += [(one.element_id, f"等到{access.said(one.until)}", False) for one in pauses]
    return row.definition_id, Progress(tuple(dict.fromkeys(done)), tuple(now))


def search(c: Connection, by: Participant, wanted: Mapping[str, str], page: int = 1) -> Found:
    """Cases this person may see, newest first. `wanted`: words, status, late, unit (id), started_from and started_to (dates)."""
    conditions = [access.visible(by), *_conditions(wanted)]
    total = c.execute(select(func.count()).select_from(process_instance).where(*conditions)).scalar_one()
    number = max(min(page, -(-total // PAGE)), 1)
    query = (select(process_instance).where(*conditions).order_by(process_instance.c.id.desc())
             .limit(PAGE).offset((number - 1) * PAGE))
    return Found(tuple(_lines(c, c.execute(query).all())), total, number)


def _seen(c: Connection, instance_id: int, by: Participant) -> Row[Any]:
    row = cases.peeked(c, instance_id).row
    if not access.may_see(c, by, row):
        raise NotFound(instance=instance_id, person=by.id)
    return row


def _pauses(c: Connection, row: Row[Any], deployed: Deployed) -> tuple[Pause, ...]:
    """Timers on the way itself: neither limits that hang on a step nor those that start a side process."""
    found = c.execute(TIMERS, {"i": row.id}).all()
    elements = deployed.spec.elements
    return tuple(Pause(one.element_id, one.name or one.element_id, one.due_at) for one in found
                 if one.element_id in elements and elements[one.element_id].kind == "intermediateCatchEvent")


def _conditions(wanted: Mapping[str, str]) -> list[ColumnElement[bool]]:
    t, found = process_instance.c, []
    if words := wanted.get("words", "").strip():
        found.append(or_(*(column.contains(words, autoescape=True) for column in (t.business_key, t.title, t.place))))
    if status := wanted.get("status"):
        found.append(t.status == status)
    if wanted.get("late"):
        late = select(work_item.c.instance_id).where(work_item.c.state.in_(("open", "claimed")), work_item.c.due_at < clock.now())
        found.append(t.id.in_(late))
    if unit := wanted.get("unit"):
        found.append(t.unit_path.contains(f"/{unit}/", autoescape=True))
    for key, compare in (("started_from", t.started_at.__ge__), ("started_to", t.started_at.__lt__)):
        if day := _day(wanted.get(key), dt.timedelta(days=key == "started_to")):
            found.append(compare(day))
    return found


def _day(text: str | None, later: dt.timedelta) -> dt.datetime | None:
    """A day as it was typed, and so much later; None for what is no day, or lies beyond all days."""
    try:
        return (dt.datetime.fromisoformat(text or "").replace(tzinfo=clock.SHANGHAI) + later).astimezone(clock.UTC)
    except (ValueError, OverflowError):
        return None


def _lines(c: Connection, found: Sequence[Row[Any]]) -> list[Line]:
    """The rows in words, with the most urgent live item of each case."""
    ids = [row.id for row in found]
    query = (select(work_item).where(work_item.c.instance_id.in_(ids), work_item.c.state.in_(("open", "claimed", "suspended")))
             .order_by(work_item.c.due_at.is_(None).desc(), work_item.c.due_at.desc()))
    urgent = {row.instance_id: row for row in c.execute(query)}
    people = directory.names(c, [p for r in found for p in (r.started_by, getattr(urgent.get(r.id), "assignee", None)) if p])
    units = {unit_id: directory.unit_of(c, unit_id).name for unit_id in {row.unit_id for row in found}}
    return [_line(row, urgent.get(row.id), people, units) for row in found]


def _line(row: Row[Any], item: Row[Any] | None, people: Mapping[str, str], units: Mapping[str, str]) -> Line:
    return Line(
        row.id, row.business_key, row.title, row.category, row.place, row.status, units[row.unit_id], row.started_at, row.ended_at,
        people.get(row.started_by or "", row.started_by), item.name if item else None,
        people.get(item.assignee or "", item.assignee) if item else None, item.due_at if item else None, item.warn_at if item else None)


def _verbs(row: Row[Any], by: Participant) -> list[str]:
    verbs = ["comment"]
    if by.may("steer", row.unit_path):
        verbs += {RUNNING: ["suspend", "cancel"], SUSPENDED: ["resume", "cancel"]}.get(row.status, [])
    if row.status == RUNNING and by.may("urge", row.unit_path):
        verbs.append("urge")
    return verbs
