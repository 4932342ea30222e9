"""Who can move what stands still: the people behind a post, whoever may assign, steer or administer there, and how to reach them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from engine.people import ROLES
from engine.people.tables import person, post, unit
from engine.runtime import offers

_WHO = select(
    person.c.id, person.c.name, person.c.phone, post.c.role, unit.c.id.label("unit_id"), unit.c.path, unit.c.name.label("unit")
).select_from(post.join(person, person.c.id == post.c.person_id).join(unit, unit.c.id == post.c.unit_id))
STAFF = _WHO.where(
    person.c.active,
    or_(post.c.role.in_(bindparam("roles", expanding=True)), post.c.unit_id.in_(bindparam("units", expanding=True))),
).order_by(person.c.name, person.c.id, post.c.id)
HOLDERS = (
    select(person.c.id, person.c.name, person.c.phone, person.c.active, post.c.role, unit.c.path, unit.c.name.label("unit"))
    .select_from(person.join(post, post.c.person_id == person.c.id, isouter=True).join(unit, unit.c.id == post.c.unit_id, isouter=True))
    .where(person.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(post.c.id)
)
EVERYWHERE = ("steer", "assign", "administer")


@dataclass(frozen=True)
class Mover:
    """A person who can move a case. `more`: how many others could as well, from the same post."""

    person: str
    name: str
    post: str
    phone: str | None
    more: int = 0

    @property
    def said(self) -> str:
        """钱四（柳林村 村社干部）等 2 人."""
        many = f"等 {self.more + 1} 人" if self.more else ""
        return f"{self.name}（{self.post}）{many}" if self.post else f"{self.name}{many}"


@dataclass(frozen=True)
class Holder:
    """Whoever has a step: `posts` are (role, unit's path)."""

    mover: Mover
    active: bool
    posts: tuple[tuple[str, str], ...]

    def covers(self, item: Any) -> bool:
        """Still holds the role of a step where it may be done; a step without a role asks for any post at all."""
        role, places = item.candidate_role, offers.places(item.unit_path, item.candidate_key)
        return any(role in (None, held) and path.rstrip("/").rpartition("/")[2] in places for held, path in self.posts)


@dataclass(frozen=True)
class Staff:
    """The people that a page of cases may need. `posts` are rows of STAFF, `holders` those who have a step now."""

    posts: tuple[Any, ...] = ()
    holders: Mapping[str, Holder] = field(default_factory=dict)

    def of_post(self, candidate_key: str | None) -> Mover | None:
        """Whoever is offered a step; None when nobody holds the post."""
        role, _, unit_id = (candidate_key or "").partition("@")
        return _first([row for row in self.posts if row.role == role and row.unit_id == unit_id])

    def allowed(self, capability: str, unit_path: str) -> Mover | None:
        """Whoever has a capability there, the nearest post first; None when nobody has."""
        found = [row for row in self.posts if capability in ROLES[row.role].capabilities and unit_path.startswith(row.path)]
        near = max((len(row.path) for row in found), default=0)
        return _first([row for row in found if len(row.path) == near])

    def administrator(self) -> Mover | None:
        """Any system administrator."""
        return _first([row for row in self.posts if "administer" in ROLES[row.role].capabilities])

    def receivers(self, item: Any) -> bool:
        """Whether somebody else could be handed a step."""
        role, places, but = item.candidate_role, offers.places(item.unit_path, item.candidate_key), item.assignee
        if role is None:
            return any(row.path.startswith(item.unit_path) and row.id != but for row in self.posts)
        return any(row.role == role and row.unit_id in places and row.id != but for row in self.posts)


def _first(rows: list[Any]) -> Mover | None:
    people = list(dict.fromkeys(row.id for row in rows))
    if not people:
        return None
    row = rows[0]
    return Mover(row.id, row.name, _post(row.unit, row.role), row.phone, len(people) - 1)


def _post(unit_name: str | None, role: str | None) -> str:
    return f"{unit_name} {ROLES[role].name}" if unit_name and role and role in ROLES else ""


def staff(c: Connection, paths: Iterable[str], items: Collection[Any]) -> Staff:
    """Everybody who may have to do with cases at these units' paths, with these steps of theirs, and who has one; two statements."""
    roles = [key for key, role in ROLES.items() if role.capabilities & set(EVERYWHERE)]
    units = {part for path in paths for part in path.split("/") if part}
    units |= {unit for item in items for unit in offers.places(item.unit_path, item.candidate_key)}
    rows = c.execute(STAFF, {"roles": roles, "units": sorted(units)}).all()
    return Staff(tuple(row for row in rows if row.role in ROLES), _holders(c, (item.assignee for item in items if item.assignee)))


def _holders(c: Connection, people: Iterable[str]) -> dict[str, Holder]:
    found: dict[str, Holder] = {}
    for row in c.execute(HOLDERS, {"ids": sorted(set(people))}):
        before = found.get(row.id)
        held = ((row.role, row.path),) if row.role in ROLES else ()
        mover = before.mover if before and before.mover.post else Mover(row.id, row.name, _post(row.unit, row.role), row.phone)
        found[row.id] = Holder(mover, row.active, (before.posts if before else ()) + held)
    return found
