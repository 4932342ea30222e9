"""The register of supervised matters: lists with filters, figures with the list behind each, and everything about one matter.

Only matters below the units that a person supervises are listed; one matter is shown to whoever may see its own case file, so an
addressee sees the order they have to answer. Leads are not here, see `leads`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, exists, func, or_, select

from engine.errors import NotAllowed, NotFound
from engine.people import Participant
from engine.runtime import access
from engine.runtime import case as cases
from engine.supervision import addressees, diary, ladder, leads, orders, papers, recusal
from engine.supervision.diary import Happening
from engine.supervision.leads import Lead
from engine.supervision.lines import acts
from engine.supervision.papers import Paper
from engine.supervision.tables import ladder as ladders
from engine.supervision.tables import order, paper

PAGE, LAST_PAGE = 50, 100_000
ORDERS = select(order).where(order.c.ladder_id == bindparam("i")).order_by(order.c.level)
OF_CASE = select(ladders).where(ladders.c.case_id == bindparam("i")).order_by(ladders.c.id)


def _paper(kind: str) -> ColumnElement[bool]:
    return exists().where(paper.c.ladder_id == ladders.c.id, paper.c.kind == kind)


def _order(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(order.c.ladder_id == ladders.c.id, *conditions)


FIGURES: Mapping[str, tuple[str, ColumnElement[bool]]] = {
    "yellow": ("发过黄牌", _paper("yellow")),
    "red": ("发过红牌", _paper("red")),
    "issued": ("发出督办文书", _order(order.c.issued_at.is_not(None))),
    "in_time": ("按期书面说明", _order(order.c.in_time.is_(True))),
    "missed": ("逾期未说明", _order(order.c.in_time.is_(False))),
    "sent_back": ("说明被退回", _order(order.c.sent_back > 0)),
    "escalated": ("已升级", _order(order.c.state == "escalated")),
    "closed": ("已销号", ladders.c.state == "closed"),
    "talk": ("建议约谈", ladders.c.talk_at.is_not(None)),
}
"""Figures count matters, so that the list behind each has that many lines."""


@dataclass(frozen=True)
class Filters:
    """What of the register is shown; an empty field means everything."""

    line: str = ""
    state: str = ""
    rung: str = ""
    order: str = ""
    figure: str = ""
    words: str = ""


@dataclass(frozen=True)
class Line:
    """One matter in a list."""

    row: Row[Any]
    holder: str
    order: str


@dataclass(frozen=True)
class Page:
    """One page of matters, how many there are, and the figures over everything this person supervises."""

    lines: tuple[Line, ...]
    total: int
    page: int
    figures: Mapping[str, tuple[str, int]]

    @property
    def pages(self) -> int:
        """At least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Dossier:
    """Everything about one matter for one person: `can` names the acts that fit now, `step` the step of the ladder that is theirs."""

    row: Row[Any]
    holder: str
    orders: tuple[Row[Any], ...]
    papers: tuple[Paper, ...]
    story: tuple[Happening, ...]
    leads: tuple[Lead, ...]
    can: frozenset[str]
    step: tuple[str, str] | None
    stands_aside: str


def listed(c: Connection, by: Participant, filters: Filters, page: int = 1) -> Page:
    """Raises NotAllowed for whoever does not supervise."""
    scope = _scope(by)
    counted = [func.count().filter(condition) for _, condition in FIGURES.values()]
    counts = c.execute(select(*counted).select_from(ladders).where(scope)).one()
    wanted = and_(scope, *_wanted(filters))
    total = int(c.execute(select(func.count()).select_from(ladders).where(wanted)).scalar_one())
    page = min(max(1, page), LAST_PAGE, max(1, -(-total // PAGE)))
    newest = (select(order.c.state).where(order.c.ladder_id == ladders.c.id).order_by(order.c.level.desc()).limit(1).scalar_subquery())
    rows = c.execute(select(ladders, newest.label("order_state")).where(wanted).order_by(
        ladders.c.state != ladder.OPEN, ladders.c.rung.desc(), ladders.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    return Page(tuple(Line(row, _holder(c, row), row.order_state or "") for row in rows), total, page,
                {key: (name, count) for (key, (name, _)), count in zip(FIGURES.items(), counts, strict=True)})


def _holder(c: Connection, row: Row[Any]) -> str:
    return addressees.named(c, row.person_id, row.person_key).name if row.person_id or row.person_key else ""


def _scope(by: Participant) -> ColumnElement[bool]:
    paths = by.seen_paths("supervise")
    if not paths:
        raise NotAllowed("监督事项只对监督岗位开放。")
    return or_(*(ladders.c.unit_path.startswith(path, autoescape=True) for path in paths))


def _wanted(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.line:
        found.append(ladders.c.line == filters.line)
    if filters.state:
        found.append(ladders.c.state == filters.state)
    if filters.rung:
        found.append(ladders.c.rung == (int(filters.rung) if filters.rung.isdecimal() and len(filters.rung) == 1 else -1))
    if filters.order:
        found.append(_order(order.c.state == filters.order))
    if filters.figure:
        found.append(FIGURES[filters.figure][1] if filters.figure in FIGURES else ladders.c.id == -1)
    if filters.words:
        columns = (ladders.c.title, ladders.c.case_number, ladders.c.number, ladders.c.step)
        found.append(or_(*(column.contains(filters.words, autoescape=True) for column in columns)))
    return found


def show(c: Connection, by: Participant, ladder_id: int) -> Dossier:
    """One matter. Raises NotFound for whoever may not see it."""
    row = _seen(c, by, ladder_id)
    mine = acts(by, row.line, row.unit_path)
    aside = _aside(c, row, by) if mine else ""
    return Dossier(row, _holder(c, row), tuple(c.execute(ORDERS, {"i": ladder_id}).all()), papers.of(c, ladder_id), diary.of(c, ladder_id),
                   leads.of(c, by, ladder_id), orders.possible(c, row) if mine and not aside else frozenset(), orders.step_of(c, row, by),
                   aside)


def paper_of(c: Connection, by: Participant, paper_id: int) -> Paper:
    """One issued paper. Raises NotFound for whoever may not see its matter."""
    found = papers.one(c, paper_id)
    _seen(c, by, found.ladder_id)
    return found


def _seen(c: Connection, by: Participant, ladder_id: int) -> Row[Any]:
    row = ladder.one(c, ladder_id)
    if row.instance_id is None or not access.may_see(c, by, cases.peeked(c, row.instance_id).row):
        raise NotFound("没有这个监督事项，请返回列表重新选择。")
    return row


def _aside(c: Connection, row: Row[Any], by: Participant) -> str:
    try:
        recusal.must_be_free(c, row, by)
    except NotAllowed as refusal:
        return refusal.message
    return ""


def of_case(c: Connection, by: Participant, case_id: int) -> tuple[Row[Any], ...]:
    """The matters of one case, oldest first. Raises NotFound for whoever may not see the case."""
    if not access.may_see(c, by, cases.peeked(c, case_id).row):
        raise NotFound(instance=case_id, person=by.id)
    return tuple(c.execute(OF_CASE, {"i": case_id}).all())
