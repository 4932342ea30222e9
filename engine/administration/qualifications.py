"""Certificates and qualifications, kept by the system administrator; every change is in the operations record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.administration.rights import must
from engine.cases import certificate_watch
from engine.errors import InvalidValues
from engine.people import Participant, certificate_import, certificate_register, qualifications
from engine.people.certificate_register import Found, Line, Standing, Wanted
from engine.people.qualifications import EVENT_WORDS, KINDS, Happening
from engine.supervision import audit

ESTABLISHMENTS = ("", "行政", "参公", "事业", "辅助")


def listed(c: Connection, by: Participant, wanted: Wanted, page: int = 1) -> Found:
    """The register; what counts as soon is what people are warned of first. Raises NotAllowed."""
    must(by, "administer")
    within = max(certificate_watch.warning_days(c), default=0)
    return certificate_register.listed(c, clock.today(), replace(wanted, within=within), page)


def shown(c: Connection, by: Participant, certificate_id: int) -> tuple[Line, Standing]:
    """One certificate with its history and what is known of its holder. Raises NotAllowed, NotFound."""
    must(by, "administer")
    line = certificate_register.one(c, certificate_id, clock.today())
    return line, certificate_register.standing(c, line.certificate.person_id)


def add(c: Connection, by: Participant, values: Mapping[str, Any]) -> int:
    """Register a certificate. Raises NotAllowed, InvalidValues, Conflict."""
    must(by, "administer")
    made = qualifications.add(c, values, by.id)
    words = KINDS[str(values["kind"])]
    audit.note(c, by, "certificate-added", f"{by.name}登记{words} {values['number']}（{values['person_id']}）。")
    return made


def happened(c: Connection, by: Participant, certificate_id: int, what: Happening) -> None:
    """Renew, suspend, resume or revoke a certificate. Raises NotAllowed, NotFound, InvalidValues, InvalidState."""
    must(by, "administer")
    qualifications.happened(c, certificate_id, what, by.id)
    line = certificate_register.one(c, certificate_id, clock.today())
    audit.note(c, by, "certificate-changed", f"{by.name}登记{line.name}的{KINDS[line.certificate.kind]} {line.certificate.number} "
               f"自 {what.day} 起{EVENT_WORDS[what.kind]}，理由：{what.reason.strip()}。")


def describe(c: Connection, by: Participant, person_id: str, values: Mapping[str, str]) -> None:
    """What is known of a person besides certificates. Raises NotAllowed, InvalidValues."""
    must(by, "administer")
    hours, first = values.get("training_hours") or "0", values.get("first_review_on") or ""
    if not hours.isascii() or not hours.isdigit() or len(hours) > 5:
        raise InvalidValues({"training_hours": "请填写学时数，例如 60。"})
    if values.get("establishment", "") not in ESTABLISHMENTS:
        raise InvalidValues({"establishment": "请选择编制性质。"})
    try:
        day = dt.date.fromisoformat(first).isoformat() if first else None
    except ValueError:
        raise InvalidValues({"first_review_on": "请填写日期，例如 2019-03-01。"}) from None
    said = {"establishment": values.get("establishment", ""), "training_hours": int(hours), "first_review_on": day}
    qualifications.describe(c, person_id, said, by.id)
    audit.note(c, by, "qualification-changed", f"{by.name}登记{person_id}的编制、学时和首次从事法制审核日期。")


def take_in(c: Connection, by: Participant, document: bytes) -> dict[str, int]:
    """Import a table of certificates. Raises NotAllowed, UnsafeInput, InvalidValues that name each faulty row."""
    must(by, "administer")
    found = certificate_import.load(c, document, by.id)
    words = f"新增 {found['added']}，换证 {found['renewed']}，未变 {found['unchanged']}"
    audit.note(c, by, "certificates-imported", f"{by.name}导入证件表：{words}。")
    return found
