"""Where runs of a draft's examples are kept: how far one has come, what it found, and the publication that waits for it."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

example_run = Table(
    "studio_example_run", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("draft_id", BigInteger, ForeignKey("studio_draft.id"), nullable=False),
    Column("about", String(64), nullable=False),  # digest of the files and of the versions around them
    Column("state", String(12), nullable=False),  # running | done | stopped | failed
    Column("stop_asked", Boolean, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("found", JSONText, nullable=False),  # what `example_runs.coverage_of` reads; {} until it is done
    Column("message", Text, nullable=False),
    Column("wish", JSONText),  # what to ask for when every example holds: revision, reason, effective_on, confirmed
    Column("request_id", BigInteger, ForeignKey("studio_request.id")),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("beat_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Index("studio_example_run_by_draft", "draft_id"),
)
