"""Whoever is held to have broken the law: a person, a sole trader or an organisation, as known on the day it was written down.

A party is never changed: writing it down again makes a new version, so that a closed file keeps what it said. All versions of one party
share a `subject`, by which its history is found.
"""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select

from engine import clock
from engine.cases import identity
from engine.cases.case_tables import party
from engine.errors import InvalidValues, NotFound
from engine.people import Participant

NATURAL, SOLE_TRADER, ORGANISATION = "natural", "sole_trader", "organisation"
KINDS = {NATURAL: "自然人", SOLE_TRADER: "个体工商户", ORGANISATION: "法人或者其他组织"}
CAPACITIES = {"full": "完全", "limited": "尚未完全丧失辨认或者控制能力", "none": "不能辨认或者不能控制自己的行为"}
UNKNOWN = "待查明"
FULL, MITIGATE, NONE = "full", "mitigate", "none"
CHILD, ADULT = 14, 18  # years, 行政处罚法第三十条
FIELDS = ("kind", "name", "gender", "id_kind", "id_number", "identity_reason", "birth", "capacity", "guardian",
          "legal_representative", "operator", "address", "phone")
PREFIX = "party_"
MOST_FOUND = 20
OF_ID = select(party).where(party.c.id == bindparam("i"))
ADD = insert(party).returning(party.c.id)


@dataclass(frozen=True)
class Party:
    """One version of a party. `capacity`: full, limited or none at the time of the act (行政处罚法第三十一条); `identity_reason`: how
    the identity was checked where no number can be checked."""

    id: int
    subject: str
    kind: str
    name: str
    gender: str
    id_kind: str
    id_number: str
    identity_reason: str
    birth: dt.date | None
    capacity: str
    guardian: str
    legal_representative: str
    operator: str
    address: str
    phone: str

    @property
    def kind_words(self) -> str:
        """自然人, 个体工商户, or 法人或者其他组织."""
        return KINDS[self.kind]

    def age_on(self, day: dt.date) -> int | None:
        """Full years on a day; None for an organisation, or where the birthday is not known."""
        return None if self.birth is None or self.kind == ORGANISATION else identity.age_on(self.birth, day)


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    """The party within the values of a form, whose fields are named party_kind, party_name, party_id_kind, party_id_number,
    party_identity_reason, party_birth, party_capacity, party_guardian, party_legal_representative, party_operator, party_address,
    party_phone, party_gender. Empty when the form names no party."""
    return {key: values[PREFIX + key] for key in FIELDS if values.get(PREFIX + key) not in (None, "")}


def save(c: Connection, values: Mapping[str, Any], by: Participant | None) -> Party:
    """Write a party down (keys as `FIELDS`). Raises InvalidValues: no name, unknown kind, a number whose check digit is wrong."""
    row = _row(values) | {"saved_by": by.id if by else None, "saved_at": clock.now()}
    return get(c, int(c.execute(ADD, row).scalar_one()))


def get(c: Connection, party_id: int) -> Party:
    """One version of a party. Raises NotFound."""
    row = c.execute(OF_ID, {"i": party_id}).first()
    if row is None:
        raise NotFound(party=party_id)
    return of_row(row)


def of_row(row: Any) -> Party:
    """A row of the table as people use it."""
    return Party(
        row.id, row.subject, row.kind, row.name, row.gender or "", row.id_kind, row.id_number, row.identity_reason,
        dt.date.fromisoformat(row.birth) if row.birth else None, row.capacity, row.guardian, row.legal_representative, row.operator,
        row.address, row.phone)


def find(c: Connection, words: str) -> tuple[Party, ...]:
    """The newest versions of parties whose name begins with these words, or whose number they are, to be taken over into a new case.
    Not scoped: identities are shown through `masking`."""
    said = words.strip()
    if not said:
        return ()
    newest = select(func.max(party.c.id)).where(
        or_(party.c.name.startswith(said, autoescape=True), party.c.id_number == said.upper())).group_by(party.c.subject)
    query = select(party).where(party.c.id.in_(newest)).order_by(party.c.name, party.c.id).limit(MOST_FOUND)
    return tuple(of_row(row) for row in c.execute(query))


def responsibility(one: Party, day: dt.date) -> str:
    """FULL, MITIGATE (14 to 18 years, or capacity not wholly lost: lighter or mitigated) or NONE (no penalty, the guardian is to take
    charge), for an act on that day (行政处罚法第三十条、第三十一条)."""
    age = one.age_on(day)
    if (age is not None and age < CHILD) or one.capacity == "none":
        return NONE
    return MITIGATE if (age is not None and age < ADULT) or one.capacity == "limited" else FULL


def changed(one: Party, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a party with some of them replaced, to be saved as its next version."""
    known = {key: getattr(one, key) for key in FIELDS}
    return {**known, **values}


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    row = {key: str(values.get(key) or "").strip() for key in FIELDS}
    row["kind"] = row["kind"] or NATURAL
    row["capacity"] = row["capacity"] or "full"
    row["id_kind"] = row["id_kind"] or (identity.CREDIT_CODE if row["kind"] == ORGANISATION else identity.ID_CARD)
    if row["kind"] not in KINDS or row["capacity"] not in CAPACITIES:
        raise InvalidValues({"party_kind": "请选择当事人种类和责任能力。"})
    if not row["name"]:
        raise InvalidValues({"party_name": "请填写当事人的姓名或者名称；还不知道的写“待查明”。"})
    row["id_number"] = identity.checked(row["id_kind"], row["id_number"], row["identity_reason"])
    return _with_birth(row) | {"subject": _subject(row)}


def _with_birth(row: dict[str, Any]) -> dict[str, Any]:
    """The day of birth and the gender follow from a citizen's number. Raises InvalidValues when both are given and differ."""
    told, said = _day(row["birth"]), None
    if row["id_kind"] == identity.ID_CARD and identity.is_id_card(row["id_number"]):
        said = identity.birth_of(row["id_number"])
        row["gender"] = row["gender"] or identity.gender_of(row["id_number"])
    if told and said and told != said:
        raise InvalidValues({"party_birth": f"出生日期与身份证号码不一致：号码中为 {said}，请核对。"})
    day = said or told
    return row | {"birth": day.isoformat() if day else None, "gender": row["gender"] or None}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidValues({"party_birth": "请填写出生日期，例如 1990-05-01。"}) from None


def _subject(row: Mapping[str, Any]) -> str:
    """By its number; without one by its name, and for a person by the day of birth as well."""
    if row["id_number"]:
        return f"{row['id_kind']}:{row['id_number']}"
    name = "".join(unicodedata.normalize("NFKC", row["name"]).split()).lower()
    return f"name:{name}:{row['birth'] or ''}"[:120]
