"""Certificates of the people who enforce and review, by day: valid, suspended, revoked or expired (roles.md §3).

On the day after the last day of its validity a certificate has expired: its holder may not be assigned nor sign (行政处罚法第四十二条,
第七十六条). It is asked when something is signed, never when a case is closed; what was done before stays.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.errors import Conflict, InvalidState, InvalidValues, NotFound
from engine.people import directory
from engine.people.qualification_tables import certificate, certificate_event, qualification

ENFORCEMENT, LEGAL, LAWYER = "enforcement", "legal", "lawyer"
COMPREHENSIVE = "综合行政执法"
"""A field that stands for all of them."""
KINDS = {ENFORCEMENT: "行政执法证", LEGAL: "法律职业资格证", LAWYER: "律师执业证"}
VALID, SUSPENDED, REVOKED, EXPIRED, FUTURE = "valid", "suspended", "revoked", "expired", "future"
STATUS_WORDS = {VALID: "有效", SUSPENDED: "暂扣", REVOKED: "注销", EXPIRED: "已过期", FUTURE: "尚未生效"}
ISSUED, RENEWED, RESUMED = "issued", "renewed", "resumed"
EVENT_WORDS = {ISSUED: "发证", RENEWED: "换证（延期）", SUSPENDED: "暂扣", RESUMED: "恢复", REVOKED: "注销"}
LAW_SINCE = dt.date(2018, 1, 1)
"""From this day whoever reviews for the first time must hold the legal qualification (行政处罚法2017年修正第三十八条, now 第五十八条)."""
OF_PERSON = (select(certificate).where(certificate.c.person_id == bindparam("p"), certificate.c.kind == bindparam("kind"))
             .order_by(certificate.c.issued_on, certificate.c.id))
EVENTS = (select(certificate_event).where(certificate_event.c.certificate_id.in_(bindparam("ids", expanding=True)))
          .order_by(certificate_event.c.day, certificate_event.c.id))
ADD = insert(certificate).returning(certificate.c.id)
ADD_EVENT = insert(certificate_event)
KNOWN = select(qualification).where(qualification.c.person_id == bindparam("p"))


@dataclass(frozen=True)
class Event:
    """Something that happened to a certificate and holds from `day` on."""

    kind: str
    day: dt.date
    valid_to: dt.date | None
    reason: str
    document: str
    by: str | None
    at: dt.datetime

    @property
    def words(self) -> str:
        """发证, 暂扣 …"""
        return EVENT_WORDS[self.kind]


@dataclass(frozen=True)
class Certificate:
    """A certificate with its history, read for one day."""

    id: int
    person_id: str
    kind: str
    number: str
    issuer: str
    region: str
    fields: tuple[str, ...]
    issued_on: dt.date
    day: dt.date
    events: tuple[Event, ...] = field(repr=False)

    @property
    def valid_to(self) -> dt.date | None:
        """The last day of its validity as known on `day`; None: without end."""
        return next((e.valid_to for e in reversed(self.events) if e.kind in (ISSUED, RENEWED) and e.day <= self.day),
                    self.events[0].valid_to if self.events else None)

    @property
    def status(self) -> str:
        """How it stands on `day`. Revoked is for ever; suspended beats expired, because both bar alike."""
        so_far = [e.kind for e in self.events if e.day <= self.day]
        if not so_far:
            return FUTURE
        if REVOKED in so_far:
            return REVOKED
        last = next((kind for kind in reversed(so_far) if kind in (SUSPENDED, RESUMED)), RESUMED)
        if last == SUSPENDED:
            return SUSPENDED
        return EXPIRED if self.valid_to is not None and self.day > self.valid_to else VALID

    @property
    def words(self) -> str:
        """Its status as people read it."""
        return STATUS_WORDS[self.status]

    @property
    def days_left(self) -> int | None:
        """Days until its last day; None without end."""
        return None if self.valid_to is None else (self.valid_to - self.day).days

    def covers(self, wanted: str) -> bool:
        """Whether it may be used in this field; one without fields covers every field."""
        return not wanted or not self.fields or COMPREHENSIVE in self.fields or wanted in self.fields


def of(c: Connection, person_id: str, day: dt.date, kind: str = ENFORCEMENT) -> tuple[Certificate, ...]:
    """All certificates of a person of that kind, oldest first, as they stand on a day."""
    return read(c, c.execute(OF_PERSON, {"p": person_id, "kind": kind}).all(), day)


def read(c: Connection, rows: Iterable[Any], day: dt.date) -> tuple[Certificate, ...]:
    """Rows of `certificate` with their history, as they stand on a day."""
    rows = list(rows)
    events: dict[int, list[Event]] = {row.id: [] for row in rows}
    for row in c.execute(EVENTS, {"ids": list(events)}) if rows else ():
        events[row.certificate_id].append(
            Event(row.kind, dt.date.fromisoformat(row.day), _day(row.valid_to), row.reason, row.document, row.by, row.at))
    return tuple(Certificate(row.id, row.person_id, row.kind, row.number, row.issuer, row.region, tuple(row.fields),
                             dt.date.fromisoformat(row.issued_on), day, tuple(events[row.id])) for row in rows)


def valid_certificate(c: Connection, person_id: str, day: dt.date, field: str = "") -> Certificate:
    """The enforcement certificate that this person may act with on that day, in that field ("": any).

    Raises InvalidState naming the person and the reason.
    """
    found = of(c, person_id, day)
    valid = [one for one in found if one.status == VALID]
    usable = [one for one in valid if one.covers(field)]
    if usable:
        return usable[-1]
    name = directory.names(c, [person_id]).get(person_id, person_id)
    law = "行政处罚法第四十二条：行政处罚应当由具有行政执法资格的执法人员实施。"
    if valid:
        raise InvalidState(f"{law}{name}的执法证 {valid[-1].number} 不含“{field}”这一执法类别，请换一名执法人员。", person=person_id)
    if not found:
        raise InvalidState(f"{law}{name}没有登记行政执法证，不能办案或者签名。请换人，或者请管理员登记证件。", person=person_id)
    raise InvalidState(f"{law}{name}的执法证 {found[-1].number} {_why(found[-1])}，不能被指派，也不能在执法文书上签名。请换人办理。",
                       person=person_id)


def is_valid(c: Connection, person_id: str, day: dt.date, field: str = "") -> bool:
    """The same as a question."""
    return any(one.status == VALID and one.covers(field) for one in of(c, person_id, day))


def _why(one: Certificate) -> str:
    if one.status == EXPIRED:
        return f"已于 {one.valid_to} 期满"
    since = max((e.day for e in one.events if e.kind == one.status and e.day <= one.day), default=one.issued_on)
    return f"{'自' if one.status == FUTURE else '已自'} {since} 起{one.words if one.status != FUTURE else '才生效'}"


def holds_legal_qualification(c: Connection, person_id: str, day: dt.date) -> bool:
    """Passed the national examination and holds its certificate on that day."""
    return any(one.status == VALID for one in of(c, person_id, day, LEGAL))


def first_review_on(c: Connection, person_id: str) -> dt.date | None:
    """The day of the person's first legal review of a penalty, None when there was none yet."""
    row = c.execute(KNOWN, {"p": person_id}).first()
    return None if row is None else _day(row.first_review_on)


def must_be_reviewer(c: Connection, person_id: str, day: dt.date) -> None:
    """Raises InvalidState for whoever may not review penalties (行政处罚法第五十八条第二款): no review before 2018, no legal qualification.

    A lawyer on site advises; the review is signed by a reviewer of the authority.
    """
    name = directory.names(c, [person_id]).get(person_id, person_id)
    who = directory.participant(c, person_id)
    if who.has("lawyer") and not who.has("legal_reviewer"):
        raise InvalidState(f"{name}是律师，只能提出法律意见，不能代替法制审核人员签署审核结论（行政处罚法第五十八条）。", person=person_id)
    first = first_review_on(c, person_id)
    if (first is None or first >= LAW_SINCE) and not holds_legal_qualification(c, person_id, day):
        raise InvalidState("行政处罚法第五十八条第二款：初次从事行政处罚决定法制审核的人员，应当通过国家统一法律职业资格考试取得"
                           f"法律职业资格。{name}没有登记有效的法律职业资格，请换人审核，或者请管理员登记证书。", person=person_id)


def note_first_review(c: Connection, person_id: str, day: dt.date) -> None:
    """Remember the day of a person's first review; a later one changes nothing."""
    if first_review_on(c, person_id) is None:
        describe(c, person_id, {"first_review_on": day.isoformat()}, None)


def describe(c: Connection, person_id: str, values: Mapping[str, Any], by: str | None) -> None:
    """What is known of a person besides certificates: establishment (行政, 参公, 事业, 辅助), training_hours, first_review_on (ISO)."""
    known = c.execute(KNOWN, {"p": person_id}).first()
    row = {key: values[key] for key in ("establishment", "training_hours", "first_review_on") if key in values}
    row |= {"changed_by": by, "changed_at": clock.now()}
    if known is None:
        c.execute(insert(qualification), {"person_id": person_id, "establishment": "", "training_hours": 0, "first_review_on": None, **row})
    else:
        c.execute(update(qualification).where(qualification.c.person_id == person_id).values(**row))


def add(c: Connection, values: Mapping[str, Any], by: str | None) -> int:
    """Register a certificate: person_id, kind, number, issuer, region, fields (list), issued_on, valid_to (days or None), document.

    Raises InvalidValues, Conflict (this number is registered already).
    """
    wrong = _wrong(c, values)
    if wrong:
        raise InvalidValues(wrong)
    number, kind = str(values["number"]).strip(), str(values["kind"])
    if c.execute(select(certificate.c.id).where(certificate.c.kind == kind, certificate.c.number == number)).first() is not None:
        raise Conflict(f"{KINDS[kind]}号 {number} 已经登记，请核对证号；换证请在原证件上办理。")
    row = {"person_id": values["person_id"], "kind": kind, "number": number, "issuer": str(values.get("issuer") or "").strip(),
           "region": str(values.get("region") or "").strip(), "fields": sorted(set(values.get("fields") or ())),
           "issued_on": values["issued_on"].isoformat(), "added_by": by, "added_at": clock.now()}
    made = int(c.execute(ADD, row).scalar_one())
    happened(c, made, Happening(ISSUED, values["issued_on"], values.get("valid_to"), "登记", str(values.get("document") or "")), by)
    return made


def _wrong(c: Connection, values: Mapping[str, Any]) -> dict[str, str]:
    wrong = {}
    if values.get("person_id") not in directory.names(c, [str(values.get("person_id"))]):
        wrong["person_id"] = f"没有登录名为“{values.get('person_id')}”的人员。"
    if values.get("kind") not in KINDS:
        wrong["kind"] = f"证件种类应为 {'、'.join(KINDS)} 之一。"
    if not 1 <= len(str(values.get("number") or "").strip()) <= 60:
        wrong["number"] = "请填写证号（不超过 60 字）。"
    if not isinstance(values.get("issued_on"), dt.date):
        wrong["issued_on"] = "请填写发证日期。"
    last = values.get("valid_to")
    if last is None and values.get("kind") in (ENFORCEMENT, LAWYER):
        wrong["valid_to"] = "请填写有效期至。"
    elif last is not None and isinstance(values.get("issued_on"), dt.date) and last < values["issued_on"]:
        wrong["valid_to"] = "有效期至不能早于发证日期。"
    return wrong


@dataclass(frozen=True)
class Happening:
    """What happens to a certificate, from which day on; `valid_to` for issuing and renewing."""

    kind: str
    day: dt.date
    valid_to: dt.date | None = None
    reason: str = ""
    document: str = ""


def happened(c: Connection, certificate_id: int, what: Happening, by: str | None) -> None:
    """Add to a certificate's history. Raises NotFound, InvalidValues, InvalidState (nothing follows a revocation)."""
    row = c.execute(select(certificate).where(certificate.c.id == certificate_id).with_for_update()).first()
    if row is None:
        raise NotFound("没有这本证件。", certificate=certificate_id)
    now = read(c, [row], what.day)[0]
    if what.kind not in EVENT_WORDS or (what.kind == ISSUED and now.events):
        raise InvalidValues({"kind": "请选择暂扣、恢复、注销或者换证。"})
    if what.kind == RENEWED and (what.valid_to is None or what.valid_to < what.day):
        raise InvalidValues({"valid_to": "换证请填写新的有效期至，不能早于换证日期。"})
    if what.kind != ISSUED and not what.reason.strip():
        raise InvalidValues({"reason": "请写明理由。"})
    if any(e.kind == REVOKED for e in now.events):
        raise InvalidState("这本证件已经注销，不能再变更；重新领证请登记新证件。")
    c.execute(ADD_EVENT, {"certificate_id": certificate_id, "kind": what.kind, "day": what.day.isoformat(),
                          "valid_to": None if what.valid_to is None else what.valid_to.isoformat(), "reason": what.reason.strip(),
                          "document": what.document.strip(), "by": by, "at": clock.now()})


def sample(c: Connection, people: Iterable[str], *, valid_to: dt.date = dt.date(2029, 12, 31)) -> None:
    """Invented certificates for a demonstration or a test: enforcement ones for everybody named, legal ones for reviewers as well.

    Whoever holds a valid one already gets none.
    """
    day = dt.date(2024, 1, 2)
    for person_id in people:
        kinds = [ENFORCEMENT, *([LEGAL] if directory.participant(c, person_id).has("legal_reviewer") else [])]
        for kind in kinds:
            if not of(c, person_id, valid_to, kind):
                number = f"{'SL' if kind == LEGAL else 'SX'}-{person_id}"
                add(c, {"person_id": person_id, "kind": kind, "number": number, "issuer": "X省人民政府", "region": "X市", "fields": [],
                        "issued_on": day, "valid_to": None if kind == LEGAL else valid_to}, None)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
