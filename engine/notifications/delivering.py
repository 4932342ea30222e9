"""Carrying messages out: what waits is leased, sent outside any transaction, and marked.

A worker that dies between sending and marking leaves a lease that runs out; the message goes out again with the same key. A channel
that does not work rests, longer each time, and everything for it waits; what could not be sent in half a day, or was refused, is given
up, stands in the person's inbox instead, and in the administrator's list with the reason.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select, update

from engine import clock, ids
from engine.database import Database, UTCDateTime
from engine.notifications import choices, hours, inbox, limits, progress
from engine.notifications.channels import Channels, Down, Refused
from engine.notifications.kinds import CHANNEL_WORDS, MAIL, Kind
from engine.notifications.letters import Letter
from engine.notifications.outbox import Message, post
from engine.notifications.tables import delivery, notice
from engine.people import directory
from engine.runtime import failing

LEASE, AT_ONCE = dt.timedelta(seconds=60), dt.timedelta(milliseconds=1)
GIVE_UP = dt.timedelta(hours=12)
LOUD = 5
"""Failures in a row after which administrators are told."""

BUDGET = 3.0  # seconds of one call, after which timers and jobs have their turn again
NOT_OFFERED = "系统没有开通这个渠道，请联系系统管理员。"
DONE_ALREADY = "已经办完、停止计时或转给他人，不再提醒。"
NO_ADDRESS = "没有填写邮箱，请在“提醒方式”中填写。"

log = logging.getLogger(__name__)

_until, _now = bindparam("until", type_=UTCDateTime), bindparam("now", type_=UTCDateTime)
_RESTING: BindParameter[Any] = bindparam("resting", expanding=True)
READY = (select(delivery.c.id).where(delivery.c.status == "due", delivery.c.due_at < _now, delivery.c.channel.not_in(_RESTING))
         .order_by(delivery.c.due_at, delivery.c.id).limit(1).with_for_update(skip_locked=True))
_READY = READY.cte("ready")
# Looked at again on the newest row: it may have been taken, or dropped, while its lock was waited for.
CLAIM = (update(delivery).where(delivery.c.id.in_(select(_READY.c.id)), delivery.c.status == "due", delivery.c.due_at < _now)
         .values(attempts=delivery.c.attempts + 1, status="leased", lease_until=_until, lease_token=bindparam("token"))
         .returning(*delivery.c))
EXPIRED = select(delivery.c.id).where(delivery.c.status == "leased", delivery.c.lease_until < _now).with_for_update(skip_locked=True)
RESCUE = (update(delivery).where(delivery.c.id.in_(EXPIRED), delivery.c.status == "leased")
          .values(status="due", lease_token=None, lease_until=None))
HELD = update(delivery).where(delivery.c.id == bindparam("i"), delivery.c.lease_token == bindparam("held"), delivery.c.status == "leased")
END = HELD.values(status=bindparam("to"), last_error=bindparam("error"), ended_at=bindparam("at", type_=UTCDateTime), lease_token=None,
                  lease_until=None)
PUT_OFF = HELD.values(status="due", due_at=bindparam("due", type_=UTCDateTime), last_error=bindparam("error"), lease_token=None,
                      lease_until=None)
_MORNING = bindparam("due", type_=UTCDateTime)
TO_MORNING = HELD.values(status="due", due_at=_MORNING, planned_at=_MORNING, attempts=delivery.c.attempts - 1, lease_token=None,
                         lease_until=None)
STALE = (update(delivery).where(delivery.c.status == "due", delivery.c.channel == bindparam("c"),
                                delivery.c.planned_at < bindparam("before", type_=UTCDateTime))
         .values(status="failed", last_error=bindparam("error"), ended_at=bindparam("at", type_=UTCDateTime))
         .returning(delivery.c.notice_id))
TOLD = select(notice.c.kind, notice.c.urgent, notice.c.about).where(notice.c.id == bindparam("n"))
NEXT_DUE = select(func.min(delivery.c.due_at)).where(delivery.c.status == "due", delivery.c.channel.not_in(_RESTING))
NEXT_EXPIRY = select(func.min(delivery.c.lease_until)).where(delivery.c.status == "leased")


def deliver_due(database: Database, channels: Channels, site: str = "") -> int:
    """Send what is due, for a few seconds at most, and answer how many were tried. `site` is the address that people sign in at."""
    _say_what_is_open(database, channels)
    tried, until = 0, clock.monotonic() + BUDGET
    while clock.monotonic() < until:
        row = database.run(lease)
        if row is None:
            break
        tried += 1
        _deliver(database, channels, row, site)
    return tried


def _say_what_is_open(database: Database, channels: Channels) -> None:
    with database.reading() as c:
        known = choices.offered(c)
    if known != frozenset(channels):
        database.run(lambda c: choices.offer(c, channels))


def lease(c: Connection) -> Row[Any] | None:
    """The delivery that has been due for longest on a channel that does not rest, ours for a minute; leases that ran out are due again.

    What need not be said any more is ended on the way, and what may not go out by night waits for the morning.
    """
    now = clock.now()
    c.execute(RESCUE, {"now": now})
    resting = _resting(c)
    while True:
        asked = {"now": now + AT_ONCE, "until": now + LEASE, "token": ids.new_key(), "resting": resting}
        row: Row[Any] | None = c.execute(CLAIM, asked).first()
        if row is None:
            return None
        if row.subject is not None and not limits.stands(c, row.subject, row.person_id):
            _end(c, row, "dropped", DONE_ALREADY)
        elif (morning := _morning(c, row)) > now:
            c.execute(TO_MORNING, {"i": row.id, "held": row.lease_token, "due": morning})
        else:
            return row


def _morning(c: Connection, row: Row[Any]) -> dt.datetime:
    """When this may go out: what could not leave by day is not sent by night either, unless it is urgent."""
    now, rules = clock.now(), hours.in_force(c)
    if not rules.is_night(now):
        return now
    told = c.execute(TOLD, {"n": row.notice_id}).one()
    at_once = told.kind == Kind.TEST or (told.urgent and choices.of(c, row.person_id).night_urgent)
    return now if at_once else rules.free(now)


def _deliver(database: Database, channels: Channels, row: Row[Any], site: str) -> None:
    """Send one leased message, and write down what came of it."""
    try:
        if row.channel not in channels:
            raise Refused(NOT_OFFERED)
        with database.reading() as c:
            letter = _letter(c, row, site)
        channels[row.channel].send(letter)
        database.run(lambda c: _sent(c, row))
    except Refused as refusal:
        why = str(refusal)
        database.run(lambda c: _give_up(c, row, why))
    except Down as fault:
        log.warning("消息渠道 %s 不能使用：%s", row.channel, fault)
        words = str(fault)[: failing.LONGEST_REASON]
        database.run(lambda c: _rest(c, row, words))
    except Exception as error:
        log.warning("delivery %s failed, attempt %s", row.key, row.attempts, exc_info=error)
        reason = failing.reason(error)
        database.run(lambda c: _again(c, row, reason))


def _letter(c: Connection, row: Row[Any], site: str) -> Letter:
    """Raises Refused when the person took their address away."""
    told = c.execute(TOLD, {"n": row.notice_id}).one()
    to = choices.of(c, row.person_id).email if row.channel == MAIL else row.person_id
    if not to:
        raise Refused(NO_ADDRESS)
    return Letter(row.key, row.person_id, to, Kind(told.kind), told.urgent, told.about or {}, site)


def _end(c: Connection, row: Row[Any], status: str, error: str | None) -> bool:
    """False: the lease ran out and somebody else has it, so nothing was changed."""
    asked = {"i": row.id, "held": row.lease_token, "to": status, "error": error, "at": clock.now()}
    return c.execute(END, asked).rowcount == 1


def _sent(c: Connection, row: Row[Any]) -> None:
    if _end(c, row, "sent", None) and progress.read(c, _rests(row.channel)).get("failures"):
        _note(c, row.channel, {})


def _give_up(c: Connection, row: Row[Any], why: str) -> None:
    """No more attempts; the message stands in the inbox."""
    if _end(c, row, "failed", why):
        inbox.show(c, [row.notice_id])


def _again(c: Connection, row: Row[Any], why: str) -> None:
    """This one later, unless it has been tried often enough."""
    if row.attempts >= failing.MOST_ATTEMPTS:
        _give_up(c, row, why)
        return
    due = clock.now() + failing.pause(row.attempts)
    c.execute(PUT_OFF, {"i": row.id, "held": row.lease_token, "due": due, "error": why})


def _rest(c: Connection, row: Row[Any], why: str) -> None:
    """The channel does not work: it rests, everything for it waits, and what has waited for too long is given up.

    The message that met the fault lets others go first next time: perhaps it alone is what the other side stumbles over.
    """
    now = clock.now()
    _again(c, row, why)
    known = progress.read(c, _rests(row.channel))
    failures = int(known.get("failures", 0)) + 1
    since = known.get("since") or now.isoformat()
    _note(c, row.channel, {"failures": failures, "since": since, "until": (now + failing.pause(failures)).isoformat(), "error": why})
    if failures == LOUD:
        words = f"消息渠道“{CHANNEL_WORDS[row.channel]}”连续 {LOUD} 次送不出去：{why}请在“消息送达”中查看。"
        post(c, Message(Kind.ORDER, f"rest:{row.channel}:{since}", words), _administrators(c))
    if now - dt.datetime.fromisoformat(since) < GIVE_UP:
        return
    given_up = c.execute(STALE, {"c": row.channel, "before": now - GIVE_UP, "error": why, "at": now}).scalars().all()
    inbox.show(c, given_up)


def _administrators(c: Connection) -> set[str]:
    return {person.id for unit in directory.units(c, level="city") for person in directory.holders(c, "system_admin", unit.id)}


def _rests(channel: str) -> str:
    return f"rest:{channel}"


def _note(c: Connection, channel: str, said: Mapping[str, Any]) -> None:
    if progress.hold(c, _rests(channel)) is not None:
        progress.save(c, _rests(channel), dict(said))


def trouble(c: Connection, channel: str) -> dict[str, Any]:
    """Why a channel rests: failures, since, until, error; empty when it works."""
    return progress.read(c, _rests(channel))


def _resting(c: Connection) -> list[str]:
    """The channels that are left alone for now. A list is never empty, for the databases' sake."""
    now = clock.now()
    waits = {channel: trouble(c, channel).get("until") for channel in choices.offered(c)}
    return ["-", *sorted(channel for channel, until in waits.items() if until and dt.datetime.fromisoformat(until) > now)]


def wake(c: Connection, channel: str) -> None:
    """Try a resting channel at once, when somebody says that it has been mended."""
    known = trouble(c, channel)
    if known:
        _note(c, channel, known | {"until": clock.now().isoformat()})


def next_due(c: Connection) -> dt.datetime | None:
    """When a worker should look again, as far as this room knows."""
    resting = _resting(c)
    moments = [c.execute(NEXT_DUE, {"resting": resting}).scalar(), c.execute(NEXT_EXPIRY).scalar()]
    waits = [trouble(c, channel)["until"] for channel in resting if channel != "-"]
    moments += [dt.datetime.fromisoformat(until) for until in waits]
    return min((moment for moment in moments if moment is not None), default=None)
