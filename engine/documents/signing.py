"""Records written and signed on the spot (笔录、清单、确认书): drafted on a page, signed person by person, complete when all have signed.

A signature is bound to the words as they were: a later change makes every signature void. Officers sign in their own session and need a
certificate valid at that moment (行政处罚法第四十二条); a party signs on the officer's phone, or the refusal is noted with a witness or a
video. One officer cannot be at two places at once (NT-02).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine import clock
from engine.cases import attachments
from engine.database import UTCDateTime
from engine.documents import case_fields, catalogue, fields, issuing, numbering, register, shown
from engine.documents.catalogue import Document
from engine.documents.issuing import Occasion, Prepared
from engine.documents.register import DRAFT, DROPPED, ISSUED, Issued, Signature
from engine.documents.tables import document, presence, signature
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.people import directory

PAGE = "page"
OFFICERS, WITNESS, PARTICIPANTS = "officers", "witness", "participants"
NEEDED = 2
MOMENT = dt.timedelta(minutes=1)
"""How long a record counts that names only its beginning (抽样取证凭证、整改复查意见书)."""
OUTSIDE = frozenset({"party", "witness", "interviewee", "recipient", "person", "supervisor"})
"""Whoever signs on an officer's phone and has no account of their own."""
ROLE_WORDS = {"officers": "执法人员", "party": "当事人", "witness": "见证人", "interviewee": "被询问人",
              "recipient": "收件人（领取人）", "host": "听证主持人", "clerk": "记录员", "participants": "参加人员",
              "reviewer": "审核人", "head": "负责人", "keeper": "保管人",
              "supervisor": "监督人", "person": "对方", "team_leader": "队长", "finance": "财务人员", "archivist": "立卷人",
              "checker": "检查人",
              "reviewing_officer": "复核人", "registrar": "登记人"}
ADD = insert(document).returning(document.c.id)
REWRITE = update(document).where(document.c.id == bindparam("d"), document.c.state == DRAFT)
SIGN = insert(signature)
LEAVE, ATTEND = delete(presence).where(presence.c.document_id == bindparam("d")), insert(presence)
ELSEWHERE = (select(presence, document.c.name).join(document, document.c.id == presence.c.document_id)
             .where(presence.c.person_id == bindparam("person"), presence.c.document_id != bindparam("d"),
                    presence.c.from_at < bindparam("until", type_=UTCDateTime), presence.c.to_at > bindparam("since", type_=UTCDateTime),
                    document.c.state.in_((DRAFT, ISSUED))).order_by(presence.c.from_at, presence.c.document_id))


@dataclass(frozen=True)
class Mark:
    """One signature as it is made. image: attachment id of the handwriting; pages: how many pages it stands on; refused: the party does
    not sign, why, and the witness or the video that proves it; name: of someone without an account."""

    role: str
    image: str | None = None
    name: str = ""
    pages: int = 1
    refused: bool = False
    reason: str = ""
    witness: str = ""
    video: str | None = None


@dataclass(frozen=True)
class Presence:
    """Where the officers of a record were, and when."""

    document_id: int
    since: dt.datetime
    until: dt.datetime
    place: str


def draft(c: Connection, instance_id: int, doc_id: str, values: Mapping[str, Any], *, by: str, element: str = "") -> Issued:
    """Begin a record of a case. values: the catalogue's form.* names, with started_at, ended_at, place and officers (ids).

    What is still missing may be missing; it is asked for when signing begins. Raises NotFound, InvalidState for a document that is not
    made on a page, and for officers who were elsewhere at that time.
    """
    one = _page_made(doc_id)
    ready = issuing.prepare(c, instance_id, doc_id, Occasion(values, {}, element))
    row = {**issuing.base_row(c, instance_id, ready, by), **_words(ready, values), "element_id": element, "number": None, "state": DRAFT}
    row["officers"] = list(_officers(values, row["officers"]))
    document_id = int(c.execute(ADD, row).scalar_one())
    _attend(c, document_id, one, values, row["officers"])
    return register.get(c, document_id)


def redraft(c: Connection, document_id: int, values: Mapping[str, Any], *, by: str) -> Issued:
    """Change a record that is not complete. Every signature on it is void from now on and has to be made again."""
    found = register.locked(c, document_id)
    _must_be_draft(found)
    ready = issuing.prepare(c, found.instance_id, found.doc_id, Occasion(values, {}, found.element_id))
    people = list(_officers(values, found.officers))
    c.execute(REWRITE.values(**_words(ready, values), officers=people), {"d": document_id})
    _attend(c, document_id, ready.document, values, people)
    return register.get(c, document_id)


def drop(c: Connection, document_id: int, reason: str, *, by: str) -> Issued:
    """Give a draft up; it stays to be seen, with the reason. Raises InvalidState, InvalidValues without a reason."""
    found = register.locked(c, document_id)
    _must_be_draft(found)
    if not reason.strip():
        raise InvalidValues({"reason": "请写明弃用的原因。"})
    c.execute(LEAVE, {"d": document_id})
    c.execute(issuing.END, {"d": document_id, "to": DROPPED, "at": clock.now(), "person": by, "why": reason.strip()})
    return register.get(c, document_id)


def sign(c: Connection, document_id: int, mark: Mark, *, by: str) -> Issued:
    """Sign a record, or note a refusal. `by` is whoever is signed in: the officer signing, or the one on whose phone somebody signs.

    Raises InvalidValues (something missing in the record or in the mark), InvalidState (not a draft; certificate not valid; at two
    places at once; signed already), NotAllowed for an officer who is not named in the record.
    """
    found = register.locked(c, document_id)
    _must_be_draft(found)
    one = catalogue.of(found.doc_id)
    lacking = issuing.lacks(one, found.data)
    if lacking:
        raise InvalidValues({"document": "；".join(lacking)}, f"《{found.name}》还不能签名：{'；'.join(lacking)}。")
    _must_be_over(found)
    if mark.role not in one.signers:
        raise InvalidValues({"role": f"《{found.name}》没有“{ROLE_WORDS.get(mark.role, mark.role)}”签名的位置。"})
    attachments.bind(c, [one for one in (mark.image, mark.video) if one], found.instance_id, by)
    c.execute(SIGN, {**_signed(c, found, mark, by), "document_id": document_id, "content_hash": found.content_hash, "at": clock.now()})
    return _completed(c, found, one, by)


def valid(c: Connection, found: Issued) -> tuple[Signature, ...]:
    """The signatures that count: made on the words as they are now."""
    return tuple(one for one in register.signatures(c, found.id) if one.content_hash == found.content_hash)


def lacking_signers(c: Connection, found: Issued) -> tuple[str, ...]:
    """Who has not signed yet, in words."""
    return _lacking(catalogue.of(found.doc_id), found, valid(c, found))


def _page_made(doc_id: str) -> Document:
    one = catalogue.of(doc_id)
    if one.made != PAGE:
        raise InvalidState(f"《{one.name}》在提交相应步骤时自动制作，不在文书页面起草。")
    return one


def _must_be_draft(found: Issued) -> None:
    if found.state != DRAFT:
        raise InvalidState(f"《{found.title}》{found.state_words}，不能再修改或者签名。")


def _must_be_over(found: Issued) -> None:
    """Nobody signs that something has happened before it has."""
    began, ended = moment_of(found.values.get("started_at")), moment_of(found.values.get("ended_at"))
    if ended is None and began is not None and began > clock.now():
        raise InvalidState(f"《{found.name}》写的时间是{shown.moment(began)}，还没有到，不能签名。请核对时间。")
    if ended is not None and ended > clock.now():
        raise InvalidState(f"《{found.name}》写的结束时间是{shown.moment(ended)}，还没有到，不能签名。请核对时间。")


def _words(ready: Prepared, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"values": dict(values), "data": ready.data, "content_hash": issuing.content_hash(ready.document.id, ready.data)}


def _officers(values: Mapping[str, Any], before: Iterable[str]) -> tuple[str, ...]:
    """Who holds the record: as said, else the officers of the case."""
    said = [str(one) for one in values.get("officers") or () if one]
    return tuple(dict.fromkeys(said)) or tuple(before)


def _attend(c: Connection, document_id: int, one: Document, values: Mapping[str, Any], officers: Iterable[str]) -> None:
    """Note where the officers were, and refuse what cannot be: an end before its beginning, one person at two places."""
    since, until = span_of(values)
    c.execute(LEAVE, {"d": document_id})
    if since is None or until is None or OFFICERS not in one.signers:
        return
    if until <= since:
        raise InvalidValues({"ended_at": f"结束时间（{shown.moment(until)}）应当晚于开始时间（{shown.moment(since)}）。"})
    there = Presence(document_id, since, until, str(values.get("place") or "").strip())
    for person in officers:
        _must_be_free(c, person, there)
        c.execute(ATTEND, {"document_id": document_id, "person_id": person, "from_at": since, "to_at": until, "place": there.place})


def _must_be_free(c: Connection, person: str, here: Presence) -> None:
    """An officer who samples or checks again while inspecting the same place is at one place; all other overlaps are two."""
    since, until = here.since, here.until
    rows = c.execute(ELSEWHERE, {"person": person, "d": here.document_id, "since": since, "until": until})
    other = next((row for row in rows if not (here.place == row.place and MOMENT in (until - since, row.to_at - row.from_at))), None)
    if other is not None:
        name = directory.names(c, [person]).get(person, person)
        there = f"{shown.moment(other.from_at)}至{shown.moment(other.to_at)}正在{other.place or '另一处'}制作《{other.name}》"
        raise InvalidState(f"{name}在{there}，不能同时在另一处（{shown.moment(since)}至{shown.moment(until)}）执法。请核对时间和执法人员。")


def _signed(c: Connection, found: Issued, mark: Mark, by: str) -> dict[str, Any]:
    row: dict[str, Any] = {"role": mark.role, "person_id": None, "name": mark.name.strip(), "certificate": "", "image": mark.image,
                           "refused": mark.refused, "reason": mark.reason.strip(), "witness": mark.witness.strip(), "video": mark.video,
                           "pages": max(mark.pages, 1), "taken_by": by}
    if mark.role in OUTSIDE:
        return _outside(c, found, mark, row)
    if mark.role == OFFICERS and by not in found.officers:
        raise NotAllowed("您不是这份笔录写明的执法人员，不能签名。", document=found.id, person=by)
    if any(one.person_id == by and one.role == mark.role for one in valid(c, found)):
        raise InvalidState("您已经在这份文书上签名，不需要重复签。")
    certificate = case_fields.certificate(c, by, clock.today()) if mark.role == OFFICERS else ""
    if not mark.image:
        raise InvalidValues({"image": "请手写签名。"})
    return {**row, "person_id": by, "name": directory.names(c, [by]).get(by, by), "certificate": certificate, "refused": False}


def _outside(c: Connection, found: Issued, mark: Mark, row: dict[str, Any]) -> dict[str, Any]:
    """A party, witness or other person: signs by hand, or the refusal is noted (55 条、NT-01)."""
    if any(one.role == mark.role for one in valid(c, found)):
        raise InvalidState(f"{ROLE_WORDS.get(mark.role, mark.role)}已经签名（或者已注明拒签），不需要重复。")
    if mark.refused:
        if not row["reason"] or not (row["witness"] or mark.video):
            raise InvalidValues({"reason": "当事人拒绝签名的，请写明原因，并由见证人签名或者附上录像。"})
        return {**row, "image": None, "name": row["name"] or str(fields.value(found.data, "party.name") or "")}
    if not mark.image or not row["name"]:
        raise InvalidValues({"image": "请签名人手写签名并填写姓名；拒绝签名的，请注明。"})
    return row


def _lacking(one: Document, found: Issued, signed: Iterable[Signature]) -> tuple[str, ...]:
    signed = tuple(signed)
    words = []
    for role in one.signers:
        mine = [mark for mark in signed if mark.role == role]
        if role == OFFICERS and len({mark.person_id for mark in mine}) < NEEDED:
            words.append(f"执法人员签名不足两人（已签{len(mine)}人，行政处罚法第四十二条）")
        elif role == PARTICIPANTS:
            words += _absent(found, mine)
        elif role == WITNESS and not mine and _needs_witness(signed):
            words.append("拒签没有录像，需要见证人签名")
        elif role not in (OFFICERS, PARTICIPANTS, WITNESS) and not mine:
            words.append(f"{ROLE_WORDS.get(role, role)}没有签名，也没有注明拒签")
    return tuple(words)


def _absent(found: Issued, mine: Iterable[Signature]) -> list[str]:
    wanted = [str(one) for one in found.values.get(PARTICIPANTS) or ()]
    missing = sorted(set(wanted) - {mark.person_id for mark in mine})
    return [f"还有{len(missing)}名参加人员没有签名"] if missing or not wanted else []


def _needs_witness(signed: Iterable[Signature]) -> bool:
    return any(mark.refused and not mark.video and not mark.witness for mark in signed)


def _completed(c: Connection, found: Issued, one: Document, by: str) -> Issued:
    """With the last signature the record gets its number and its bytes are made."""
    signed = valid(c, found)
    if _lacking(one, found, signed):
        return register.get(c, found.id)
    number = numbering.next_number(c, found.unit_id, one.character) if one.character else ""
    data = {**found.data, "document": {"id": one.id, "name": one.name, "number": number, "date": shown.day(clock.now())},
            "signatures": [_printed(mark) for mark in signed]}
    c.execute(REWRITE.values(state=ISSUED, number=number or None, data=data, issued_at=clock.now()), {"d": found.id})
    return issuing.finish(c, found.id)


def _printed(mark: Signature) -> dict[str, Any]:
    return {"role": mark.role, "role_text": ROLE_WORDS.get(mark.role, mark.role), "name": mark.name, "certificate": mark.certificate,
            "image_file": f"/pictures/{mark.image}" if mark.image else "", "refused": mark.refused, "reason": mark.reason,
            "witness": mark.witness, "video": bool(mark.video), "at": shown.moment(mark.at), "pages": mark.pages}


def span_of(values: Mapping[str, Any]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """From when to when a record was made; one that names only its beginning takes a `MOMENT`. Raises InvalidValues."""
    since, until = moment_of(values.get("started_at")), moment_of(values.get("ended_at"))
    return since, until or (since + MOMENT if since else None)


def moment_of(value: Any) -> dt.datetime | None:
    """A moment from ISO text, aware; without a zone it is time in Asia/Shanghai. None for nothing. Raises InvalidValues."""
    if not value:
        return None
    try:
        found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidValues({"started_at": "时间写法不对，例如 2026-03-02T09:30。"}) from None
    return found if found.tzinfo else found.replace(tzinfo=clock.SHANGHAI)
