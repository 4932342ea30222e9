"""Signing in: sessions kept on the server, counted attempts, and the list filters a person keeps.

A session's id is known to the browser alone; the table holds its hash. Passwords are checked outside any transaction, because
that is slow on purpose; only what came of it is written.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Column, Connection, Index, String, Table, Text, bindparam, delete, func, insert, select, update

from engine import clock
from engine.database import BIGKEY, UTCDateTime, metadata
from engine.errors import InvalidValues, NotFound
from engine.people.participant import Participant
from engine.people.tables import person

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
LOCKED_FOR = dt.timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 50
TOUCH = dt.timedelta(minutes=1)
SHORTEST_PASSWORD = 12
KEPT_FILTERS = 20
TASKS = "tasks"
"""The worklist: the list that kept filters belong to unless said otherwise."""

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = HASHER.hash(secrets.token_hex(16))

session = Table(
    "session", metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(40), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
    Index("session_of_person", "person_id"))

login_attempt = Table(
    "login_attempt", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Index("attempt_of_account", "account", "at"),
    Index("attempt_of_address", "address", "at"))

saved_filter = Table(
    "saved_filter", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("person_id", String(40), nullable=False),
    Column("name", String(40), nullable=False),
    Column("query", Text, nullable=False),
    Column("place", String(20), nullable=False, default=TASKS),  # of which list
    Index("filter_of_person", "person_id"))

SESSION = select(session).where(session.c.id == bindparam("s"))


@dataclass(frozen=True)
class Session:
    """An open session, without the secret that opens it."""

    id: str
    person_id: str
    created_at: dt.datetime
    seen_at: dt.datetime
    address: str
    agent: str


@dataclass(frozen=True)
class SavedFilter:
    """A list filter under a name; `query` is the part of the address behind the question mark."""

    id: int
    name: str
    query: str


def hashed(secret: str) -> str:
    """What is stored instead of a session's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """Argon2id. Raises InvalidValues for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidValues({"password": f"密码至少 {SHORTEST_PASSWORD} 位，可以用几个词连成一句容易记住的话。"})
    return HASHER.hash(password)


def is_locked(c: Connection, account: str, address: str) -> bool:
    """True when this account or this address failed too often within the last quarter of an hour."""
    since = clock.now() - LOCKED_FOR
    query = select(func.count()).select_from(login_attempt).where(login_attempt.c.at > since)
    of_account = c.execute(query.where(login_attempt.c.account == account)).scalar_one()
    of_address = c.execute(query.where(login_attempt.c.address == address)).scalar_one()
    return of_account >= FAILURES_PER_ACCOUNT or of_address >= FAILURES_PER_ADDRESS


def password_fits(c: Connection, account: str, password: str) -> bool:
    """Takes as long for an unknown account as for a known one. Slow: call it outside a write transaction."""
    row = c.execute(select(person.c.password_hash, person.c.active).where(person.c.id == account)).first()
    known = row is not None and row.active and row.password_hash is not None
    try:
        HASHER.verify(row.password_hash if row is not None and known else NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return known


def note_failure(c: Connection, account: str, address: str) -> None:
    """Count one failed attempt; those that no longer matter are forgotten."""
    c.execute(delete(login_attempt).where(login_attempt.c.at < clock.now() - LOCKED_FOR))
    c.execute(insert(login_attempt), {"account": account[:80], "address": address[:64], "at": clock.now()})


def open_session(c: Connection, person_id: str, address: str, agent: str) -> str:
    """A new session; answers its secret, which is not kept. Earlier failures of the account are forgiven."""
    secret = secrets.token_urlsafe(32)
    c.execute(delete(login_attempt).where(login_attempt.c.account == person_id))
    c.execute(delete(session).where(session.c.created_at < clock.now() - ABSOLUTE))
    c.execute(insert(session), {
        "id": hashed(secret), "person_id": person_id, "created_at": clock.now(), "seen_at": clock.now(),
        "address": address[:64], "agent": agent[:200]})
    return secret


def find(c: Connection, secret: str, idle: dt.timedelta = IDLE, absolute: dt.timedelta = ABSOLUTE) -> Session | None:
    """The session that the secret opens, None when there is none, or when it was idle or open for too long."""
    row = c.execute(SESSION, {"s": hashed(secret)}).first()
    if row is None or clock.now() - row.seen_at > idle or clock.now() - row.created_at > absolute:
        return None
    return Session(row.id, row.person_id, row.created_at, row.seen_at, row.address, row.agent)


def is_stale(found: Session) -> bool:
    """True when the last sign of life was written long enough ago to write another."""
    return clock.now() - found.seen_at > TOUCH


def touch(c: Connection, session_id: str) -> None:
    """Write down a sign of life."""
    c.execute(update(session).where(session.c.id == session_id).values(seen_at=clock.now()))


def close_session(c: Connection, session_id: str, by: Participant) -> None:
    """End one of the person's own sessions."""
    c.execute(delete(session).where(session.c.id == session_id, session.c.person_id == by.id))


def close_all(c: Connection, person_id: str) -> None:
    """End every session of a person: they were disabled, or their rights changed."""
    c.execute(delete(session).where(session.c.person_id == person_id))


def sessions_of(c: Connection, person_id: str) -> tuple[Session, ...]:
    """The open sessions of a person, newest first."""
    query = select(session).where(session.c.person_id == person_id).order_by(session.c.seen_at.desc())
    rows = c.execute(query.where(session.c.seen_at > clock.now() - IDLE, session.c.created_at > clock.now() - ABSOLUTE))
    return tuple(Session(r.id, r.person_id, r.created_at, r.seen_at, r.address, r.agent) for r in rows)


def change_password(c: Connection, by: Participant, new_hash: str, keep: str) -> None:
    """Set the person's own password (already hashed) and end their other sessions; `keep` is the id of the one that stays."""
    c.execute(update(person).where(person.c.id == by.id).values(password_hash=new_hash, changed_at=clock.now(), changed_by=by.id))
    c.execute(delete(session).where(session.c.person_id == by.id, session.c.id != keep))


def saved_filters(c: Connection, person_id: str, place: str = TASKS) -> tuple[SavedFilter, ...]:
    """The person's kept filters of one list, in the order they were made."""
    query = select(saved_filter).where(saved_filter.c.person_id == person_id, saved_filter.c.place == place)
    rows = c.execute(query.order_by(saved_filter.c.id))
    return tuple(SavedFilter(r.id, r.name, r.query) for r in rows)


def save_filter(c: Connection, by: Participant, values: Mapping[str, Any], place: str = TASKS) -> None:
    """Keep a filter of a list under a name; the same name replaces the earlier one. Raises InvalidValues: no name, or too many."""
    name = str(values.get("name") or "").strip()[:40]
    if not name:
        raise InvalidValues({"name": "请给这组筛选条件起个名字，例如“本周到期的违建”。"})
    mine = (saved_filter.c.person_id == by.id, saved_filter.c.place == place)
    c.execute(delete(saved_filter).where(*mine, saved_filter.c.name == name))
    if len(saved_filters(c, by.id, place)) >= KEPT_FILTERS:
        raise InvalidValues({"name": f"最多保存 {KEPT_FILTERS} 组筛选条件，请先删除不用的。"})
    c.execute(insert(saved_filter), {"person_id": by.id, "name": name, "place": place, "query": str(values.get("query") or "")[:2000]})


def drop_filter(c: Connection, by: Participant, filter_id: int) -> None:
    """Forget one of the person's own filters. Raises NotFound."""
    done = c.execute(delete(saved_filter).where(saved_filter.c.id == filter_id, saved_filter.c.person_id == by.id))
    if done.rowcount == 0:
        raise NotFound()
