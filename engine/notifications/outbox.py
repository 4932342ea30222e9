"""Telling people something: a notice each, and a delivery for each channel that they chose. Sends nothing.

Everything is written in the caller's transaction, so a message exists exactly if what it tells about does. A worker carries it out
afterwards (`delivering`). The same key never tells the same person twice.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock, ids
from engine.database import UTCDateTime
from engine.notifications import choices, hours, inbox
from engine.notifications.choices import Choice
from engine.notifications.kinds import APP, Kind
from engine.notifications.letters import outgoing
from engine.notifications.tables import delivery, notice

TOLD = select(notice.c.id).where(notice.c.key == bindparam("k"), notice.c.person_id.in_(bindparam("people", expanding=True)))
_AT = bindparam("at", type_=UTCDateTime)
REVIVE = (update(delivery)
          .where(delivery.c.instance_id == bindparam("case"), delivery.c.status == "dropped", delivery.c.notice_id.in_(TOLD))
          .values(status="due", due_at=_AT, planned_at=_AT, ended_at=None, last_error=None))


@dataclass(frozen=True)
class Message:
    """What people are told. `key` is its name for ever; `text` is read inside the system only.

    `about` is all that may leave the system: case_number, title, step, due (a moment as text), or `lines` of such mappings; of a title
    only what stands before the colon does, and other names are left out. `subject`
    is what it reminds of ("item:…", "clock:…"): once that is done, what still waits is dropped. `urgent`: goes out by night too.
    """

    kind: Kind
    key: str
    text: str
    instance_id: int | None = None
    subject: str | None = None
    urgent: bool = False
    about: Mapping[str, Any] | None = None


def post(c: Connection, message: Message, people: Iterable[str]) -> int:
    """Tell these people; answers how many were not told before.

    What was dropped before it went out, because the matter stood for a while, is on its way again.
    """
    wanted_by = set(people)
    new = inbox.untold(c, message.key, wanted_by)
    if message.subject is not None and len(new) < len(wanted_by):
        _revive(c, message, wanted_by.difference(new))
    if not new:
        return 0
    chosen, offered = choices.of_all(c, new), choices.offered(c)
    wanted = {person: chosen[person].of(message.kind, offered) for person in new}
    made = inbox.write(c, {person: _notice(message, APP in wanted[person]) for person in new})
    if any(channels - {APP} for channels in wanted.values()):
        morning = hours.in_force(c).free(clock.now())
        rows = [_delivery(message, (made[person], person, channel), _when(message, chosen[person], morning))
                for person in new for channel in sorted(wanted[person] - {APP})]
        c.execute(insert(delivery), rows)
    return len(new)


def _revive(c: Connection, message: Message, people: Iterable[str]) -> None:
    morning = clock.now() if message.urgent else hours.in_force(c).free(clock.now())
    c.execute(REVIVE, {"case": message.instance_id, "k": message.key, "people": sorted(people), "at": morning})


def _notice(message: Message, shown: bool) -> dict[str, Any]:
    about = None if message.about is None else outgoing(message.about)
    return {"key": message.key, "instance_id": message.instance_id, "text": message.text, "kind": message.kind, "urgent": message.urgent,
            "shown": shown, "about": about}


def _when(message: Message, choice: Choice, morning: dt.datetime) -> dt.datetime:
    """Now, unless it is night, the message can wait, or this person wants to sleep in any case."""
    at_once = message.kind is Kind.TEST or (message.urgent and choice.night_urgent)
    return clock.now() if at_once else morning


def _delivery(message: Message, what: tuple[int, str, str], at: dt.datetime) -> dict[str, Any]:
    notice_id, person, channel = what
    return {"key": ids.new_key(), "notice_id": notice_id, "person_id": person, "channel": channel,
            "instance_id": message.instance_id, "subject": message.subject, "status": "due", "planned_at": at, "due_at": at,
            "attempts": 0, "created_at": clock.now()}
