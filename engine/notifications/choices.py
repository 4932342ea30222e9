"""Which messages a person wants through which channels. Whoever has chosen nothing gets the defaults."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.errors import InvalidValues
from engine.notifications import progress
from engine.notifications.kinds import ALWAYS_IN_APP, APP, CHANNEL_WORDS, CHOSEN, DEFAULTS, MAIL, Kind
from engine.notifications.tables import reminder_choice as choice

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,120}[A-Za-z0-9])?\.[A-Za-z]{2,24}")
OPEN = "channels"
MANY = select(choice).where(choice.c.person_id.in_(bindparam("people", expanding=True)))
CHANGE = update(choice).where(choice.c.person_id == bindparam("p"))


@dataclass(frozen=True)
class Choice:
    """What one person chose. `email` may be empty: then nothing goes there."""

    channels: Mapping[Kind, frozenset[str]]
    email: str = ""
    night_urgent: bool = True

    def wants(self, kind: Kind, channel: str) -> bool:
        """Whether this kind is to come through that channel, if it can."""
        return channel in self.channels.get(kind, DEFAULTS[kind]) or (channel == APP and kind in ALWAYS_IN_APP)

    def of(self, kind: Kind, offered: frozenset[str]) -> frozenset[str]:
        """The channels that a message of this kind takes, of those that this installation offers."""
        wanted = self.channels.get(kind, DEFAULTS[kind]) | ({APP} if kind in ALWAYS_IN_APP or kind is Kind.TEST else frozenset())
        usable = offered | {APP} if self.email else (offered | {APP}) - {MAIL}
        return frozenset(wanted & usable)


NOTHING = Choice({})


def of_all(c: Connection, people: Iterable[str]) -> dict[str, Choice]:
    """The choices of several people, by id."""
    wanted = sorted(set(people))
    rows = c.execute(MANY, {"people": wanted}) if wanted else ()
    found = {row.person_id: Choice(_kinds(row.channels), row.email, row.night_urgent) for row in rows}
    return {person: found.get(person, NOTHING) for person in wanted}


def of(c: Connection, person_id: str) -> Choice:
    """The choice of one person."""
    return of_all(c, [person_id])[person_id]


def _kinds(stored: Mapping[str, list[str]]) -> dict[Kind, frozenset[str]]:
    return {kind: frozenset(stored[kind]) for kind in CHOSEN if kind in stored}


def choose(c: Connection, person_id: str, wanted: Choice, seen: frozenset[str] = frozenset(CHANNEL_WORDS)) -> dict[str, str]:
    """Keep what a person chose, from the next message on. `seen` are the channels they could choose from; others stay as they were.

    Raises InvalidValues: an address that is none, an unknown channel.
    """
    before = of(c, person_id)
    email = wanted.email.strip()
    if email and (not ADDRESS.fullmatch(email) or ".." in email):
        raise InvalidValues({"email": "邮箱地址不正确，应形如 zhang@example.gov.cn。"})
    if not {channel for channels in wanted.channels.values() for channel in channels} <= set(CHANNEL_WORDS):
        raise InvalidValues({"channels": "没有这种提醒方式，请从列表中选择。"})
    kept = {str(kind): sorted((channels & seen) | (before.channels.get(kind, DEFAULTS[kind]) - seen))
            for kind, channels in wanted.channels.items() if kind in CHOSEN}
    row = {"channels": kept, "email": email, "night_urgent": wanted.night_urgent, "changed_at": clock.now()}
    if c.execute(CHANGE.values(**row), {"p": person_id}).rowcount == 0:
        c.execute(insert(choice), {"person_id": person_id, **row})
    return {"person": person_id}


def offered(c: Connection) -> frozenset[str]:
    """The channels that lead out of this installation, as its worker said."""
    return frozenset(progress.read(c, OPEN).get("open", ()))


def offer(c: Connection, channels: Iterable[str]) -> None:
    """Say which channels lead out from now on."""
    if progress.hold(c, OPEN) is not None:
        progress.save(c, OPEN, {"open": sorted(channels)})
