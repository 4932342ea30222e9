"""The file of a penalty case (行政处罚案件), apart from the findings that gave rise to it.

A penalty case is one running process; its file has the instance's id. Every change is told in the record of that instance, and none is
taken once the file is frozen.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock, definitions
from engine.cases import parties
from engine.cases.case_tables import party, penalty, penalty_finding, penalty_party
from engine.cases.parties import Party
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant
from engine.runtime import access, parameters
from engine.runtime import case as cases
from engine.runtime.case import Case
from engine.runtime.tables import process_instance

PREPARING, FILED, EXTERNAL, CLOSED, ARCHIVED = "preparing", "filed", "external", "closed", "archived"
STATUS_WORDS = {PREPARING: "立案前", FILED: "办理中", EXTERNAL: "移送中", CLOSED: "已结案", ARCHIVED: "已归档"}
OPEN = (PREPARING, FILED, EXTERNAL)
OFFICERS = ("officer", "assistant")
KEEPERS_OF_ORDER = ("team_leader", "leader", "head")
OF_ID = select(penalty).where(penalty.c.instance_id == bindparam("i"))
FINDINGS = (select(penalty_finding.c.finding_id).where(penalty_finding.c.instance_id == bindparam("i"))
            .order_by(penalty_finding.c.finding_id))
OF_FINDING = (select(penalty_finding.c.instance_id).where(penalty_finding.c.finding_id == bindparam("i"))
              .order_by(penalty_finding.c.instance_id))
OTHERS = (select(penalty_party.c.relation, party).join(party, party.c.id == penalty_party.c.party_id)
          .where(penalty_party.c.instance_id == bindparam("i")).order_by(penalty_party.c.added_at, party.c.id))
IS_FILE = select(penalty.c.instance_id).where(penalty.c.instance_id == bindparam("i"))
PARENT = select(process_instance.c.parent_id).where(process_instance.c.id == bindparam("i"))
LINK = insert(penalty_finding)
ADD_PARTY = insert(penalty_party)
CHANGE = update(penalty).where(penalty.c.instance_id == bindparam("i"))


@dataclass(frozen=True)
class Penalty:
    """One file. `number` is the 案号, "" before filing; `officers` are the ids of 承办 and 协办; `others` are (relation, party);
    `answers` the reasons given where the law asks for one; days are days in Asia/Shanghai."""

    instance_id: int
    number: str
    title: str
    unit_id: str
    unit_path: str
    process_key: str
    item: str
    item_name: str
    rule_set: str
    party: Party
    others: tuple[tuple[str, Party], ...]
    officers: tuple[str, ...]
    act_day: dt.date | None
    act_place: str
    facts: str
    filed_on: dt.date | None
    status: str
    closure_kind: str | None
    closed_on: dt.date | None
    frozen_at: dt.datetime | None
    findings: tuple[int, ...]
    answers: Mapping[str, str]

    @property
    def status_words(self) -> str:
        """立案前, 办理中, 移送中, 已结案 or 已归档."""
        return STATUS_WORDS[self.status]


def of(c: Connection, instance_id: int) -> Penalty:
    """The file of a case. Raises NotFound when that instance is no penalty case. Not scoped: see `seen`."""
    row = c.execute(OF_ID, {"i": instance_id}).first()
    if row is None:
        raise NotFound("没有这件处罚案件。", instance=instance_id)
    others = tuple((one.relation, parties.of_row(one)) for one in c.execute(OTHERS, {"i": instance_id}))
    return Penalty(
        row.instance_id, row.number or "", row.title, row.unit_id, row.unit_path, row.process_key, row.item, row.item_name, row.rule_set,
        parties.get(c, row.party_id), others, tuple(one for one in (row.officer, row.assistant) if one), _day(row.act_day), row.act_place,
        row.facts, _day(row.filed_on), row.status, row.closure_kind, _day(row.closed_on), row.frozen_at,
        findings(c, instance_id), row.answers)


def above(c: Connection, instance_id: int) -> int:
    """The penalty case that an instance is, or was started from. Raises NotFound when it belongs to none."""
    here: int | None = instance_id
    while here is not None:
        if c.execute(IS_FILE, {"i": here}).first() is not None:
            return here
        here = c.execute(PARENT, {"i": here}).scalar()
    raise NotFound("这个事项不属于任何处罚案件。", instance=instance_id)


def seen(c: Connection, instance_id: int, by: Participant) -> Penalty:
    """The same for a person who may see it. Raises NotFound otherwise."""
    found = of(c, instance_id)
    if not access.may_see(c, by, cases.peeked(c, instance_id).row):
        raise NotFound("没有这件处罚案件。", instance=instance_id, person=by.id)
    return found


def of_finding(c: Connection, finding_id: int) -> tuple[int, ...]:
    """The penalty cases that a finding gave rise to."""
    return tuple(c.execute(OF_FINDING, {"i": finding_id}).scalars())


def findings(c: Connection, instance_id: int) -> tuple[int, ...]:
    """The findings that gave rise to a case; none for what is no penalty case."""
    return tuple(c.execute(FINDINGS, {"i": instance_id}).scalars())


def must_be_open(one: Penalty) -> None:
    """Raises InvalidState for a frozen file: nothing is written into it any more."""
    if one.frozen_at is not None:
        said = f"案件 {one.number or one.title} 已于 {one.closed_on} 结案，案卷已封存，不能再增加或者修改。"
        raise InvalidState(said, instance=one.instance_id)


def open_file(c: Connection, instance_id: int) -> Penalty:
    """The file of a case that may still be written. Raises NotFound, InvalidState when it is frozen."""
    found = of(c, instance_id)
    must_be_open(found)
    return found


def held(c: Connection, instance_id: int, by: Participant) -> tuple[Case, Penalty]:
    """Lock a case for a person who may write its file: its officers, and the leaders of its town.

    Raises NotFound, NotAllowed (whoever only reads, inspectors among them), InvalidState when it is frozen.
    """
    case = access.seen_case(c, instance_id, by)
    found = open_file(c, instance_id)
    if not may_write(found, by):
        raise NotAllowed("只有本案承办人、协办人和本镇街负责人可以登记案卷，您可以查看。", instance=instance_id, person=by.id)
    return case, found


def reviewed(c: Connection, instance_id: int, by: Participant) -> Case:
    """Lock a case for somebody who reviews a part of its file and need not be its officer. Raises as `held` does."""
    case = access.seen_case(c, instance_id, by)
    open_file(c, instance_id)
    if by.has("inspector"):
        raise NotAllowed("监督岗位只能查看，不能登记案卷。", instance=instance_id, person=by.id)
    return case


def may_write(one: Penalty, by: Participant) -> bool:
    """An officer of the case, or a leader of its town; nobody who supervises from outside."""
    leads = any(post.role in KEEPERS_OF_ORDER and one.unit_path.startswith(post.unit_path) for post in by.posts)
    return by.id in one.officers or (leads and not by.has("inspector"))


def param(c: Connection, instance_id: int) -> dict[str, Any]:
    """The parameters in force for a case: of its version and its town."""
    row = cases.peeked(c, instance_id).row
    return parameters.in_force(c, definitions.load(c, row.definition_id).parameters, row.unit_path)


def told(case: Case, text: str, **body: Any) -> dict[str, Any]:
    """Write what was changed in the file into the case's own record. `text` follows the person's name."""
    case.story.tell("file-changed", None, text=text, **body)
    return case.save_unmoved()


def change(c: Connection, instance_id: int, **values: Any) -> None:
    """Set columns of the file; whoever calls has checked and tells."""
    c.execute(CHANGE.values(**values), {"i": instance_id})


def amend(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> Penalty:
    """Correct what the file says of the act and the party: act_day, act_place, facts, party_*; after filing with a `reason`.

    Raises as `held` and `parties.save` do, and InvalidValues without a reason.
    """
    case, one = held(c, instance_id, by)
    reason = str(values.get("reason") or "").strip()
    if one.status != PREPARING and not reason:
        raise InvalidValues({"reason": "立案以后更正案情或者当事人，请写明理由。"})
    new = {key: str(values[key]).strip() for key in ("act_day", "act_place", "facts") if values.get(key)}
    said = parties.read(values)
    if said:
        new |= party_columns(parties.save(c, parties.changed(one.party, said), by))
    change(c, instance_id, **new)
    told(case, f"更正案情或者当事人{'，理由：' + reason if reason else ''}", fields=sorted(new), reason=reason)
    return of(c, instance_id)


def add_party(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> Penalty:
    """Add somebody else to the file (`relation`: 共同当事人, 监护人, 第三人, 被侵害人 …). Raises as `held` and `parties.save` do."""
    case, _ = held(c, instance_id, by)
    relation = str(values.get("relation") or "").strip()[:20]
    if not relation:
        raise InvalidValues({"relation": "请写明与本案的关系，例如监护人、第三人。"})
    added = parties.save(c, parties.read(values), by)
    c.execute(ADD_PARTY, {"instance_id": instance_id, "party_id": added.id, "relation": relation, "added_at": clock.now(),
                          "added_by": by.id})
    told(case, f"登记{relation}", party=added.id)
    return of(c, instance_id)


def link(c: Connection, instance_id: int, finding_ids: Iterable[int], by: str | None) -> None:
    """Note which findings gave rise to a case; those that are linked already stay."""
    known = set(c.execute(FINDINGS, {"i": instance_id}).scalars())
    new = [{"instance_id": instance_id, "finding_id": one, "linked_at": clock.now(), "linked_by": by}
           for one in sorted(set(finding_ids) - known)]
    if new:
        c.execute(LINK, new)


def party_columns(one: Party) -> dict[str, Any]:
    """What the file repeats of its party, for lists and history. An unknown party has no history."""
    return {"party_id": one.id, "party_name": one.name, "subject": "" if one.name == parties.UNKNOWN else one.subject}


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
