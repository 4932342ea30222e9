"""Recusal (行政处罚法第四十三条): who applies or declares it, who decides, and whoever must not handle a case any more.

Until it is decided the investigation goes on. Relations that people declared are compared with the parties of every case by their identity
number; a name alone only hints, because many people share one.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.cases import case_file, parties
from engine.cases.ledger_tables import declared_relation, recusal
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant, authorisations, directory

PENDING, GRANTED, REFUSED = "pending", "granted", "refused"
STATES = {PENDING: "待决定", GRANTED: "已决定回避", REFUSED: "不予回避"}
BY_PARTY, BY_SELF, BY_AUTHORITY = "party", "self", "authority"
ASKED_AS = {BY_PARTY: "当事人申请", BY_SELF: "自行申请", BY_AUTHORITY: "机关提出"}
GROUNDS = {"relative": "是当事人或者其近亲属", "interest": "与案件有直接利害关系", "agent": "担任过本案代理人、证人、鉴定人",
           "informant": "是本案举报人", "other": "有其他关系可能影响公正执法"}
LAW = "行政处罚法第四十三条"
OF_CASE = select(recusal).where(recusal.c.instance_id == bindparam("i")).order_by(recusal.c.id)
RELATIONS = (select(declared_relation).where(declared_relation.c.person_id == bindparam("p"), declared_relation.c.ended_at.is_(None))
             .order_by(declared_relation.c.id))


@dataclass(frozen=True)
class Recusal:
    """One application and what was decided."""

    id: int
    instance_id: int
    person_id: str
    asked_as: str
    applicant: str
    ground: str
    reasons: str
    asked_at: dt.datetime
    state: str
    decided_by: str | None
    decided_at: dt.datetime | None
    decided_why: str

    @property
    def words(self) -> str:
        """待决定, 已决定回避 or 不予回避."""
        return STATES[self.state]


@dataclass(frozen=True)
class Relation:
    """Somebody close to a person, as that person declared."""

    id: int
    person_id: str
    name: str
    id_number: str
    relation: str
    declared_at: dt.datetime


def of(c: Connection, instance_id: int) -> tuple[Recusal, ...]:
    """All applications of a case, oldest first."""
    rows = c.execute(OF_CASE, {"i": instance_id})
    return tuple(Recusal(row.id, row.instance_id, row.person_id, row.asked_as, row.applicant, row.ground, row.reasons, row.asked_at,
                         row.state, row.decided_by, row.decided_at, row.decided_why or "") for row in rows)


def apply(c: Connection, instance_id: int, values: Mapping[str, Any], by: str) -> int:
    """Write an application down: person_id (who is to withdraw), asked_as, applicant, ground, reasons. Answers its id.

    Raises InvalidValues, InvalidState (one about this person waits already). Nothing stops until it is decided.
    """
    person, asked_as, ground = str(values.get("person_id") or ""), str(values.get("asked_as") or ""), str(values.get("ground") or "")
    wrong = {}
    if person not in directory.names(c, [person]):
        wrong["person_id"] = "请选择被申请回避的人员。"
    if asked_as not in ASKED_AS or (asked_as == BY_SELF and person != by):
        wrong["asked_as"] = "请选择由谁提出；自行申请的只能为本人提出。"
    if ground not in GROUNDS:
        wrong["ground"] = "请选择回避的理由。"
    if not str(values.get("reasons") or "").strip():
        wrong["reasons"] = "请写明具体情况。"
    if asked_as == BY_PARTY and not str(values.get("applicant") or "").strip():
        wrong["applicant"] = "请填写申请人。"
    if wrong:
        raise InvalidValues(wrong)
    case_file.open_file(c, instance_id)
    if any(one.person_id == person and one.state == PENDING for one in of(c, instance_id)):
        raise InvalidState("对这名人员的回避申请还没有决定，请先决定。", instance=instance_id)
    row = {"instance_id": instance_id, "person_id": person, "asked_as": asked_as, "applicant": str(values.get("applicant") or "").strip(),
           "ground": ground, "reasons": str(values["reasons"]).strip(), "asked_by": by, "asked_at": clock.now(), "state": PENDING}
    return int(c.execute(insert(recusal).returning(recusal.c.id), row).scalar_one())


def decide(c: Connection, recusal_id: int, granted: bool, why: str, by: str) -> Recusal:
    """The head decides, or whoever has a letter for it; nobody about themselves (行政处罚法第四十三条第三款).

    Raises NotFound, NotAllowed, InvalidState (decided already), InvalidValues (no reasons).
    """
    row = c.execute(select(recusal).where(recusal.c.id == recusal_id).with_for_update()).first()
    if row is None:
        raise NotFound("没有这件回避申请。")
    if row.state != PENDING:
        raise InvalidState("这件回避申请已经决定。", recusal=recusal_id)
    unit = case_file.of(c, row.instance_id).unit_id
    if not authorisations.authorised(c, by, "recusal", clock.today(), unit_id=unit):
        raise NotAllowed(f"{LAW}第三款：回避由行政机关负责人决定。", person=by)
    if by == row.person_id:
        raise NotAllowed(f"{LAW}：不能决定自己的回避，请由主持工作的其他负责人或者集体讨论决定。", person=by)
    if not why.strip():
        raise InvalidValues({"decided_why": "请写明决定的理由。"})
    c.execute(update(recusal).where(recusal.c.id == recusal_id).values(
        state=GRANTED if granted else REFUSED, decided_by=by, decided_at=clock.now(), decided_why=why.strip()))
    return next(one for one in of(c, row.instance_id) if one.id == recusal_id)


def must_not_handle(c: Connection, instance_id: int, person_id: str) -> None:
    """Raises NotAllowed for somebody who has to withdraw from a case: by a decision, or because of a declared relation to one of its
    parties that nobody decided to be harmless."""
    known = [one for one in of(c, instance_id) if one.person_id == person_id]
    name = directory.names(c, [person_id]).get(person_id, person_id)
    if any(one.state == GRANTED for one in known):
        raise NotAllowed(f"{LAW}：{name}已被决定回避本案，不能办理，请换人。", instance=instance_id, person=person_id)
    if any(one.state == REFUSED for one in known):
        return
    for party, relation in related(c, instance_id, person_id):
        raise NotAllowed(f"{LAW}：{name}申报的{relation.relation}“{relation.name}”是本案当事人“{party}”，应当回避；"
                         "认为不影响公正执法的，请由负责人决定不予回避后再办理。", instance=instance_id, person=person_id)


def related(c: Connection, instance_id: int, person_id: str) -> tuple[tuple[str, Relation], ...]:
    """Parties of the case that this person declared to be close to, by identity number; the person's own number among them."""
    return tuple((party.name, one) for party in _parties(c, instance_id) for one in relations(c, person_id)
                 if one.id_number and one.id_number == _plain(party.id_number))


def hints(c: Connection, instance_id: int, person_id: str) -> tuple[Relation, ...]:
    """Declared relations who have the same name as a party: to be looked into, not barring by themselves."""
    names = {party.name for party in _parties(c, instance_id)} | {party.legal_representative for party in _parties(c, instance_id)}
    return tuple(one for one in relations(c, person_id) if one.name in names)


def relations(c: Connection, person_id: str) -> tuple[Relation, ...]:
    """What a person declared and did not take back."""
    return tuple(Relation(row.id, row.person_id, row.name, row.id_number, row.relation, row.declared_at)
                 for row in c.execute(RELATIONS, {"p": person_id}))


def declare(c: Connection, values: Mapping[str, Any], by: Participant) -> int:
    """Declare somebody close to oneself: name, relation, id_number (compared with parties). Raises InvalidValues."""
    name, relation = str(values.get("name") or "").strip(), str(values.get("relation") or "").strip()
    wrong = {}
    if not 1 <= len(name) <= 200:
        wrong["name"] = "请填写姓名或者单位名称。"
    if not 1 <= len(relation) <= 40:
        wrong["relation"] = "请写明与本人的关系，例如配偶、投资的企业。"
    if wrong:
        raise InvalidValues(wrong)
    row = {"person_id": by.id, "name": name, "relation": relation, "id_number": _plain(str(values.get("id_number") or "")),
           "declared_at": clock.now()}
    return int(c.execute(insert(declared_relation).returning(declared_relation.c.id), row).scalar_one())


def withdraw_declaration(c: Connection, relation_id: int, by: Participant) -> None:
    """A relation that ended. It stays in the table. Raises NotFound."""
    done = c.execute(update(declared_relation).where(declared_relation.c.id == relation_id, declared_relation.c.person_id == by.id,
                                                     declared_relation.c.ended_at.is_(None)).values(ended_at=clock.now()))
    if done.rowcount == 0:
        raise NotFound("没有这条申报。")


def _parties(c: Connection, instance_id: int) -> tuple[parties.Party, ...]:
    one = case_file.of(c, instance_id)
    return (one.party, *(other for _, other in one.others))


def _plain(number: str) -> str:
    return "".join(number.split()).upper()[:64]
