"""Tables of units, people and posts."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

unit = Table(
    "unit", metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("level", String(10), nullable=False),
    Column("parent_id", String(40), ForeignKey("unit.id")),
    Column("path", String(200), nullable=False, unique=True),
    Column("polygon", JSONText),
    Column("sort", Integer, nullable=False, default=0))

person = Table(
    "person", metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("password_hash", String(200)),
    Column("active", Boolean, nullable=False, default=True),
    Column("phone", String(20)),
    Column("note", Text),
    Column("changed_at", UTCDateTime),
    Column("changed_by", String(40)))

post = Table(
    "post", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("unit_id", String(40), ForeignKey("unit.id"), nullable=False),
    UniqueConstraint("person_id", "role", "unit_id"),
    Index("post_of_role", "role", "unit_id"))
