"""Who has the supervised step in hand, and who ever had it: the first must answer, none of them may sit in judgement on it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select

from engine.people import ROLES, directory
from engine.runtime.tables import record, work_item
from engine.supervision.tables import event_

_ITEM = select(work_item).where(work_item.c.instance_id == bindparam("case"))
NEWEST = _ITEM.where(work_item.c.element_id == bindparam("element")).order_by(work_item.c.created_at.desc(), work_item.c.id.desc()).limit(1)
IN_HAND = (_ITEM.where(work_item.c.state.in_(("open", "claimed", "suspended")))
           .order_by(work_item.c.created_at.desc(), work_item.c.id.desc()).limit(1))
LAST = _ITEM.order_by(work_item.c.created_at.desc(), work_item.c.id.desc()).limit(1)
HELD = select(work_item.c.id).where(
    work_item.c.instance_id == bindparam("case"), work_item.c.element_id == bindparam("element"),
    or_(work_item.c.assignee == bindparam("person"), work_item.c.ended_by == bindparam("person"))).limit(1)
TOUCHED = select(record.c.actor, record.c.kind, record.c.body).where(
    record.c.instance_id == bindparam("case"), record.c.element_id == bindparam("element"),
    record.c.kind.in_(("claimed", "completed", "transferred")))
DECLARED = select(event_.c.id).where(
    event_.c.ladder_id == bindparam("i"), event_.c.kind == "recused", event_.c.by == bindparam("person")).limit(1)


@dataclass(frozen=True)
class Addressee:
    """A person, or everybody with a post ("role@unit"); `name` is what stands on the paper."""

    person: str | None
    key: str | None
    name: str

    @property
    def role(self) -> str | None:
        """The role of the post."""
        return (self.key or "").partition("@")[0] or None


def of(c: Connection, matter: Row[Any]) -> Addressee:
    """Whoever has the step now, or had it last; for a limit of the whole case, whoever has the case in hand."""
    where = {"case": matter.case_id, "element": matter.element_id}
    item = c.execute(NEWEST, where).first() or c.execute(IN_HAND, where).first() or c.execute(LAST, where).first()
    if item is None:
        return Addressee(None, f"team_leader@{matter.unit_id}", "执法队长")
    return named(c, item.assignee or item.ended_by, item.candidate_key)


def named(c: Connection, person: str | None, key: str | None) -> Addressee:
    """With the name that people use: 青石镇执法队长 褚九."""
    role, _, unit = (key or "").partition("@")
    post = f"{directory.unit_names(c, [unit]).get(unit, unit)}{ROLES[role].name}" if role in ROLES else ""
    who = directory.names(c, [person]).get(person, person) if person else ""
    return Addressee(person, key, " ".join(part for part in (post, who) if part) or "承办人")


def people(c: Connection, one: Addressee) -> list[str]:
    """Those who are to be told."""
    if one.person:
        return [one.person]
    role, _, unit = (one.key or "").partition("@")
    return [person.id for person in directory.holders(c, role, unit)] if unit else []


def ever_held(c: Connection, matter: Row[Any], person: str) -> bool:
    """Whether a person has or had the supervised step, took it, was handed it, or did it."""
    where = {"case": matter.case_id, "element": matter.element_id}
    if c.execute(HELD, {**where, "person": person}).first() is not None:
        return True
    for row in c.execute(TOUCHED, where):
        if (row.actor == person and row.kind != "transferred") or (row.kind == "transferred" and json.loads(row.body).get("to") == person):
            return True
    return False


def declared(c: Connection, ladder_id: int, person: str) -> bool:
    """Whether a person has declared an interest in this matter."""
    return c.execute(DECLARED, {"i": ladder_id, "person": person}).first() is not None
