"""Standing in for somebody who is away (代理): arranged by the person, or by an administrator, for a time and for some of their roles.

Administrators' own roles cannot be lent: nobody may come to hold two of the 三员 that way.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from engine import clock
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import ROLES, Participant, directory
from engine.people.roles import EXCLUSIVE
from engine.people.tables import stand_in
from engine.supervision import audit

LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class Wish:
    """`first` and `last` are days in Shanghai, both included. `document` is the paper that allows it, where there is one."""

    person: str
    deputy: str
    roles: Sequence[str]
    first: dt.date
    last: dt.date
    reason: str
    document: str = ""


@dataclass(frozen=True)
class StandIn:
    """One arrangement. `state` is coming, now, over or ended (before its time)."""

    id: int
    person_id: str
    person: str
    deputy_id: str
    deputy: str
    roles: tuple[str, ...]
    first: dt.date
    last: dt.date
    reason: str
    document: str
    state: str

    @property
    def is_open(self) -> bool:
        """Still to come, or lasting."""
        return self.state in ("coming", "now")


def arrange(c: Connection, wish: Wish, *, by: Participant) -> int:
    """Let somebody stand in; answers the arrangement's id. Raises NotAllowed, NotFound, InvalidValues, InvalidState (another one at
    the same time)."""
    if wish.person != by.id and not by.may("administer"):
        raise NotAllowed("只能为自己安排代理；其他人的代理由系统管理员登记。")
    person, deputy = directory.participant(c, wish.person), directory.participant(c, wish.deputy)
    if errors := _errors(wish, person, deputy):
        raise InvalidValues(errors)
    first, last = _start(wish.first), _start(wish.last + dt.timedelta(days=1))
    _must_be_alone(c, person, first, last)
    row = {"person_id": person.id, "deputy_id": deputy.id, "roles": sorted(set(wish.roles)), "first_at": first, "last_at": last,
           "reason": wish.reason.strip(), "document": wish.document.strip(), "made_by": by.id, "made_at": clock.now()}
    made = int(c.execute(insert(stand_in).returning(stand_in.c.id), row).scalar_one())
    audit.note(c, by, "stand-in-arranged", f"{wish.first} 至 {wish.last} 由{deputy.name}代理{person.name}（{words(wish.roles)}），"
               f"事由：{wish.reason.strip()}。", stand_in=made, person=person.id, deputy=deputy.id)
    return made


def end(c: Connection, stand_in_id: int, *, by: Participant) -> None:
    """End an arrangement before its time. For the person, and administrators. Raises NotFound, InvalidState."""
    found = next((one for one in _listed(c, stand_in.c.id == stand_in_id)), None)
    if found is None or not (by.id == found.person_id or by.may("administer")):
        raise NotFound(stand_in=stand_in_id)
    if not found.is_open:
        raise InvalidState("这次代理已经结束。")
    c.execute(update(stand_in).where(stand_in.c.id == stand_in_id).values(ended_by=by.id, ended_at=clock.now()))
    audit.note(c, by, "stand-in-ended", f"结束{found.deputy}对{found.person}的代理。", stand_in=stand_in_id)


def of_person(c: Connection, by: Participant) -> tuple[StandIn, ...]:
    """Arrangements in which this person is away or stands in, the newest first."""
    return _listed(c, or_(stand_in.c.person_id == by.id, stand_in.c.deputy_id == by.id))


def deputies_for(c: Connection, by: Participant) -> tuple[Participant, ...]:
    """Whom this person may choose: everybody with a post in the same town."""
    towns = sorted({f"/{'/'.join(post.unit_path.strip('/').split('/')[:2])}/" for post in by.own_posts})
    return tuple(one for one in directory.people(c, below=towns) if one.id != by.id) if towns else ()


def lendable(by: Participant) -> tuple[str, ...]:
    """The person's own roles that a deputy may be given."""
    return tuple(dict.fromkeys(post.role for post in by.own_posts if post.role not in EXCLUSIVE))


def words(roles: Sequence[str]) -> str:
    """The roles by name."""
    return "、".join(ROLES[role].name for role in roles if role in ROLES)


def _errors(wish: Wish, person: Participant, deputy: Participant) -> dict[str, str]:
    errors: dict[str, str] = {}
    if deputy.id == person.id or deputy.id not in {one.id for one in _near(person, deputy)}:
        errors["deputy"] = "请选择同一镇街或者同一部门的另一位人员。"
    if not wish.roles or not set(wish.roles) <= set(lendable(person)):
        errors["roles"] = "请勾选要代理的岗位，只能是本人担任的业务岗位。"
    if not wish.first <= wish.last or wish.last - wish.first > LONGEST or wish.last < clock.today():
        errors["last"] = "结束日期应不早于开始日期和今天，最长一年。"
    if not 2 <= len(wish.reason.strip()) <= 200:
        errors["reason"] = "请写明事由，例如“外出培训”，200 字以内。"
    if len(wish.document.strip()) > 120:
        errors["document"] = "文号或文件名请在 120 字以内。"
    return errors


def _near(person: Participant, deputy: Participant) -> Sequence[Participant]:
    towns = {post.unit_path.strip("/").split("/")[1:2][0] for post in person.own_posts if post.level != "city"}
    near = any(post.level != "city" and post.unit_path.strip("/").split("/")[1] in towns for post in deputy.own_posts)
    return (deputy,) if near else ()


def _must_be_alone(c: Connection, person: Participant, first: dt.datetime, last: dt.datetime) -> None:
    """One deputy at a time: whose signature counts must be plain."""
    clash = select(stand_in.c.id).where(stand_in.c.person_id == person.id, stand_in.c.ended_at.is_(None),
                                        stand_in.c.first_at < last, stand_in.c.last_at > first)
    if c.execute(clash.limit(1)).first() is not None:
        raise InvalidState(f"{person.name}在这段时间已经安排了代理，请先结束原来的安排。")


def _listed(c: Connection, wanted: ColumnElement[bool]) -> tuple[StandIn, ...]:
    rows = c.execute(select(stand_in).where(wanted).order_by(stand_in.c.first_at.desc(), stand_in.c.id.desc())).all()
    names = directory.names(c, [one for row in rows for one in (row.person_id, row.deputy_id)]) if rows else {}
    return tuple(StandIn(row.id, row.person_id, names[row.person_id], row.deputy_id, names[row.deputy_id], tuple(row.roles),
                         clock.local(row.first_at).date(), (clock.local(row.last_at) - dt.timedelta(days=1)).date(), row.reason,
                         row.document, _state(row.first_at, row.last_at, row.ended_at)) for row in rows)


def _state(first: dt.datetime, last: dt.datetime, ended: dt.datetime | None) -> str:
    if ended is not None:
        return "ended"
    now = clock.now()
    return "coming" if now < first else "now" if now < last else "over"


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.SHANGHAI)
