"""The register as administrators read it: everybody, disabled people and people without a post included."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from engine.errors import NotFound
from engine.people.participant import Post
from engine.people.tables import person, post, unit

PAGE = 50


@dataclass(frozen=True)
class Card:
    """A person with everything but the password."""

    id: str
    name: str
    active: bool
    phone: str | None
    note: str | None
    has_password: bool
    changed_at: dt.datetime | None
    changed_by: str | None
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class Search:
    """Whom to list; an empty field means everybody."""

    words: str = ""
    role: str = ""
    unit_path: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Found:
    """One page of people and how many there are."""

    cards: tuple[Card, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least one."""
        return max(1, -(-self.total // PAGE))


def in_use(c: Connection) -> bool:
    """Somebody was given a password: this register is no trial any more."""
    return c.execute(select(person.c.id).where(person.c.password_hash.is_not(None)).limit(1)).first() is not None


def card(c: Connection, person_id: str) -> Card:
    """One person. Raises NotFound."""
    found = _cards(c, select(person).where(person.c.id == person_id))
    if not found:
        raise NotFound("没有这个人员，请返回人员列表重新选择。")
    return found[0]


def search(c: Connection, wanted: Search, page: int = 1) -> Found:
    """People by login; those without a post are found too, unless a role or a unit is asked for."""
    query = select(person).where(person.c.active.is_(not wanted.disabled))
    if wanted.words:
        places = (person.c.id, person.c.name, person.c.phone)
        query = query.where(or_(*(place.contains(wanted.words, autoescape=True) for place in places)))
    if wanted.role or wanted.unit_path:
        holds = select(post.c.person_id).join(unit, unit.c.id == post.c.unit_id)
        holds = holds.where(post.c.role == wanted.role) if wanted.role else holds
        query = query.where(person.c.id.in_(holds.where(unit.c.path.startswith(wanted.unit_path or "/", autoescape=True))))
    total = c.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    page = min(max(1, page), max(1, -(-total // PAGE)))
    return Found(_cards(c, query.order_by(person.c.id).limit(PAGE).offset((page - 1) * PAGE)), total, page)


def _cards(c: Connection, query: Select[Any]) -> tuple[Card, ...]:
    rows = c.execute(query).all()
    posts = _posts(c, [row.id for row in rows])
    return tuple(Card(r.id, r.name, r.active, r.phone, r.note, r.password_hash is not None, r.changed_at, r.changed_by,
                      tuple(posts.get(r.id, ()))) for r in rows)


def _posts(c: Connection, ids: Sequence[str]) -> dict[str, list[Post]]:
    query = (select(post.c.person_id, post.c.role, unit.c.id, unit.c.path, unit.c.name, unit.c.level)
             .join(unit, unit.c.id == post.c.unit_id).where(post.c.person_id.in_(ids)).order_by(post.c.id))
    found: dict[str, list[Post]] = {}
    for row in c.execute(query):
        found.setdefault(row.person_id, []).append(Post(row.role, row.id, row.path, row.name, row.level))
    return found
