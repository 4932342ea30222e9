"""Reading and changing units, people and posts. Passwords are hashed by the caller; a plain one never comes here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from engine import clock
from engine.database import UTCDateTime
from engine.errors import InvalidValues, NotFound
from engine.people.participant import Absence, Participant, Post
from engine.people.roles import EXCLUSIVE, LEVEL_NAMES, ROLES
from engine.people.tables import person, post, stand_in, unit

POSTS = (select(post.c.person_id, post.c.role, unit.c.id, unit.c.path, unit.c.name, unit.c.level)
         .join(unit, unit.c.id == post.c.unit_id).where(post.c.person_id == bindparam("p")).order_by(post.c.id))
STANDING = (select(stand_in.c.person_id, stand_in.c.roles, person.c.name).join(person, person.c.id == stand_in.c.person_id)
            .where(stand_in.c.deputy_id == bindparam("p"), stand_in.c.ended_at.is_(None),
                   stand_in.c.first_at <= bindparam("now", type_=UTCDateTime), stand_in.c.last_at > bindparam("now", type_=UTCDateTime))
            .order_by(stand_in.c.id))
AWAY = (select(stand_in.c.deputy_id, stand_in.c.roles).join(post, post.c.person_id == stand_in.c.person_id)
        .join(person, person.c.id == stand_in.c.deputy_id)
        .where(post.c.role == bindparam("role"), post.c.unit_id == bindparam("unit"), person.c.active, stand_in.c.ended_at.is_(None),
               stand_in.c.first_at <= bindparam("now", type_=UTCDateTime), stand_in.c.last_at > bindparam("now", type_=UTCDateTime))
        .order_by(stand_in.c.id))
PERSON = select(person).where(person.c.id == bindparam("p"))


@dataclass(frozen=True)
class Unit:
    """A place in the tree city, town, area, village, grid, or a department of a city."""

    id: str
    name: str
    level: str
    parent_id: str | None
    path: str
    polygon: Any = None


def participant(c: Connection, person_id: str) -> Participant:
    """The person with all posts, and with those of whoever they stand in for now. Raises NotFound when unknown or disabled."""
    row = c.execute(PERSON, {"p": person_id}).first()
    if row is None or not row.active:
        raise NotFound("没有这个人员，或者其账号已停用。", person=person_id)
    away = tuple(Absence(r.person_id, r.name, frozenset(r.roles)) for r in c.execute(STANDING, {"p": person_id, "now": clock.now()}))
    lent = (post for one in away for post in _posts(c, one.person_id, one.name) if post.role in one.roles)
    return Participant(row.id, row.name, (*_posts(c, person_id), *lent), away)


def _posts(c: Connection, person_id: str, instead_of: str = "") -> tuple[Post, ...]:
    rows = c.execute(POSTS, {"p": person_id})
    return tuple(Post(r.role, r.id, r.path, r.name, r.level, instead_of) for r in rows)


def names(c: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Names by person id; unknown ids are left out."""
    return {r.id: r.name for r in c.execute(select(person.c.id, person.c.name).where(person.c.id.in_(set(ids))))}


def unit_names(c: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Names by unit id; unknown ids are left out."""
    return {r.id: r.name for r in c.execute(select(unit.c.id, unit.c.name).where(unit.c.id.in_(set(ids))))}


def unit_of(c: Connection, unit_id: str) -> Unit:
    """One unit. Raises NotFound."""
    row = c.execute(select(unit).where(unit.c.id == unit_id)).first()
    if row is None:
        raise NotFound("没有这个单位或网格，请重新选择。", unit=unit_id)
    return Unit(row.id, row.name, row.level, row.parent_id, row.path, row.polygon)


def units(c: Connection, below: str = "/", level: str | None = None) -> tuple[Unit, ...]:
    """Units below a path, in the order of the tree."""
    query = select(unit).where(unit.c.path.startswith(below, autoescape=True)).order_by(unit.c.path)
    if level is not None:
        query = query.where(unit.c.level == level)
    return tuple(Unit(r.id, r.name, r.level, r.parent_id, r.path, r.polygon) for r in c.execute(query))


def ancestor(c: Connection, path: str, level: str) -> Unit | None:
    """The unit of that level that contains the path (or is it), None when the path is above that level."""
    ids = [part for part in path.split("/") if part]
    row = c.execute(select(unit).where(unit.c.id.in_(ids), unit.c.level == level)).first()
    return None if row is None else Unit(row.id, row.name, row.level, row.parent_id, row.path, row.polygon)


def departments(c: Connection, path: str) -> Mapping[str, Unit]:
    """The departments of the city that contains the path, by name; spaces around a name do not count."""
    city = ancestor(c, path, "city")
    return {one.name.strip(): one for one in units(c, city.path, "department")} if city else {}


def department(c: Connection, path: str, name: str) -> Unit | None:
    """The department of that name in the city that contains the path; None when the city has no unit for it."""
    return departments(c, path).get(name.strip())


def holders(c: Connection, role: str, unit_id: str) -> tuple[Participant, ...]:
    """Active people with a role at exactly that unit, by name: those whom a candidate key "role@unit" reaches, deputies included."""
    query = (select(person.c.id, person.c.name).join(post, post.c.person_id == person.c.id)
             .where(post.c.role == role, post.c.unit_id == unit_id, person.c.active).order_by(person.c.name, person.c.id))
    away = c.execute(AWAY, {"role": role, "unit": unit_id, "now": clock.now()}).all()
    found = [participant(c, row.id) for row in c.execute(query).all()]
    return (*found, *(participant(c, row.deputy_id) for row in away if role in row.roles))


def people(c: Connection, *, words: str = "", below: Sequence[str] = ("/",)) -> tuple[Participant, ...]:
    """People with a post below one of the paths, searched by name, id or phone. For administrators and pickers."""
    query = (select(person.c.id).join(post, post.c.person_id == person.c.id).join(unit, unit.c.id == post.c.unit_id)
             .where(or_(*(unit.c.path.startswith(p, autoescape=True) for p in below)), person.c.active)
             .distinct().order_by(person.c.id))
    if words:
        query = query.where(or_(person.c.name.contains(words, autoescape=True), person.c.id.contains(words, autoescape=True)))
    return tuple(participant(c, row.id) for row in c.execute(query).all())


def active_after(c: Connection, after: str, limit: int) -> tuple[Participant, ...]:
    """Active people in the order of their ids, the next `limit` after one id: for work that goes through everybody piece by piece."""
    query = select(person.c.id).where(person.c.id > after, person.c.active).order_by(person.c.id).limit(limit)
    return tuple(participant(c, person_id) for person_id in c.execute(query).scalars().all())


def save_unit(c: Connection, values: Mapping[str, Any]) -> Unit:
    """Add or change a unit: id, name, level, parent_id, polygon. Moving a unit to another parent is refused: cases hang on its path."""
    level, parent_id = values["level"], values.get("parent_id")
    if level not in LEVEL_NAMES:
        raise InvalidValues({"level": f"层级应为 {'、'.join(LEVEL_NAMES)} 之一。"})
    parent = unit_of(c, parent_id) if parent_id else None
    path = f"{parent.path if parent else '/'}{values['id']}/"
    if level == "department" and (other := department(c, path, values["name"])) and other.id != values["id"]:
        raise InvalidValues({"name": f"部门“{other.name}”已经登记（编码 {other.id}），一个部门只设一个单位。"})
    row = {"id": values["id"], "name": values["name"], "level": level, "parent_id": parent_id, "path": path,
           "polygon": values.get("polygon"), "sort": values.get("sort", 0)}
    known = c.execute(select(unit.c.path).where(unit.c.id == values["id"])).scalar()
    if known is None:
        c.execute(insert(unit), row)
    elif known != path:
        raise InvalidValues({"parent_id": "已有单位不能改挂到其他上级，请新建单位。"})
    else:
        c.execute(update(unit).where(unit.c.id == values["id"]).values({k: row[k] for k in ("name", "polygon", "sort")}))
    return unit_of(c, values["id"])


def save_person(c: Connection, person_id: str, values: Mapping[str, Any], by: str | None) -> None:
    """Add or change a person: name, active, phone, password_hash (only if given)."""
    row = {k: values[k] for k in ("name", "active", "phone", "note", "password_hash") if k in values}
    row |= {"changed_at": clock.now(), "changed_by": by}
    if c.execute(PERSON, {"p": person_id}).first() is None:
        c.execute(insert(person), {"id": person_id, "active": True, **row})
    else:
        c.execute(update(person).where(person.c.id == person_id).values(row))


def set_posts(c: Connection, person_id: str, posts: Sequence[tuple[str, str]]) -> None:
    """Replace all posts of a person by these (role, unit id). Raises InvalidValues: unknown role, wrong level, two of the 三员."""
    for role, unit_id in posts:
        if role not in ROLES:
            raise InvalidValues({"role": f"没有“{role}”这个岗位。"})
        if (found := unit_of(c, unit_id)).level not in ROLES[role].levels:
            raise InvalidValues({"unit": f"岗位“{ROLES[role].name}”应设在{ROLES[role].level_words}，不能设在“{found.name}”。"})
    if len({role for role, _ in posts} & EXCLUSIVE) > 1:
        raise InvalidValues({"role": "系统、安全、审计管理员必须由不同的人担任。"})
    c.execute(delete(post).where(post.c.person_id == person_id))
    if posts:
        c.execute(insert(post), [{"person_id": person_id, "role": r, "unit_id": u} for r, u in dict.fromkeys(posts)])
