"""Where sealed versions are kept. A row of `process_definition` never changes its content, only its state."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

process_definition = Table(
    "process_definition",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("key", String(120), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", String(80)),
    Column("content_hash", String(64), nullable=False),
    Column("diagram", LargeBinary, nullable=False),
    Column("decisions", JSONText, nullable=False),  # file name → text
    Column("forms", JSONText, nullable=False),  # key → document
    Column("parameters", JSONText, nullable=False),
    Column("called", JSONText, nullable=False),  # key of every called process, also called by those → id of the pinned version
    Column("lint", JSONText, nullable=False),  # what the linter said when it was sealed
    Column("deployed_at", UTCDateTime, nullable=False),
    Column("deployed_by", String(80)),
    Column("state", String(16), nullable=False),  # published | retired
    UniqueConstraint("key", "number", name="process_definition_number"),
)
