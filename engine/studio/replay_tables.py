"""Where replays of closed cases on drafts are kept: how far one has come, and what came of it."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

replay = Table(
    "studio_replay", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("draft_id", BigInteger, ForeignKey("studio_draft.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # running | done | stopped | failed
    Column("stop_asked", Boolean, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("counts", JSONText, nullable=False),  # verdict → number, "late" and "before" → cases with late steps
    Column("told", JSONText, nullable=False),  # the first cases that do not go the same way or become late
    Column("message", Text, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("beat_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Index("studio_replay_by_draft", "draft_id"),
)
