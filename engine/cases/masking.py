"""What of a party's identity a person may read: all of it for those who handle, review or answer for the case, little for the others."""

from dataclasses import replace
from typing import Protocol

from engine.cases.parties import NATURAL, ORGANISATION, SOLE_TRADER, Party
from engine.people import Participant

IN_TOWN = ("team_leader", "legal_reviewer", "leader", "head")
"""Posts that answer for the cases of their town; they read what the file says."""
SUPERVISES = ("supervise", "order")
HIDDEN = "*"


class Concerned(Protocol):
    """What must be known of the case: where it lies and who handles it."""

    @property
    def unit_path(self) -> str:
        """Path of its town."""
        ...

    @property
    def officers(self) -> tuple[str, ...]:
        """Ids of its officers."""
        ...


def masked(one: Party, by: Participant, case: Concerned) -> Party:
    """The party as this person may read it. Numbers, day of birth, address and phone are hidden from everybody who has no part in the
    case; from those who do not supervise either, the name of a person as well. A minor's name is shown to nobody without a part."""
    if has_part(by, case):
        return one
    return _outside(one, named=one.kind == ORGANISATION or (bool(by.capabilities & set(SUPERVISES)) and not one.guardian))


def has_part(by: Participant, case: Concerned) -> bool:
    """Whether a person handles the case, or answers for the cases of its town."""
    return by.id in case.officers or any(post.role in IN_TOWN and case.unit_path.startswith(post.unit_path) for post in by.posts)


def name_for(name: str, kind: str, by: Participant, case: Concerned) -> str:
    """The name alone, for lists."""
    if kind == ORGANISATION or by.capabilities & set(SUPERVISES):
        return name
    return name if has_part(by, case) else short(name)


def short(name: str) -> str:
    """张某某 is 张**."""
    return name[:1] + HIDDEN * max(len(name) - 1, 1)


def number(text: str) -> str:
    """An identity number with only its ends."""
    return text if not text else text[:3] + HIDDEN * max(len(text) - 5, 3) + text[-2:] if len(text) > 5 else HIDDEN * len(text)


def _outside(one: Party, named: bool) -> Party:
    person = one.kind in (NATURAL, SOLE_TRADER)
    return replace(
        one, name=one.name if named else short(one.name), id_number=number(one.id_number) if person else one.id_number, subject="",
        birth=None, gender="", identity_reason="", guardian=short(one.guardian) if one.guardian else "",
        operator=short(one.operator) if one.operator else "", address=one.address if one.kind == ORGANISATION else "",
        phone=one.phone[:3] + HIDDEN * 4 + one.phone[-4:] if len(one.phone) > 7 else HIDDEN * len(one.phone))
