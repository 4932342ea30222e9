"""What became of messages: for each person of their own, for administrators of all of them, with another attempt where it helps.

Administrators see whom and by which channel, never what a message was about.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from engine import clock
from engine.database import UTCDateTime
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.notifications import choices, delivering
from engine.notifications.kinds import CHANNEL_WORDS, KIND_WORDS, Kind
from engine.notifications.tables import delivery, notice
from engine.people import Participant, directory

STATUS_WORDS: Mapping[str, str] = {"due": "等待送出", "leased": "正在送出", "sent": "已送出", "failed": "没有送到", "dropped": "已不需要"}
OWN, LISTED = 20, 100
AGAIN = (update(delivery).where(delivery.c.status == "failed")
         .values(status="due", attempts=0, ended_at=None, due_at=bindparam("at", type_=UTCDateTime),
                 planned_at=bindparam("at", type_=UTCDateTime)))


@dataclass(frozen=True)
class Sent:
    """One message on its way or at its end. `words` says where it is, `why` what went wrong last."""

    id: int
    person_id: str
    person_name: str
    kind: str
    channel: str
    status: str
    words: str
    why: str
    case_number: str
    created_at: dt.datetime
    due_at: dt.datetime
    ended_at: dt.datetime | None
    attempts: int


@dataclass(frozen=True)
class State:
    """One channel: how much waits, was sent and failed within a day, and why it rests, if it does."""

    channel: str
    name: str
    counts: Mapping[str, int]
    error: str
    until: dt.datetime | None


def own(c: Connection, person_id: str) -> tuple[Sent, ...]:
    """The newest messages to this person through channels that lead out."""
    query = (select(delivery, notice.c.kind, notice.c.about).join(notice, notice.c.id == delivery.c.notice_id)
             .where(delivery.c.person_id == person_id).order_by(delivery.c.created_at.desc(), delivery.c.id.desc()).limit(OWN))
    return tuple(_sent(row, str((row.about or {}).get("case_number", "")), "") for row in c.execute(query))


def listed(c: Connection, by: Participant, status: str) -> tuple[Sent, ...]:
    """Messages in one state: what failed newest first, what waits in its order. Raises NotAllowed."""
    _must(by)
    order = (delivery.c.due_at, delivery.c.id) if status in ("due", "leased") else (delivery.c.due_at.desc(), delivery.c.id.desc())
    query = (select(delivery, notice.c.kind).join(notice, notice.c.id == delivery.c.notice_id)
             .where(delivery.c.status == status).order_by(*order).limit(LISTED))
    rows = c.execute(query).all()
    names = directory.names(c, [row.person_id for row in rows])
    return tuple(_sent(row, "", names.get(row.person_id, row.person_id)) for row in rows)


def channels(c: Connection, by: Participant) -> tuple[State, ...]:
    """Every channel that leads out, with its numbers of the last day. Raises NotAllowed."""
    _must(by)
    since = clock.now() - dt.timedelta(days=1)
    recent = or_(delivery.c.status.in_(("due", "leased")), and_(delivery.c.status.in_(("sent", "failed")), delivery.c.due_at >= since))
    counted = (select(delivery.c.channel, delivery.c.status, func.count().label("number")).where(recent)
               .group_by(delivery.c.channel, delivery.c.status))
    rows = c.execute(counted).all()
    return tuple(_state(c, channel, {row.status: row.number for row in rows if row.channel == channel})
                 for channel in sorted(choices.offered(c) | {row.channel for row in rows}))


def retry(c: Connection, by: Participant, delivery_id: int) -> dict[str, Any]:
    """Let a message that was given up be tried again. Raises NotAllowed, NotFound, InvalidState."""
    _must(by)
    row = c.execute(select(delivery.c.status, delivery.c.channel).where(delivery.c.id == delivery_id)).first()
    if row is None:
        raise NotFound("没有这条消息，请返回列表重新选择。")
    if c.execute(AGAIN.where(delivery.c.id == delivery_id), {"at": clock.now()}).rowcount == 0:
        raise InvalidState("这条消息不在“没有送到”之列，不需要重试。")
    delivering.wake(c, row.channel)
    return {"retried": 1}


def retry_channel(c: Connection, by: Participant, channel: str) -> dict[str, Any]:
    """Try a channel at once that rests, and what failed on it within a day. Raises NotAllowed, NotFound."""
    _must(by)
    if channel not in choices.offered(c):
        raise NotFound("没有开通这个渠道，请先在设置中配置。")
    recent = (delivery.c.channel == channel, delivery.c.due_at >= clock.now() - dt.timedelta(days=1))
    number = c.execute(AGAIN.where(*recent), {"at": clock.now()}).rowcount
    delivering.wake(c, channel)
    return {"retried": number}


def _must(by: Participant) -> None:
    if not by.may("administer"):
        raise NotAllowed("只有系统管理员可以查看消息的送达情况。")


def _sent(row: Any, number: str, name: str) -> Sent:
    waits_for_morning = row.status == "due" and row.attempts == 0 and row.due_at > clock.now()
    words = f"等到 {clock.local(row.due_at):%H:%M} 送出" if waits_for_morning else STATUS_WORDS[row.status]
    return Sent(row.id, row.person_id, name, KIND_WORDS[Kind(row.kind)], CHANNEL_WORDS[row.channel], row.status, words,
                "" if row.status == "sent" else row.last_error or "", number, row.created_at, row.due_at, row.ended_at, row.attempts)


def _state(c: Connection, channel: str, counts: Mapping[str, int]) -> State:
    known = delivering.trouble(c, channel)
    until = dt.datetime.fromisoformat(known["until"]) if known else None
    every = {"waiting": counts.get("due", 0) + counts.get("leased", 0), "sent": counts.get("sent", 0), "failed": counts.get("failed", 0)}
    return State(channel, CHANNEL_WORDS[channel], every, str(known.get("error", "")), until)
