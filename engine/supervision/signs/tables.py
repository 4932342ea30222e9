"""What an inspector found when they looked into a sign, and the indexes by which signs are looked for in the tables of other rooms."""

from sqlalchemy import Column, Index, String, Table, Text

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata
from engine.runtime.tables import clock_entry, record

MOVES = ("sent-back", "suspended", "transferred")
"""The kinds of events that signs are looked for among; few compared with all."""

sign_mark = Table(
    "sign_mark", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),  # the moment of the sign itself
    Column("summary", Text, nullable=False),
    Column("cases", JSONText, nullable=False),
    Column("persons", JSONText, nullable=False),
    Column("unit_path", Text, nullable=False),  # the smallest unit that contains every case of it
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("marked_by", String(40), nullable=False),
    Column("marked_at", UTCDateTime, nullable=False),
    Index("sign_mark_of", "kind", "key", "id"),
    Index("sign_mark_by_unit", "unit_path", "marked_at"))

_MOVE = record.c.kind.in_(MOVES)
Index("record_of_moves", record.c.kind, record.c.at, sqlite_where=_MOVE, postgresql_where=_MOVE)
Index("clock_entry_by_time", clock_entry.c.recorded_at)
