"""Where a power of a town is being used: the cases it carries, and whether a case would be the first of its kind (首案)."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.cases.case_file import OPEN
from engine.cases.case_tables import penalty


@dataclass(frozen=True)
class Touched:
    """A case that is not closed yet. `number` is its 案号, empty before it is filed."""

    instance_id: int
    number: str
    title: str
    status: str


def in_flight(c: Connection, unit_id: str, code: str) -> tuple[Touched, ...]:
    """The open cases of a town on one item of its list, oldest first: those that taking the power back would touch."""
    t = penalty.c
    query = select(t.instance_id, t.number, t.title, t.status).where(t.unit_id == unit_id, t.item == code, t.status.in_(OPEN))
    return tuple(Touched(row.instance_id, row.number or "", row.title, row.status) for row in c.execute(query.order_by(t.instance_id)))


def is_first_case(c: Connection, unit_id: str, code: str, *, but: int | None = None) -> bool:
    """Whether the town has never filed a case on this item: then the empowering department guides it. `but`: a case that does not count,
    the one that asks."""
    t = penalty.c
    query = select(t.instance_id).where(t.unit_id == unit_id, t.item == code, t.filed_on.is_not(None), t.instance_id != (but or 0))
    return c.execute(query.limit(1)).first() is None
