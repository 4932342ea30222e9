"""Penalty cases as a list: searched, narrowed, sorted, a page at a time. Reads only what the person may see.

The most urgent open step and the nearest legal limit of each case are found by indexes of those tables, so that ten thousand open cases
cost no more than their own rows.
"""

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, and_, func, literal, or_, select, type_coerce

from engine import clock
from engine.cases import masking
from engine.cases.case_file import OPEN, STATUS_WORDS
from engine.cases.case_tables import party, penalty
from engine.deadlines import rulebook
from engine.errors import InvalidValues
from engine.people import Participant, directory
from engine.runtime import access
from engine.runtime.ledgers import LIVE as TICKING
from engine.runtime.offers import CLAIMED
from engine.runtime.offers import OPEN as OFFERED
from engine.runtime.tables import deadline_clock, process_instance, work_item

PAGE, EXPORT_LIMIT, MOST_WORDS = 30, 20_000, 5
LAST_PAGE = 100_000
NAMES = ("words", "status", "step", "due", "officer", "item", "process", "filed_from", "filed_to", "mine", "sort")
STATUSES = {"open": "未结案", **STATUS_WORDS}
DUE = {"late": "已超期", "today": "今天到期", "week": "七天内到期"}
SORTS = {"due": "最急的在前", "new": "新立案在前", "old": "旧案在前", "number": "按案号"}
_LIVE = (OFFERED, CLAIMED)
# "+ 0" and coalesce() below keep the databases from walking all due moments, or all running clocks, to find those of one case
_STEP_DUE = (select(func.min(type_coerce(work_item.c.due_at, BigInteger) + 0))
             .where(work_item.c.instance_id == penalty.c.instance_id, work_item.c.state.in_(_LIVE)).correlate(penalty).scalar_subquery())
_LAW_DUE = (select(func.min(type_coerce(deadline_clock.c.due_at, BigInteger) + 0))
            .where(deadline_clock.c.instance_id == penalty.c.instance_id, func.coalesce(deadline_clock.c.status, "") == "running",
                   deadline_clock.c.rule != "").correlate(penalty).scalar_subquery())
_FAR = literal(4 * 10**15, BigInteger)
"""Milliseconds later than any limit: cases without one come last."""


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to; empty means everything. `words` are looked for in 案号, number, title, party, item and place."""

    words: str = ""
    status: str = "open"
    step: str = ""
    due: str = ""
    officer: str = ""
    item: str = ""
    process: str = ""
    filed_from: str = ""
    filed_to: str = ""
    mine: str = ""
    sort: str = "due"


@dataclass(frozen=True)
class Line:
    """One case in the list, its party masked for whoever has no part in it. `due_at` is the nearest open limit of a step, `law_due_at`
    that of the law (`law` names its rule)."""

    instance_id: int
    number: str
    case_number: str
    title: str
    item_name: str
    party: str
    officers: tuple[str, ...]
    process_key: str
    status: str
    filed_on: dt.date | None
    closed_on: dt.date | None
    step: str
    holder: str
    due_at: dt.datetime | None
    warn_at: dt.datetime | None
    law: str
    law_due_at: dt.datetime | None

    @property
    def status_words(self) -> str:
        """立案前, 办理中 …"""
        return STATUS_WORDS.get(self.status, self.status)


@dataclass(frozen=True)
class Page:
    """One page of the list, how many lines there are in all, and what may be chosen to narrow it."""

    lines: tuple[Line, ...]
    total: int
    number: int
    steps: Sequence[str] = field(default=())
    items: Mapping[str, str] = field(default_factory=dict)
    officers: Mapping[str, str] = field(default_factory=dict)

    @property
    def step_choices(self) -> tuple[tuple[str, str], ...]:
        """The names of steps, each as what is chosen and what is shown."""
        return tuple((name, name) for name in self.steps)

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(-(-self.total // PAGE), 1)


def asked(values: Mapping[str, str]) -> Asked:
    """A list as an address asks for it. Raises InvalidValues for a day that is none."""
    kept = {name: values[name].strip()[:80] for name in NAMES if values.get(name) is not None}
    errors = {name: "日期应写成 2026-03-02 这样。" for name in ("filed_from", "filed_to") if kept.get(name) and not _is_day(kept[name])}
    if errors:
        raise InvalidValues(errors)
    return Asked(**kept)


def page(c: Connection, by: Participant, wanted: Asked, number: int = 1) -> Page:
    """One page of the list with the choices for its filters."""
    conditions = _conditions(by, wanted)
    total = int(c.execute(select(func.count()).select_from(penalty).where(*conditions)).scalar_one())
    number = max(min(number, -(-total // PAGE), LAST_PAGE), 1)
    found = _rows(c, conditions, wanted.sort, (number - 1) * PAGE, PAGE)
    return Page(_lines(c, found, by), total, number, _steps(c, by), _items(c, by), _officers(c, by))


def every(c: Connection, by: Participant, wanted: Asked) -> tuple[Line, ...]:
    """The whole list, at most EXPORT_LIMIT lines, in its order."""
    found = _rows(c, _conditions(by, wanted), wanted.sort, 0, EXPORT_LIMIT)
    return tuple(line for start in range(0, len(found), 500) for line in _lines(c, found[start:start + 500], by))


def said(wanted: Asked) -> str:
    """The filters in words, for whoever reads the record of an export."""
    words = [f"“{wanted.words}”" if wanted.words else "", STATUSES.get(wanted.status, ""), wanted.step, DUE.get(wanted.due, ""),
             wanted.item, f"立案自 {wanted.filed_from}" if wanted.filed_from else "", f"至 {wanted.filed_to}" if wanted.filed_to else ""]
    return "、".join(word for word in words if word) or "全部"


def _is_day(text: str) -> bool:
    try:
        return len(dt.date.fromisoformat(text).isoformat()) == len(text)
    except ValueError:
        return False


def _conditions(by: Participant, wanted: Asked) -> list[ColumnElement[bool]]:
    t, found = penalty.c, [access.visible(by, penalty)]
    found += [_says(word) for word in wanted.words.replace("\0", "").split()[:MOST_WORDS]]
    if wanted.status:
        found.append(t.status.in_(OPEN) if wanted.status == "open" else t.status == wanted.status)
    if wanted.officer or wanted.mine:
        who = by.id if wanted.mine else wanted.officer
        found.append(or_(t.officer == who, t.assistant == who))
    found += [column == value for column, value in ((t.item, wanted.item), (t.process_key, wanted.process)) if value]
    found += [t.filed_on >= wanted.filed_from] if wanted.filed_from else []
    found += [t.filed_on <= wanted.filed_to] if wanted.filed_to else []
    if wanted.step:
        at = work_item.c.instance_id == t.instance_id, work_item.c.state.in_(_LIVE), work_item.c.name == wanted.step
        found.append(select(work_item.c.id).where(*at).exists())
    return [*found, *_due(wanted.due)]


def _says(word: str) -> ColumnElement[bool]:
    t = penalty.c
    columns = (t.number, t.title, t.party_name, t.item_name, t.act_place)
    own = process_instance.alias("own")
    business = select(own.c.id).where(own.c.id == t.instance_id, own.c.business_key.contains(word, autoescape=True))
    return or_(*(column.contains(word, autoescape=True) for column in columns), business.exists())


def _due(which: str) -> list[ColumnElement[bool]]:
    """Cases with an open limit, of a step or of the law, in that span."""
    here = clock.local(clock.now())
    tomorrow = (here + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    spans = {"late": (None, here), "today": (here, tomorrow), "week": (here, here + dt.timedelta(days=7))}
    if which not in spans:
        return []
    start, end = spans[which]
    queries = []
    for table, conditions in ((work_item, work_item.c.state.in_(_LIVE)),
                              (deadline_clock, and_(deadline_clock.c.status.in_(TICKING), deadline_clock.c.rule != ""))):
        within = [table.c.due_at < end, *([table.c.due_at >= start] if start else [])]
        queries.append(penalty.c.instance_id.in_(select(table.c.instance_id).where(conditions, *within)))
    return [or_(*queries)]


def _order(sort: str) -> list[ColumnElement[Any]]:
    t = penalty.c
    orders: dict[str, list[ColumnElement[Any]]] = {
        "new": [t.filed_on.desc().nulls_last(), t.instance_id.desc()], "old": [t.instance_id.asc()],
        "number": [t.number.asc().nulls_last(), t.instance_id.asc()]}
    nearest = _least(func.coalesce(_STEP_DUE, _FAR), func.coalesce(_LAW_DUE, _FAR))
    return orders.get(sort, [nearest.asc(), t.instance_id.desc()])


def _least(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    """Twice the smaller of two: an order that both databases can compute."""
    apart: ColumnElement[int] = func.abs(one - other)
    return one + other - apart


def _rows(c: Connection, conditions: list[ColumnElement[bool]], sort: str, skip: int, size: int) -> Sequence[Row[Any]]:
    query = (select(penalty, process_instance.c.business_key, party.c.kind)
             .join(process_instance, process_instance.c.id == penalty.c.instance_id).join(party, party.c.id == penalty.c.party_id)
             .where(*conditions).order_by(*_order(sort)).limit(size).offset(skip))
    return c.execute(query).all()


def _lines(c: Connection, found: Sequence[Row[Any]], by: Participant) -> tuple[Line, ...]:
    ids = [row.instance_id for row in found]
    steps, laws = _most_urgent(c, ids), _nearest(c, ids)
    people = directory.names(c, [who for row in found for who in (row.officer, row.assistant) if who]
                             + [step.assignee for step in steps.values() if step.assignee])
    urgent = ((steps.get(row.instance_id), laws.get(row.instance_id)) for row in found)
    return tuple(_line(row, pair, people, by) for row, pair in zip(found, urgent, strict=True))


def _most_urgent(c: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """The open step of each case that is due first."""
    t = work_item.c
    query = (select(t.instance_id, t.name, t.assignee, t.due_at, t.warn_at).where(t.instance_id.in_(list(ids)), t.state.in_(_LIVE))
             .order_by(t.due_at.is_(None).desc(), t.due_at.desc(), t.id))
    return _by_case(c.execute(query).all())


def _nearest(c: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """The running limit of the law of each case that ends first."""
    t = deadline_clock.c
    running = func.coalesce(t.status, "") == "running", t.rule != ""
    query = (select(t.instance_id, t.rule, t.name, t.due_at).where(t.instance_id.in_(list(ids)), *running)
             .order_by(t.due_at.desc(), t.id))
    return _by_case(c.execute(query).all())


def _by_case(found: Sequence[Any]) -> dict[int, Row[Any]]:
    """The last row of each case."""
    return {row.instance_id: row for row in found}


@dataclass(frozen=True)
class _Concerned:
    """What masking asks of a case."""

    unit_path: str
    officers: tuple[str, ...]


def _line(row: Row[Any], urgent: tuple[Row[Any] | None, Row[Any] | None], people: Mapping[str, str], by: Participant) -> Line:
    step, law = urgent
    ids = tuple(who for who in (row.officer, row.assistant) if who)
    name = masking.name_for(row.party_name, row.kind, by, _Concerned(row.unit_path, ids))
    return Line(
        row.instance_id, row.number or "", row.business_key, row.title.replace(row.party_name, name) if row.party_name else row.title,
        row.item_name, name, tuple(people.get(who, who) for who in ids), row.process_key, row.status, _day(row.filed_on),
        _day(row.closed_on), step.name if step else "", people.get(step.assignee or "", "") if step else "",
        step.due_at if step else None, step.warn_at if step else None, _rule_names().get(law.rule, law.rule) if law else "",
        law.due_at if law else None)


@functools.cache
def _rule_names() -> Mapping[str, str]:
    """DL-C6 立案到处罚决定, by the rule's id."""
    return {rule.id: rule.title for rule in rulebook.rules()}


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _steps(c: Connection, by: Participant) -> tuple[str, ...]:
    """Names of the steps now open in cases this person may see."""
    query = (select(work_item.c.name).distinct().join(penalty, penalty.c.instance_id == work_item.c.instance_id)
             .where(work_item.c.state.in_(_LIVE), access.visible(by, penalty)).order_by(work_item.c.name))
    return tuple(c.execute(query).scalars())


def _items(c: Connection, by: Participant) -> dict[str, str]:
    query = (select(penalty.c.item, func.max(penalty.c.item_name)).where(access.visible(by, penalty), penalty.c.item != "")
             .group_by(penalty.c.item).order_by(penalty.c.item))
    return {row[0]: row[1] for row in c.execute(query)}


def _officers(c: Connection, by: Participant) -> dict[str, str]:
    found = {who for column in (penalty.c.officer, penalty.c.assistant)
             for who in c.execute(select(column).distinct().where(access.visible(by, penalty), column != "")).scalars()}
    names = directory.names(c, sorted(found))
    return {who: names.get(who, who) for who in sorted(found, key=lambda one: names.get(one, one))}
