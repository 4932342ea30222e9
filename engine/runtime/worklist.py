"""What may this person do now, already scoped: one page of work items and the numbers of every view, in one statement.

Only rows that are the person's own or offered to one of their posts are touched, by the indexes on assignee and candidate key; so
the cost follows from the length of this person's list, not from the size of the table.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)

from engine import clock
from engine.people import ROLES, Participant
from engine.runtime.offers import CLAIMED, DONE, OPEN
from engine.runtime.tables import draft, process_instance, work_item

VIEWS = ("mine", "claimable", "due_today", "overdue", "done", "all")
VIEW_WORDS = {
    "mine": "我的待办", "claimable": "待领取", "due_today": "今日到期", "overdue": "已超期", "done": "已办", "all": "全部待办"
}
STATE_WORDS = {OPEN: "待领取", CLAIMED: "办理中", DONE: "已办", "withdrawn": "已收回", "suspended": "已挂起"}
ORDERS = ("due", "newest", "oldest", "priority")
FILTERS = ("q", "link", "category", "element", "process", "unit")
SIZE = 20
LARGEST_SIZE = 200
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Entry:
    """One line of a list. `light` is normal, warn or overdue while it is to be done, None without a limit or when it is done."""

    id: str
    instance_id: int
    case_number: str
    title: str
    category: str | None
    place: str | None
    name: str
    element_id: str
    link: str | None
    lane: str | None
    process_key: str
    state: str
    state_words: str
    is_mine: bool
    assignee: str | None
    role: str | None
    unit_id: str
    created_at: dt.datetime
    claimed_at: dt.datetime | None
    warn_at: dt.datetime | None
    due_at: dt.datetime | None
    limit_text: str | None
    light: str | None
    priority: int
    urged: int
    outcome: str | None
    ended_at: dt.datetime | None
    has_draft: bool
    revision: int


@dataclass(frozen=True)
class Page:
    """One page of a view: `counts` is the size of every view without filters, `total` that of this one with them."""

    entries: tuple[Entry, ...]
    counts: Mapping[str, int]
    total: int
    number: int
    size: int


@dataclass(frozen=True)
class Paging:
    """Which part of a view: `order` is due, newest, oldest or priority; `number` counts from 1."""

    order: str = "due"
    number: int = 1
    size: int = SIZE


def of(
    c: Connection,
    participant: Participant,
    view: str = "all",
    filters: Mapping[str, str] | None = None,
    paging: Paging | None = None,
) -> Page:
    """One page of the person's worklist.

    `filters`: q (words in title, number or place), link, category, element, process (key), unit (id). An unknown view, order or
    filter falls back to the usual one.
    """
    paging = paging or Paging()
    kept = {key: text.strip() for key, text in (filters or {}).items() if key in FILTERS and text and text.strip() and "\0" not in text}
    number, size = min(max(paging.number, 1), LAST_PAGE), min(max(paging.size, 1), LARGEST_SIZE)
    view, order = view if view in VIEWS else "all", paging.order if paging.order in ORDERS else "due"
    asked = {**_asked(participant), **_values(kept), "size": size, "skip": (number - 1) * size}
    rows = c.execute(_statement(view, tuple(sorted(kept)), order, len(participant.acts_for)), asked).all()
    counts = {name: int(getattr(rows[0], f"n_{name}") or 0) for name in VIEWS}
    entries = tuple(_entry(row, participant) for row in rows if row.id is not None)
    return Page(entries, counts, int(rows[0].n_total or 0), number, size)


def _asked(participant: Participant) -> dict[str, Any]:
    here = clock.local(clock.now())
    tomorrow = (here + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "me": participant.id,
        "keys": list(participant.candidate_keys),
        **{f"away_{n}": one.person_id for n, one in enumerate(participant.acts_for)},
        **{f"roles_{n}": sorted(one.roles) for n, one in enumerate(participant.acts_for)},
        "now": int(here.timestamp() * 1000),
        "tomorrow": int(tomorrow.timestamp() * 1000),
    }


def _values(filters: Mapping[str, str]) -> dict[str, str]:
    return {f"f_{key}": f"/{text}/" if key == "unit" else text for key, text in filters.items()}


_ME: BindParameter[Any] = bindparam("me")
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_NOW, _TOMORROW = bindparam("now", type_=BigInteger), bindparam("tomorrow", type_=BigInteger)
_DUE = type_coerce(work_item.c.due_at, BigInteger)


@lru_cache(maxsize=256)
def _statement(view: str, filters: tuple[str, ...], order: str, absent: int = 0) -> Select[Any]:
    """The statement for one view, set of filters and order, and a number of people stood in for; built once for each."""
    todo = _todo(absent)
    done = select(*work_item.c, literal(True).label("own")).where(work_item.c.ended_by == _ME, work_item.c.state == DONE).cte("done")
    source = done if view == "done" else todo
    wanted = [*_in_view(view, source), *(_filter(key, source) for key in filters)]
    counts = _counts(todo, done, source, wanted)
    ordered = select(source).where(*wanted).order_by(*_order(order, view, source))
    page = ordered.limit(bindparam("size")).offset(bindparam("skip")).cte("page")
    drafted = select(literal(1)).where(draft.c.work_item_id == page.c.id, draft.c.person_id == _ME).exists()
    joined = counts.outerjoin(page, true()).outerjoin(process_instance, process_instance.c.id == page.c.instance_id)
    answer = select(counts, page, process_instance.c.revision, drafted.label("has_draft")).select_from(joined)
    return answer.order_by(*_order(order, view, page))


def _todo(absent: int) -> CTE:
    """What is this person's, or of somebody they stand in for, and what is offered to one of their posts; one index each."""
    lent = [and_(work_item.c.assignee == bindparam(f"away_{n}"), work_item.c.candidate_role.in_(bindparam(f"roles_{n}", expanding=True)))
            for n in range(absent)]
    whose = or_(work_item.c.assignee == _ME, *lent) if lent else work_item.c.assignee == _ME
    mine = select(*work_item.c, literal(True).label("own")).where(whose, work_item.c.state == CLAIMED)
    offered = select(*work_item.c, literal(False)).where(work_item.c.candidate_key.in_(_KEYS), work_item.c.state == OPEN)
    return union_all(mine, offered).cte("todo")


def _counts(todo: CTE, done: CTE, source: CTE, wanted: list[ColumnElement[bool]]) -> CTE:
    def number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((conditions[0] if conditions else true(), 1), else_=0)), 0)

    views = [number(*_in_view(view, todo)).label(f"n_{view}") for view in VIEWS if view != "done"]
    n_done = select(func.count()).select_from(done).scalar_subquery().label("n_done")
    total = select(func.count()).select_from(source).where(*wanted).scalar_subquery().label("n_total")
    return select(*views, n_done, total).select_from(todo).cte("counts")


def _in_view(view: str, source: CTE) -> list[ColumnElement[bool]]:
    due = type_coerce(source.c.due_at, BigInteger)
    views: dict[str, list[ColumnElement[bool]]] = {
        "mine": [source.c.own == literal_column("true")],
        "claimable": [source.c.own == literal_column("false")],
        "due_today": [(due >= _NOW) & (due < _TOMORROW)],
        "overdue": [due < _NOW],
    }
    return views.get(view, [])


def _filter(key: str, source: CTE) -> ColumnElement[bool]:
    value: Any = bindparam(f"f_{key}")
    if key == "q":
        columns = (source.c.title, source.c.case_number, source.c.place)
        return or_(*(column.contains(value, autoescape=False) for column in columns))
    if key == "unit":
        return source.c.unit_path.contains(value, autoescape=False)
    named: dict[str, ColumnElement[Any]] = {
        "link": source.c.link, "category": source.c.category, "element": source.c.element_id, "process": source.c.process_key
    }
    return cast(ColumnElement[bool], named[key] == value)


def _order(order: str, view: str, source: CTE) -> list[ColumnElement[Any]]:
    """By due time with what has none at the end; what is done, by when it was done. The id keeps pages apart."""
    if view == "done":
        return [source.c.ended_at.desc(), source.c.id]
    firsts: dict[str, list[ColumnElement[Any]]] = {
        "due": [source.c.due_at.asc().nulls_last(), source.c.priority.desc(), source.c.created_at],
        "newest": [source.c.created_at.desc()],
        "oldest": [source.c.created_at.asc()],
        "priority": [source.c.priority.desc(), source.c.due_at.asc().nulls_last()],
    }
    return [*firsts[order], source.c.id]


def _entry(row: Any, participant: Participant) -> Entry:
    role = ROLES.get(row.candidate_role or "")
    return Entry(
        id=row.id, instance_id=row.instance_id, case_number=row.case_number, title=row.title, category=row.category,
        place=row.place, name=row.name, element_id=row.element_id, link=row.link, lane=row.lane,
        process_key=row.process_key, state=row.state, state_words=STATE_WORDS[row.state],
        is_mine=participant.in_hand(row.assignee, row.candidate_role), assignee=row.assignee, role=role.name if role else None,
        unit_id=row.unit_id, created_at=row.created_at, claimed_at=row.claimed_at, warn_at=row.warn_at,
        due_at=row.due_at, limit_text=row.limit_text, light=light(row.state, row.warn_at, row.due_at),
        priority=row.priority, urged=row.urged, outcome=row.outcome, ended_at=row.ended_at,
        has_draft=bool(row.has_draft), revision=row.revision,
    )


def light(state: str, warn_at: dt.datetime | None, due_at: dt.datetime | None) -> str | None:
    """normal, warn or overdue, for an item that is still to be done and has a limit."""
    if due_at is None or state not in (OPEN, CLAIMED):
        return None
    now = clock.now()
    if due_at < now:
        return "overdue"
    return "warn" if warn_at is not None and warn_at <= now else "normal"
