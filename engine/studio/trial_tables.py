"""Where the trials of drafts are kept: only their scripts, since everything else follows from them."""

from sqlalchemy import BigInteger, Column, ForeignKey, PrimaryKeyConstraint, String, Table

from engine.database import JSONText, UTCDateTime, metadata

trial = Table(
    "studio_trial", metadata,
    Column("draft_id", BigInteger, ForeignKey("studio_draft.id"), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("steps", JSONText, nullable=False),  # [[verb, what], …]
    Column("changed_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("draft_id", "person_id"),
)
