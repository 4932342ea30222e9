"""Tokens by which a program acts as a person: made and revoked by the security administrator, shown once, kept as a hash."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.administration.rights import must
from engine.administration.tables import api_token
from engine.errors import InvalidValues, NotFound
from engine.people import Participant, directory
from engine.supervision import audit

SCOPES = {"read": "查询待办和事项", "report": "上报问题", "work": "办理待办", "message": "发送消息"}
PREFIX = "glp_"
LONGEST_DAYS = 366
TOUCH = dt.timedelta(minutes=1)

BY_HASH = select(api_token).where(api_token.c.hash == bindparam("h"))


@dataclass(frozen=True)
class Token:
    """A token without its secret."""

    id: int
    person_id: str
    name: str
    scopes: frozenset[str]
    created_at: dt.datetime
    created_by: str
    expires_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None

    @property
    def is_valid(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > clock.now()


def create(c: Connection, by: Participant, person_id: str, name: str, scopes: Iterable[str], *, days: int) -> str:
    """Make a token for an active person and answer its secret, which cannot be shown again.

    Raises NotAllowed, NotFound (no such active person), InvalidValues.
    """
    must(by, "secure")
    chosen, errors = sorted(set(scopes)), {}
    if not name.strip() or len(name) > 60:
        errors["name"] = "请写明这个令牌给哪个系统使用（不超过 60 字）。"
    if not chosen or not set(chosen) <= set(SCOPES):
        errors["scopes"] = "请至少选择一项用途。"
    if not 1 <= days <= LONGEST_DAYS:
        errors["days"] = f"有效天数应为 1 至 {LONGEST_DAYS}。"
    if errors:
        raise InvalidValues(errors)
    owner, secret = directory.participant(c, person_id), PREFIX + secrets.token_urlsafe(32)
    c.execute(insert(api_token), {
        "person_id": owner.id, "name": name.strip(), "scopes": " ".join(chosen), "hash": hashed(secret), "created_at": clock.now(),
        "created_by": by.id, "expires_at": clock.now() + dt.timedelta(days=days)})
    audit.note(c, by, "token-created", f"{by.name}为{owner.name}（{owner.id}）发放接口令牌“{name.strip()}”。", scopes=chosen)
    return secret


def revoke(c: Connection, by: Participant, token_id: int) -> None:
    """End a token at once. Raises NotAllowed, NotFound."""
    must(by, "secure")
    row = c.execute(select(api_token).where(api_token.c.id == token_id, api_token.c.revoked_at.is_(None))).first()
    if row is None:
        raise NotFound("没有这个令牌，或者它已经停用。")
    c.execute(update(api_token).where(api_token.c.id == token_id).values(revoked_at=clock.now()))
    audit.note(c, by, "token-revoked", f"{by.name}停用{row.person_id}的接口令牌“{row.name}”。")


def find(c: Connection, secret: str) -> Token | None:
    """The valid token with this secret; None for everything else."""
    row = c.execute(BY_HASH, {"h": hashed(secret)}).first()
    token = None if row is None else _token(row)
    return token if token is not None and token.is_valid else None


def is_stale(token: Token) -> bool:
    """True when its last use was written long enough ago to write another."""
    return token.used_at is None or clock.now() - token.used_at > TOUCH


def touch(c: Connection, token_id: int) -> None:
    """Write down that it was used."""
    c.execute(update(api_token).where(api_token.c.id == token_id).values(used_at=clock.now()))


def all_of(c: Connection, by: Participant) -> tuple[Token, ...]:
    """Every token, the newest first. Raises NotAllowed."""
    must(by, "secure")
    return tuple(_token(row) for row in c.execute(select(api_token).order_by(api_token.c.id.desc())))


def hashed(secret: str) -> str:
    """What is stored instead of the secret: it is long and random, so one plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: object) -> Token:
    values = row._mapping  # type: ignore[attr-defined]
    return Token(scopes=frozenset(values["scopes"].split()), **{k: values[k] for k in (
        "id", "person_id", "name", "created_at", "created_by", "expires_at", "used_at", "revoked_at")})
