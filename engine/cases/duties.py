"""Who does what in one penalty case, with its history: officers, reviewer, hearing host, approver, keeper of goods.

What one person may not be at once is refused for each case (职责分离).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.cases.case_tables import duty
from engine.database import UTCDateTime
from engine.errors import InvalidState
from engine.people import directory, qualifications

OFFICER, ASSISTANT, REVIEWER, HOST, APPROVER, KEEPER = "officer", "assistant", "reviewer", "hearing_host", "approver", "keeper"
COLLECTOR, RECONCILER = "collector", "reconciler"
WORDS = {OFFICER: "承办人", ASSISTANT: "协办人", REVIEWER: "法制审核人", HOST: "听证主持人", APPROVER: "审批负责人", KEEPER: "物品保管人",
         COLLECTOR: "当场收缴人", RECONCILER: "票据核销人"}
INVESTIGATORS = frozenset({OFFICER, ASSISTANT})
APART: Mapping[str, frozenset[str]] = {
    OFFICER: frozenset({REVIEWER, HOST, APPROVER, KEEPER}), ASSISTANT: frozenset({REVIEWER, HOST, APPROVER, KEEPER}),
    REVIEWER: INVESTIGATORS | {HOST}, HOST: INVESTIGATORS | {REVIEWER}, APPROVER: INVESTIGATORS, KEEPER: INVESTIGATORS,
    COLLECTOR: frozenset({RECONCILER}), RECONCILER: frozenset({COLLECTOR})}
"""What nobody may be beside a duty in the same case, at any time of it."""
LAW = {
    REVIEWER: "行政处罚法第五十八条：法制审核由从事行政处罚决定法制审核的人员进行，案件的调查人员不得审核自己办理的案件",
    HOST: "行政处罚法第六十四条：听证由非本案调查人员主持",
    APPROVER: "行政处罚法第五十七条：调查终结后由行政机关负责人审查决定，调查人员不得审批自己办理的案件",
    KEEPER: "办案与涉案财物保管应当分离",
    RECONCILER: "当场收缴罚款的人员与核销票据的人员应当分离"}
OF_CASE = select(duty).where(duty.c.instance_id == bindparam("i")).order_by(duty.c.id)
END = (update(duty).where(duty.c.instance_id == bindparam("i"), duty.c.duty == bindparam("what"), duty.c.until.is_(None))
       .values(until=bindparam("now", type_=UTCDateTime)))
ADD = insert(duty)


@dataclass(frozen=True)
class Duty:
    """One person's part in one case. `until` None: still."""

    person_id: str
    duty: str
    since: dt.datetime
    until: dt.datetime | None
    reason: str
    approved_by: str | None

    @property
    def words(self) -> str:
        """What people call it."""
        return WORDS.get(self.duty, self.duty)


@dataclass(frozen=True)
class Change:
    """A duty that a person takes over: why, who approved it, and who writes it down (None: the system)."""

    duty: str
    person_id: str
    reason: str = ""
    approved_by: str | None = None
    by: str | None = None


def of(c: Connection, instance_id: int) -> tuple[Duty, ...]:
    """Everybody's duties in a case, ended ones too, in their order."""
    return tuple(Duty(row.person_id, row.duty, row.since, row.until, row.reason, row.approved_by)
                 for row in c.execute(OF_CASE, {"i": instance_id}))


def investigators(c: Connection, instance_id: int) -> frozenset[str]:
    """Everybody who investigates the case or once did."""
    return frozenset(one.person_id for one in of(c, instance_id) if one.duty in INVESTIGATORS)


def must_be_apart(c: Connection, instance_id: int, person_id: str, what: str) -> None:
    """Raises InvalidState with the article when this person has, or had, a part in the case that excludes this one."""
    for one in of(c, instance_id):
        if one.person_id == person_id and one.duty in APART.get(what, frozenset()):
            law = LAW.get(what) or LAW.get(one.duty, "")
            name = directory.names(c, [person_id]).get(person_id, person_id)
            raise InvalidState(f"{law}。{name}是本案{one.words}，不能同时担任{WORDS[what]}，请换一名人员办理。",
                               instance=instance_id, person=person_id)


def must_be_two(c: Connection, officers: Sequence[str], day: dt.date, field: str = "") -> None:
    """Raises InvalidState unless there are two officers, both with a certificate that is valid on that day in that field
    (行政处罚法第四十二条)."""
    if len(set(officers)) < 2:
        raise InvalidState("行政处罚法第四十二条：执法人员不得少于两人，请先确定承办人和协办人。")
    for person in officers:
        qualifications.valid_certificate(c, person, day, field)


def take(c: Connection, instance_id: int, change: Change) -> None:
    """A person takes a duty over; whoever had it until now has it no longer. Taking it twice changes nothing.

    Raises InvalidState when the person's other duties in this case exclude it.
    """
    must_be_apart(c, instance_id, change.person_id, change.duty)
    now = [one for one in of(c, instance_id) if one.duty == change.duty and one.until is None]
    if any(one.person_id == change.person_id for one in now):
        return
    if now:
        c.execute(END, {"i": instance_id, "what": change.duty, "now": clock.now()})
    row: dict[str, Any] = {"instance_id": instance_id, "person_id": change.person_id, "duty": change.duty, "since": clock.now(),
                           "reason": change.reason, "approved_by": change.approved_by, "set_by": change.by}
    c.execute(ADD, row)
