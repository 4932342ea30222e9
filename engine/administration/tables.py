"""Tokens for programs. Only the hash of a token is kept."""

from sqlalchemy import Column, Index, String, Table

from engine.database import BIGKEY, UTCDateTime, metadata

api_token = Table(
    "api_token", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("person_id", String(40), nullable=False),
    Column("name", String(60), nullable=False),
    Column("scopes", String(120), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", UTCDateTime, nullable=False),
    Column("created_by", String(40), nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
    Column("revoked_at", UTCDateTime),
    Index("token_of_person", "person_id"))
