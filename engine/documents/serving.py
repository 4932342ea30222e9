"""Serving a document (送达): how it was tried, what proves it, and from which day it has effect.

行政处罚法第六十一条; 民事诉讼法第八十七条至第九十五条. Every attempt is a row of its own and none is changed: a letter that comes back is
followed by another attempt. A document counts as served from the first attempt that had effect.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert

from engine import clock
from engine.documents import case_fields, register
from engine.documents.register import DIRECT, ELECTRONIC, ENTRUSTED, HANDED_ON, ISSUED, LEFT, MAIL, METHODS, NOTICE, Issued
from engine.documents.tables import service
from engine.errors import InvalidState, InvalidValues

CONFIRMATION = "DOC-30"
NOTICE_DAYS = "public_notice_days"
"""The parameter with the days of a public notice; 民事诉讼法第九十五条 says thirty, some places still ask for sixty."""
STATUTORY_NOTICE = 30
SERVERS = 2
REASONS = ("reason", "refusal", "failure_reason", "return_reason")
TEXTS = ("receiver", "relation", "place", "witness", "reason", "video", "tracking")
ADD = insert(service).returning(service.c.id)


@dataclass(frozen=True)
class Attempt:
    """One attempt as it was filled in.

    document: id; method: a key of METHODS; on: the day it was handed over, left, posted or published; received_on: the day on the
    receipt of a letter, of whoever was entrusted, or of the electronic system; returned: it came back; receiver, relation: who took it
    and what they are to the party; place; witness: who saw it left; reason: why it was refused, or why nothing but a public notice is
    possible; photos, video: attachment ids; tracking: the letter's number; days: length of a public notice; servers: ids of who served.
    """

    document: int
    method: str
    on: dt.date
    received_on: dt.date | None = None
    returned: bool = False
    receiver: str = ""
    relation: str = ""
    place: str = ""
    witness: str = ""
    reason: str = ""
    photos: tuple[str, ...] = ()
    video: str = ""
    tracking: str = ""
    days: int = STATUTORY_NOTICE
    servers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """What an attempt came to: the day of effect (None: none), for a public notice the last day of it."""

    id: int
    attempt: Attempt
    served_on: dt.date | None
    notice_until: dt.date | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """As variables of a process see it. A public notice has its effect later: `served_on` is None, `notice_until` the day."""
        one = self.attempt
        return {"service": self.id, "document": one.document, "method": one.method, "method_text": METHODS[one.method],
                "served_on": self.served_on.isoformat() if self.served_on and not self.notice_until else None,
                "returned": one.returned, "notice_from": one.on.isoformat() if self.notice_until else None,
                "notice_until": self.notice_until.isoformat() if self.notice_until else None}


def record(c: Connection, instance_id: int, values: Mapping[str, Any], *, by: str) -> Recorded:
    """Write down an attempt at serving a document of this case.

    Raises InvalidValues naming what is missing for this method, InvalidState for one without effect by law (NT-28: electronic service
    without the signed confirmation) or a document that is not issued.
    """
    one = read(c, instance_id, values)
    found = register.get(c, one.document)
    _must_be_servable(c, instance_id, found, one)
    errors = {key: words for key, words in _check(one).items() if words}
    if errors:
        raise InvalidValues(errors, "送达记录还不完整：" + "；".join(errors.values()))
    if one.method == ELECTRONIC:
        _must_be_confirmed(c, found)
    served, until = _effect(one)
    row = {"document_id": one.document, "method": one.method, "on_day": one.on.isoformat(), "returned": one.returned,
           "served_on": served.isoformat() if served else None, "receiver": one.receiver, "servers": list(one.servers),
           "more": _more(one, until), "recorded_at": clock.now(), "recorded_by": by}
    return Recorded(int(c.execute(ADD, row).scalar_one()), one, served, until)


def read(c: Connection, instance_id: int, values: Mapping[str, Any]) -> Attempt:
    """An attempt from what a form or page sent: the keys of Attempt, or those of the forms of service ("service_on", "refusal",
    "electronic_address", "mail_outcome" …). Raises InvalidValues."""
    said = _renamed(c, values)
    on = _day(said["on"])
    if said["method"] not in METHODS:
        raise InvalidValues({"method": "请选择送达方式。"})
    if on is None or not values.get("document"):
        raise InvalidValues({"date": "请填写送达日期。"} if on is None else {"document": "请选择要送达的文书。"})
    if on > clock.today():
        raise InvalidValues({"date": "送达日期不能晚于今天。"})
    texts = {key: str(said.get(key) or "").strip() for key in TEXTS}
    return Attempt(int(values["document"]), said["method"], on, _day(said["received_on"]), bool(said["returned"]), **texts,
                   photos=tuple(values.get("photos") or ()), days=_days(c, instance_id, values), servers=_servers(c, instance_id, values))


def _renamed(c: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same answers under the names of Attempt."""
    said = {**values, "on": values.get("on") or values.get("date") or values.get("service_on")}
    said["reason"] = next((values[key] for key in REASONS if values.get(key)), "")
    said["receiver"] = values.get("receiver") or values.get("electronic_address") or ""
    said["method"] = values.get("method") or (MAIL if values.get("mail_outcome") else NOTICE if values.get("content") else "")
    said["returned"] = values.get("returned") or values.get("mail_outcome") == "returned"
    said["received_on"] = values.get("received_on")
    if said["method"] in (ENTRUSTED, HANDED_ON, ELECTRONIC) or values.get("mail_outcome") == "signed":
        said["received_on"] = said["received_on"] or said["on"]
    if values.get("mail_outcome"):
        said["tracking"] = values.get("tracking") or _tracking(c, int(values.get("document") or 0))
    return said


def _tracking(c: Connection, document_id: int) -> str:
    """The number of the letter that was sent before."""
    return next((str(one.more.get("tracking")) for one in reversed(register.services(c, document_id)) if one.more.get("tracking")), "")


def _days(c: Connection, instance_id: int, values: Mapping[str, Any]) -> int:
    if values.get("days"):
        return int(values["days"])
    return int(case_fields.values_of(c, instance_id, case_fields.town_of(c, instance_id)).get(NOTICE_DAYS) or STATUTORY_NOTICE)


def _servers(c: Connection, instance_id: int, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Who served: as said, else the officers of the case; before a case is filed those whom the document names."""
    said = tuple(str(one) for one in values.get("servers") or ())
    file = None if said else case_fields.file_of(c, instance_id)
    return said or (file.officers if file else register.get(c, int(values["document"])).officers)


def _must_be_servable(c: Connection, instance_id: int, found: Issued, one: Attempt) -> None:
    file = case_fields.file_of(c, instance_id)
    if found.case_id != (file.instance_id if file else instance_id):
        raise InvalidState("这份文书不是本案的，不能在本案登记送达。", document=found.id, instance=instance_id)
    if found.state != ISSUED:
        raise InvalidState(f"《{found.title}》{found.state_words}，不能送达。")
    if found.issued_at and one.on < clock.local(found.issued_at).date():
        raise InvalidState(f"《{found.title}》是{clock.local(found.issued_at):%Y-%m-%d}制作的，送达日期不能早于这一天。")
    if before := register.served_on(c, found.id):
        raise InvalidState(f"《{found.title}》已于{before}送达，不需要再次登记。")


def _must_be_confirmed(c: Connection, found: Issued) -> None:
    """行政处罚法第六十一条第二款: only after the party agreed and signed the confirmation."""
    signed = [one for one in register.of_case(c, found.case_id) if one.doc_id == CONFIRMATION and one.state == ISSUED]
    if not any(one.values.get("electronic") in (True, "yes", "agree") for one in signed):
        raise InvalidState("行政处罚法第六十一条第二款：当事人同意并签订确认书的，才可以电子送达。"
                           "本案没有当事人签名的电子送达确认书，不能登记为电子送达。请先由当事人签署《送达地址（电子送达）确认书》，或者改用其他方式。")


def _check(one: Attempt) -> dict[str, str]:
    """What is missing; of an attempt that failed, only why."""
    if one.returned and one.method != MAIL:
        return {"reason": "" if one.reason else "请写明没有送达的原因和经过"}
    return CHECKS[one.method](one)


def _direct(one: Attempt) -> dict[str, str]:
    return {"receiver": "" if one.receiver else "请填写收件人", "relation": "" if one.relation else "请填写收件人与当事人的关系",
            "servers": _two(one)}


def _left(one: Attempt) -> dict[str, str]:
    """民事诉讼法第八十九条: with a witness of the village or community, or photographed or filmed."""
    proof = one.witness or one.photos or one.video
    return {"reason": "" if one.reason else "请写明拒收的事由和日期", "place": "" if one.place else "请填写留置的地点",
            "witness": "" if proof else "留置送达要有见证人签名，或者拍照、录像（民事诉讼法第八十九条）", "servers": _two(one)}


def _mail(one: Attempt) -> dict[str, str]:
    """Sent first; served on the day the receipt names (民事诉讼法第九十一条). What comes back is not served."""
    return {"tracking": "" if one.tracking else "请填写邮件编号",
            "reason": "请写明退回的原因" if one.returned and not one.reason else ""}


def _passed_on(one: Attempt) -> dict[str, str]:
    return {"receiver": "" if one.receiver else "请填写受托（转交）的单位和签收人",
            "received_on": "" if one.received_on else "请填写送达回证上的签收日期"}


def _electronic(one: Attempt) -> dict[str, str]:
    return {"receiver": "" if one.receiver else "请填写电子送达的地址",
            "received_on": "" if one.received_on else "请填写到达对方系统的日期"}


def _notice(one: Attempt) -> dict[str, str]:
    """民事诉讼法第九十五条: only when whereabouts are unknown or no other way works; the reason and the steps go into the file."""
    return {"reason": "" if one.reason else "请写明公告送达的原因和已经试过的方式",
            "place": "" if one.place else "请填写张贴或者发布的地方",
            "photos": "" if one.photos or one.video else "请附上张贴或者发布的照片、截图", "days": _long_enough(one)}


def _long_enough(one: Attempt) -> str:
    return "" if one.days >= STATUTORY_NOTICE else f"公告期不得少于{STATUTORY_NOTICE}日（民事诉讼法第九十五条）"


def _two(one: Attempt) -> str:
    return "" if len(set(one.servers)) >= SERVERS else "送达人不得少于两名"


CHECKS: Mapping[str, Callable[[Attempt], dict[str, str]]] = {
    DIRECT: _direct, LEFT: _left, MAIL: _mail, ENTRUSTED: _passed_on, HANDED_ON: _passed_on, ELECTRONIC: _electronic, NOTICE: _notice}


def _effect(one: Attempt) -> tuple[dt.date | None, dt.date | None]:
    """(the day of effect or None, the last day of a public notice)."""
    if one.returned:
        return None, None
    if one.method == NOTICE:
        until = one.on + dt.timedelta(days=one.days)
        return until, until
    return (one.on if one.method in (DIRECT, LEFT) else one.received_on), None


def _more(one: Attempt, until: dt.date | None) -> dict[str, Any]:
    return {"received_on": one.received_on.isoformat() if one.received_on else None, "relation": one.relation, "place": one.place,
            "witness": one.witness, "reason": one.reason, "photos": list(one.photos), "video": one.video, "tracking": one.tracking,
            "days": one.days if until else None, "notice_until": until.isoformat() if until else None}


def _day(value: Any) -> dt.date | None:
    """A day from ISO text (a moment counts by its day in Asia/Shanghai). Raises InvalidValues for anything else."""
    if not value:
        return None
    if isinstance(value, dt.datetime):
        return clock.local(value).date()
    if isinstance(value, dt.date):
        return value
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidValues({"date": "日期写法不对，例如 2026-03-02。"}) from None
    return clock.local(found).date() if found.tzinfo else found.date()
