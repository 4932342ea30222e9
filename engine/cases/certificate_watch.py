"""Certificates that run out: holders and leaders are told in time, and open cases of somebody who may not act any more are flagged.

Once a day, by the worker. What was done while a certificate was valid stays done (roles.md §3).
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, or_, select

from engine import clock
from engine.cases import case_file
from engine.cases.case_tables import penalty
from engine.database import Database
from engine.notifications import Kind, Message, post, progress
from engine.people import directory, qualifications
from engine.people.qualification_tables import certificate
from engine.people.qualifications import ENFORCEMENT, FUTURE, KINDS, VALID, Certificate
from engine.people.tables import person
from engine.runtime import case as cases
from engine.runtime import parameters

NAME = "certificates"
LEADS = (90, 30, 7)
"""Days before the last day, unless the parameter says otherwise (PRM-cert.validity)."""
PARAMETER = "certificate_warning_days"
LEADERS = ("team_leader", "legal_reviewer")
ALL = (select(certificate).join(person, person.c.id == certificate.c.person_id).where(person.c.active).order_by(certificate.c.id))
OPEN = (select(penalty.c.instance_id).where(penalty.c.status.in_(case_file.OPEN), penalty.c.frozen_at.is_(None),
                                            or_(penalty.c.officer == bindparam("p"), penalty.c.assistant == bindparam("p")))
        .order_by(penalty.c.instance_id))


def remind_due(database: Database) -> int:
    """Look at every certificate, once a day; answers how many people were told something."""
    with database.reading() as c:
        if progress.read(c, NAME).get("day") == clock.today().isoformat():
            return 0
    return database.run(_remind)


def _remind(c: Connection) -> int:
    state, today = progress.hold(c, NAME), clock.today()
    if state is None or state.get("day") == today.isoformat():
        return 0
    leads = warning_days(c)
    told = sum(_look(c, one, leads) for one in newest(qualifications.read(c, c.execute(ALL).all(), today)))
    progress.save(c, NAME, {"day": today.isoformat()})
    return told


def warning_days(c: Connection) -> tuple[int, ...]:
    """How many days before the last day people are told, largest first."""
    said = parameters.changed(c).get(PARAMETER) or LEADS
    return tuple(sorted((int(days) for days in said), reverse=True))


def newest(found: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Of each person and kind the one that counts: a valid one before others, then the one that lasts longest."""
    best: dict[tuple[str, str], Certificate] = {}
    for one in found:
        key = (one.person_id, one.kind)
        if one.status != FUTURE and (key not in best or _rank(one) > _rank(best[key])):
            best[key] = one
    return tuple(best.values())


def endangered(c: Connection, unit_path: str, day: dt.date) -> tuple[tuple[int, str], ...]:
    """Open cases of a town with an officer who may not act on that day: (case, person)."""
    below = select(penalty.c.instance_id, penalty.c.officer, penalty.c.assistant).where(
        penalty.c.status.in_(case_file.OPEN), penalty.c.unit_path.startswith(unit_path, autoescape=True)).order_by(penalty.c.instance_id)
    rows = c.execute(below).all()
    people = {who for row in rows for who in (row.officer, row.assistant) if who}
    barred = {who for who in people if not qualifications.is_valid(c, who, day)}
    return tuple((row.instance_id, who) for row in rows for who in (row.officer, row.assistant) if who in barred)


def _rank(one: Certificate) -> tuple[bool, dt.date]:
    return one.status == VALID, one.valid_to or dt.date.max


def _look(c: Connection, one: Certificate, leads: Sequence[int]) -> int:
    if one.status != VALID:
        return _barred(c, one)
    left = one.days_left
    reached = [days for days in leads if left is not None and left <= days]
    if not reached:
        return 0
    name = directory.names(c, [one.person_id]).get(one.person_id, one.person_id)
    text = f"{name}的{KINDS[one.kind]} {one.number} 有效期至 {one.valid_to}，还有 {left} 天，请及时换证；过期后不能被指派，也不能签名。"
    return post(c, Message(Kind.SOON, f"certificate:{one.id}:{one.valid_to}:{min(reached)}", text), [one.person_id, *_leaders(c, one)])


def _barred(c: Connection, one: Certificate) -> int:
    """Expired, suspended or revoked: told once, and every open case of that officer is flagged once."""
    name, leaders = directory.names(c, [one.person_id]).get(one.person_id, one.person_id), _leaders(c, one)
    mark = f"{one.id}:{one.status}:{len(one.events)}"
    text = f"{name}的{KINDS[one.kind]} {one.number} {one.words}，从今天起不能被指派，也不能签名；已完成的行为不受影响。"
    told = post(c, Message(Kind.OVERDUE, f"certificate-barred:{mark}", text), [one.person_id, *leaders])
    if one.kind != ENFORCEMENT:
        return told
    for instance_id in list(c.execute(OPEN, {"p": one.person_id}).scalars()):
        case = cases.locked(c, instance_id)
        said = f"案件 {case.row.business_key} 的办案人{name}执法证{one.words}，请复核本案并更换办案人。"
        new = post(c, Message(Kind.OVERDUE, f"case-certificate:{instance_id}:{mark}", said, instance_id), leaders)
        if new:
            case_file.told(case, f"办案人{name}执法证{one.words}，本案待复核", person=one.person_id, certificate=one.number)
        told += new
    return told


def _leaders(c: Connection, one: Certificate) -> tuple[str, ...]:
    """Those who answer for the holder's town."""
    towns = [directory.ancestor(c, held.unit_path, "town") for held in directory.participant(c, one.person_id).own_posts]
    found = [who.id for town in towns if town is not None for role in LEADERS for who in directory.holders(c, role, town.id)]
    return tuple(who for who in dict.fromkeys(found) if who != one.person_id)
