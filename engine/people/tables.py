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

stand_in = Table(
    "stand_in", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False),  # who is away
    Column("deputy_id", String(40), ForeignKey("person.id"), nullable=False),
    Column("roles", JSONText, nullable=False),
    Column("first_at", UTCDateTime, nullable=False),
    Column("last_at", UTCDateTime, nullable=False),  # not included
    Column("reason", Text, nullable=False),
    Column("document", String(120), nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("ended_by", String(40)),
    Column("ended_at", UTCDateTime),
    Index("stand_in_of_deputy", "deputy_id", "last_at"),
    Index("stand_in_of_person", "person_id", "last_at"))
