"""The register of certificates as administrators read it: everybody's, by name, by kind, those that run out soon, those not valid."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from engine.errors import NotFound
from engine.people import qualifications
from engine.people.qualification_tables import certificate, qualification
from engine.people.qualifications import VALID, Certificate
from engine.people.tables import person

PAGE = 50
STATES = {"": "全部", "soon": "即将到期", "invalid": "已失效"}


@dataclass(frozen=True)
class Line:
    """A certificate with its holder."""

    name: str
    certificate: Certificate


@dataclass(frozen=True)
class Wanted:
    """What to list; `within`: how many days count as soon."""

    words: str = ""
    kind: str = ""
    state: str = ""
    within: int = 90


@dataclass(frozen=True)
class Found:
    """One page of lines and how many there are."""

    lines: tuple[Line, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Standing:
    """What is known of a person besides certificates."""

    establishment: str
    training_hours: int
    first_review_on: str


def listed(c: Connection, day: dt.date, wanted: Wanted, page: int = 1) -> Found:
    """Certificates of active people as they stand on a day, those that end first before others."""
    query = select(certificate, person.c.name).join(person, person.c.id == certificate.c.person_id).where(person.c.active)
    if wanted.words:
        places = (person.c.name, person.c.id, certificate.c.number)
        query = query.where(or_(*(place.contains(wanted.words, autoescape=True) for place in places)))
    if wanted.kind:
        query = query.where(certificate.c.kind == wanted.kind)
    rows = c.execute(query.order_by(certificate.c.id)).all()
    names = {row.id: row.name for row in rows}
    found = sorted((one for one in qualifications.read(c, rows, day) if _fits(one, wanted)), key=_order)
    page = min(max(1, page), max(1, -(-len(found) // PAGE)))
    return Found(tuple(Line(names[one.id], one) for one in found[(page - 1) * PAGE:page * PAGE]), len(found), page)


def one(c: Connection, certificate_id: int, day: dt.date) -> Line:
    """One certificate with its whole history. Raises NotFound."""
    row = c.execute(select(certificate, person.c.name).join(person, person.c.id == certificate.c.person_id)
                    .where(certificate.c.id == certificate_id)).first()
    if row is None:
        raise NotFound("没有这本证件，请返回台账重新选择。", certificate=certificate_id)
    return Line(row.name, qualifications.read(c, [row], day)[0])


def standing(c: Connection, person_id: str) -> Standing:
    """What is known of a person; nothing known reads as empty."""
    row = c.execute(select(qualification).where(qualification.c.person_id == person_id)).first()
    return Standing("", 0, "") if row is None else Standing(row.establishment, row.training_hours, row.first_review_on or "")


def _fits(one: Certificate, wanted: Wanted) -> bool:
    if wanted.state == "soon":
        return one.status == VALID and one.days_left is not None and one.days_left <= wanted.within
    return one.status != VALID if wanted.state == "invalid" else True


def _order(one: Certificate) -> tuple[dt.date, int]:
    return one.valid_to or dt.date.max, one.id
