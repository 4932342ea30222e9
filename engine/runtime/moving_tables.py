"""Cases moved to another version: the old state of each, and batches of many with one row for each case."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

case_move = Table(
    "case_move", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("batch_id", BigInteger),  # none for a case that was moved by itself
    Column("from_definition", BigInteger, nullable=False),
    Column("to_definition", BigInteger, nullable=False),
    Column("by_id", String(80)),
    Column("at", UTCDateTime, nullable=False),
    Column("revision", Integer, nullable=False),  # of the case after the move: undone only while it is the case's
    Column("record_seq", Integer, nullable=False),  # of the move in the case's record
    Column("kept", JSONText, nullable=False),  # state, variables and living rows before the move
    Column("undone_at", UTCDateTime),
    Column("undone_by", String(80)),
    Index("case_move_by_instance", "instance_id", "id"),
    Index("case_move_by_batch", "batch_id", "instance_id"),
)

move_batch = Table(
    "move_batch", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("process_key", String(120), nullable=False),
    Column("from_definition", BigInteger, nullable=False),  # 0: from several versions
    Column("to_definition", BigInteger, nullable=False),
    Column("mapping", JSONText, nullable=False),
    Column("choice", String(12), nullable=False),  # keep | restart | re-rule
    Column("reason", Text, nullable=False),
    Column("state", String(12), nullable=False),  # trying | asked | running | stopped | done | refused | undoing | undone
    Column("dry", Integer, nullable=False),  # 1: each case is moved and rolled back
    Column("asked_by", String(80)),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", UTCDateTime),
    Index("move_batch_by_state", "state", "id"),
    Index("move_batch_by_process", "process_key", "id"),
)

move_item = Table(
    "move_item", metadata,
    Column("batch_id", BigInteger, ForeignKey("move_batch.id"), nullable=False),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("state", String(12), nullable=False),  # waiting | moved | fits | blocked | skipped | undone | stayed
    Column("text", Text, nullable=False),  # why not, in words
    Column("at", UTCDateTime),
    PrimaryKeyConstraint("batch_id", "instance_id"),
    Index("move_item_by_state", "batch_id", "state", "instance_id"),
)
