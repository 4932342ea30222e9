"""What people did with a batch of cases to be moved: one line for each act, with who, when and why."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from engine.database import BIGKEY, UTCDateTime, metadata

move_act = Table(
    "move_act", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("batch_id", BigInteger, ForeignKey("move_batch.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # asked | tried | approved | refused | stopped | resumed | undone | one-undone
    Column("by_id", String(80), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("why", Text, nullable=False),
    Index("move_act_by_batch", "batch_id", "id"),
)
