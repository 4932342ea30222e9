"""Whose time it was over months: one person's, and a unit's with everybody in it. Read from what was kept as cases ended, never counted
afresh for a page. Reads only.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from engine.errors import NotAllowed, NotFound
from engine.people import Participant, directory
from engine.reports.tables import time_total
from engine.reports.time_keeping import NOBODY, WHOLE, as_of
from engine.runtime import access
from engine.supervision.time_parts import WAITS, Length, Part

PAGE = 50


@dataclass(frozen=True)
class Total:
    """The cases of a period from one side: a person's, or (nobody's) the cases' own. `parts` add up to `whole`."""

    person: str
    name: str
    cases: int
    whole: Length
    parts: Mapping[str, Length]

    @property
    def others(self) -> Length:
        """Of a person: the waiting for others, whoever or whatever they were."""
        return sum((self.parts.get(part.value, Length()) for part in WAITS), Length())

    def of(self, part: str) -> Length:
        """One part; nothing when it did not occur."""
        return self.parts.get(part, Length())


@dataclass(frozen=True)
class Totals:
    """A unit over a period: the cases' own account, and a page of the people, whoever had most in hand first."""

    cases: Total
    people: tuple[Total, ...]
    total: int
    page: int
    as_of: dt.datetime | None

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


def of_unit(c: Connection, by: Participant, unit: str, months: tuple[int, int], page: int = 1) -> Totals:
    """The cases that ended in these months (202603, both included) below a unit, or ("") everywhere this person supervises.

    Raises NotAllowed, NotFound.
    """
    paths = by.seen_paths("supervise")
    if not paths:
        raise NotAllowed("用时统计只对监督岗位开放。您自己的用时见“我的用时”。")
    if unit:
        path = directory.unit_of(c, unit).path
        if not by.may("supervise", path):
            raise NotFound("没有这个单位，或者不在您的监督范围内。", unit=unit)
        paths = (path,)
    where = [or_(*(access.under(time_total.c.unit_path, path) for path in paths)), time_total.c.month.between(*months)]
    people = _people(c, where)
    number = min(max(1, page), max(1, -(-len(people) // PAGE)))
    shown = people[(number - 1) * PAGE : number * PAGE]
    found = _totals(c, [*where, time_total.c.person_id.in_((NOBODY, *shown))])
    names = directory.names(c, shown)
    lines = tuple(_total(person, names.get(person, person), found[person]) for person in shown)
    return Totals(_total(NOBODY, "", found.get(NOBODY, [])), lines, len(people), number, as_of(c))


def of_person(c: Connection, person: str, by: Participant, months: tuple[int, int]) -> Total:
    """One person's cases that ended in these months: one's own, or those below the units one supervises. Raises NotFound."""
    where = [time_total.c.person_id == person, time_total.c.month.between(*months)]
    if person != by.id:
        paths = by.seen_paths("supervise")
        if not paths:
            raise NotFound("没有这个人员，或者不在您的监督范围内。", person=person)
        where.append(or_(*(access.under(time_total.c.unit_path, path) for path in paths)))
    return _total(person, directory.names(c, [person]).get(person, person), _totals(c, where).get(person, []))


def _people(c: Connection, where: Sequence[ColumnElement[bool]]) -> list[str]:
    mine = func.sum(time_total.c.wall_ms).filter(time_total.c.part == Part.MINE.value)
    query = (select(time_total.c.person_id).where(*where, time_total.c.person_id != NOBODY).group_by(time_total.c.person_id)
             .order_by(func.coalesce(mine, 0).desc(), time_total.c.person_id))
    return list(c.execute(query).scalars())


def _totals(c: Connection, where: Sequence[ColumnElement[bool]]) -> dict[str, list[Any]]:
    t, found = time_total.c, defaultdict[str, list[Any]](list)
    sums = (func.sum(column).label(name) for name, column in (("cases", t.cases), ("wall", t.wall_ms), ("work", t.work_ms)))
    query = select(t.person_id, t.part, *sums).where(*where).group_by(t.person_id, t.part)
    for row in c.execute(query):
        found[row.person_id].append(row)
    return found


def _total(person: str, name: str, rows: Sequence[Any]) -> Total:
    parts = {row.part: Length(dt.timedelta(milliseconds=int(row.wall)), dt.timedelta(milliseconds=int(row.work))) for row in rows}
    cases = next((int(row.cases) for row in rows if row.part == WHOLE), 0)
    return Total(person, name, cases, parts.pop(WHOLE, Length()), parts)
