"""Sending a case to somebody to read (抄送), and what the sender sees of it: who has read it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import ROLES, Participant, directory
from engine.runtime import access
from engine.runtime import case as cases
from engine.runtime.commands.wording import stated
from engine.runtime.tables import carbon_copy, process_instance

MOST = 30
PAGE = 50


@dataclass(frozen=True)
class Copy:
    """One copy: of which case, to whom, from whom, and when it was read (None: not yet)."""

    instance_id: int
    number: str
    title: str
    person_id: str
    person: str
    sender: str
    note: str
    at: dt.datetime
    read_at: dt.datetime | None


def copy_to(c: Connection, instance_id: int, people: Sequence[str], *, by: Participant, note: str = "") -> dict[str, Any]:
    """Let people of the same town read a case. Whoever has it already keeps their first copy.

    Raises NotFound, NotAllowed (a supervisor, who does not choose who else reads), InvalidValues.
    """
    case = access.seen_case(c, instance_id, by)
    if not may_send(by):
        raise NotAllowed("监督人员只查阅案件，不能抄送。需要转告有关情况时，请使用催办或者督办单。", instance=instance_id, person=by.id)
    town = f"/{'/'.join(case.row.unit_path.strip('/').split('/')[:2])}/"
    receivers = [directory.participant(c, person) for person in dict.fromkeys(people) if person != by.id]
    if not receivers or len(receivers) > MOST:
        raise InvalidValues({"people": f"请选择 1 至 {MOST} 位抄送对象。"})
    for one in receivers:
        if not may_receive(one, town):
            raise InvalidValues({"people": f"{one.name}不在本镇街经办案件，不能抄送。请重新选择。"})
    held = set(c.execute(select(carbon_copy.c.person_id).where(carbon_copy.c.instance_id == instance_id)).scalars())
    said = stated(note)
    new: list[dict[str, Any]] = [{"instance_id": instance_id, "person_id": one.id, "by_id": by.id, "note": said, "at": case.at}
                                 for one in receivers if one.id not in held]
    if new:
        c.execute(insert(carbon_copy), new)
        cases.involve(case, [row["person_id"] for row in new])
        names = "、".join(one.name for one in receivers if one.id not in held)
        case.story.tell("copied", None, to=[row["person_id"] for row in new], to_name=names, reason=said)
        return case.save_unmoved(copied=len(new))
    return case.answer(copied=0)


def receivers(c: Connection, instance_id: int, *, by: Participant) -> tuple[Participant, ...]:
    """Whom a case may be sent to, without those who have it already. Raises NotFound when this person may not see the case."""
    row = cases.peeked(c, instance_id).row
    if not access.may_see(c, by, row):
        raise NotFound(instance=instance_id, person=by.id)
    town = f"/{'/'.join(row.unit_path.strip('/').split('/')[:2])}/"
    held = {by.id, *c.execute(select(carbon_copy.c.person_id).where(carbon_copy.c.instance_id == instance_id)).scalars()}
    return tuple(one for one in directory.people(c, below=[town]) if one.id not in held and may_receive(one, town)) if may_send(by) else ()


def may_send(by: Participant) -> bool:
    """Whether a person may let others read a case: everybody who sees it but those who only supervise."""
    return any("order" not in ROLES[post.role].capabilities for post in by.own_posts)


def may_receive(one: Participant, town: str) -> bool:
    """Whether a person may be sent cases of a town (a path): those who handle or answer for cases there, not those who only report."""
    return any(post.unit_path.startswith(town) and post.level == "town" and ROLES[post.role].sees != "none" for post in one.own_posts)


def read(c: Connection, instance_id: int, *, by: Participant) -> dict[str, Any]:
    """Say that one has read one's copy; saying it again changes nothing. Raises NotFound where one was sent none."""
    mine = (carbon_copy.c.instance_id == instance_id) & (carbon_copy.c.person_id == by.id)
    held = c.execute(select(carbon_copy.c.read_at).where(mine)).first()
    if held is None:
        raise NotFound(instance=instance_id, person=by.id)
    if held.read_at is None:
        case = access.seen_case(c, instance_id, by)
        c.execute(update(carbon_copy).where(mine).values(read_at=case.at))
        case.story.tell("copy-read", None)
        return case.save_unmoved()
    return {"instance": instance_id}


def of_case(c: Connection, instance_id: int) -> tuple[Copy, ...]:
    """All copies of a case, the oldest first. The caller has asked whether it may be seen."""
    return _copies(c, _query().where(carbon_copy.c.instance_id == instance_id).order_by(carbon_copy.c.at, carbon_copy.c.person_id))


def of_person(c: Connection, by: Participant, page: int = 1) -> tuple[Copy, ...]:
    """What this person was sent: unread first, then the newest."""
    query = _query().where(carbon_copy.c.person_id == by.id).order_by(
        carbon_copy.c.read_at.is_not(None), carbon_copy.c.at.desc(), carbon_copy.c.instance_id)
    return _copies(c, query.limit(PAGE).offset((max(1, page) - 1) * PAGE))


def unread(c: Connection, by: Participant) -> int:
    """How many copies this person has not read yet."""
    query = select(func.count()).select_from(carbon_copy).where(carbon_copy.c.person_id == by.id, carbon_copy.c.read_at.is_(None))
    return int(c.execute(query).scalar_one())


def _query() -> Any:
    return (select(carbon_copy, process_instance.c.business_key, process_instance.c.title)
            .join(process_instance, process_instance.c.id == carbon_copy.c.instance_id))


def _copies(c: Connection, query: Any) -> tuple[Copy, ...]:
    rows = c.execute(query).all()
    names = directory.names(c, [person for row in rows for person in (row.person_id, row.by_id)]) if rows else {}
    return tuple(Copy(row.instance_id, row.business_key, row.title, row.person_id, names.get(row.person_id, row.person_id),
                      names.get(row.by_id, row.by_id), row.note, row.at, row.read_at) for row in rows)
