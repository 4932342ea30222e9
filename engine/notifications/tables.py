"""The table of notices."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from engine.database import BIGKEY, UTCDateTime, metadata

notice = Table(
    "notice", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id")),
    Column("text", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("read_at", UTCDateTime),
    UniqueConstraint("key", "person_id"),
    Index("notice_of_person", "person_id", "read_at", "created_at"))
