"""What reconsiderations and suits about a case came to, as the steps of their own process wrote it down (行政处罚法第七十三条).

A result counts once the whole remedy is over: one that may still be appealed changes nothing.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from engine.cases.measures import REMEDY
from engine.runtime.case import RUNNING, SUSPENDED
from engine.runtime.tables import process_instance

REVOKED, CHANGED = "revoked", "changed"
OUTCOMES = {REVOKED: "撤销", CHANGED: "变更"}
"""Results that touch what is to be paid."""
OVER = "resumed"
"""Written by the step after the last result: nothing can be appealed any more."""
OF_CASE = (select(process_instance.c.id, process_instance.c.business_key, process_instance.c.status, process_instance.c.variables)
           .where(process_instance.c.parent_id == bindparam("i"), process_instance.c.process_key == REMEDY)
           .order_by(process_instance.c.id))


@dataclass(frozen=True)
class Ruling:
    """A decision or judgment that set aside or changed the penalty. `document` is its number, `day` when it was received."""

    id: int
    number: str
    outcome: str
    document: str
    day: dt.date

    @property
    def words(self) -> str:
        """撤销 or 变更."""
        return OUTCOMES[self.outcome]


def rulings(c: Connection, case_id: int) -> tuple[Ruling, ...]:
    """Those of a case, oldest first."""
    found = []
    for row in c.execute(OF_CASE, {"i": case_id}):
        said = row.variables or {}
        document, day = str(said.get("outcome_number") or "").strip(), _day(said.get("outcome_on"))
        if said.get("remedy_outcome") in OUTCOMES and document and day and said.get(OVER) is not None:
            found.append(Ruling(row.id, row.business_key, said["remedy_outcome"], document, day))
    return tuple(found)


def is_open(c: Connection, case_id: int) -> bool:
    """A reconsideration or a suit about the case is still being dealt with."""
    return any(row.status in (RUNNING, SUSPENDED) for row in c.execute(OF_CASE, {"i": case_id}))


def _day(said: object) -> dt.date | None:
    """The day that a variable holds, of a date or a moment in Asia/Shanghai; None when it holds none."""
    try:
        return dt.date.fromisoformat(str(said)[:10])
    except ValueError:
        return None
