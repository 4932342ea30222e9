"""What administrators changed in the working calendar. Rows are only added: the calendar in force is what all of them say, in order."""

from sqlalchemy import Column, Integer, String, Table, Text

from engine.database import JSONText, UTCDateTime, metadata

calendar_change = Table(
    "calendar_change", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),  # notice | day | hours
    Column("subject", String(16), nullable=False),  # the year, the day, or "" for business hours
    Column("old", JSONText),
    Column("new", JSONText),  # none: what was changed before is taken back, what is shipped applies again
    Column("reason", Text, nullable=False),
    Column("clocks", Integer, nullable=False),  # open clocks that had to be dated again
    Column("changed_by", String(80)),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("digest", String(64), nullable=False))
