"""The tables of the supervision ladder. What has been issued (`supervision_paper`) and what has happened (`supervision_event`) can
only be added to; the database itself refuses anything else, see `append_only`.

Times are aware UTC in Python and milliseconds in the database.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata
from engine.runtime.added_only import guard

OPEN = text("state = 'open'")

ladder = Table(
    "supervision_ladder", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), unique=True),
    Column("number", String(80), nullable=False, unique=True),
    Column("line", String(16), nullable=False),
    Column("case_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("case_number", String(80), nullable=False),
    Column("title", Text, nullable=False),
    Column("element_id", String(120), nullable=False),
    Column("step", Text, nullable=False),
    Column("link", String(40)),
    Column("rule", String(40), nullable=False),
    Column("clock_id", BigInteger),  # the newest clock of the matter; none for an order on a step without a limit
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("seen_status", String(16)),  # how the ladder last saw its clock
    Column("seen_due", UTCDateTime),
    Column("person_id", String(80)),  # who had the step in hand when the last paper was made
    Column("person_key", String(160)),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("opened_by", String(80)),
    Column("red_at", UTCDateTime),
    Column("talk_at", UTCDateTime),
    Column("closed_at", UTCDateTime),
    Column("closed_by", String(80)),
    Column("note", Text),
    Index("ladder_open_once", "case_id", "element_id", "rule", "line", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ladder_by_case", "case_id"),
    Index("ladder_by_unit", "unit_path", "line", "state"),
    Index("ladder_by_state", "state", "rung"),
    Index("ladder_by_person", "person_id", "red_at"),
)

paper = Table(
    "supervision_paper", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("ladder_id", BigInteger, ForeignKey("supervision_ladder.id"), nullable=False),
    Column("line", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("number", String(120), nullable=False),
    Column("person_id", String(80)),
    Column("person_key", String(160)),
    Column("addressee", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("facts", JSONText, nullable=False),
    Column("reason", Text, nullable=False),
    Column("demand", Text, nullable=False),
    Column("reply_by", UTCDateTime),
    Column("body", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("issued_at", UTCDateTime, nullable=False),
    Column("issued_by", String(80)),
    UniqueConstraint("unit_id", "line", "year", "serial", name="paper_number_once"),
    Index("paper_by_ladder", "ladder_id"),
    Index("paper_by_person", "person_id", "kind", "issued_at"),
    Index("paper_by_unit", "unit_path", "line", "issued_at"),
)

order = Table(
    "supervision_order", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("ladder_id", BigInteger, ForeignKey("supervision_ladder.id"), nullable=False),
    Column("line", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("person_id", String(80)),
    Column("person_key", String(160)),
    Column("reason", Text, nullable=False),
    Column("demand", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("paper_id", BigInteger, ForeignKey("supervision_paper.id")),
    Column("drafted_at", UTCDateTime, nullable=False),
    Column("drafted_by", String(80)),
    Column("issued_at", UTCDateTime),
    Column("issued_by", String(80)),
    Column("reply_by", UTCDateTime),
    Column("received_at", UTCDateTime),
    Column("answered_at", UTCDateTime),
    Column("in_time", Boolean),
    Column("missed_at", UTCDateTime),
    Column("sent_back", Integer, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("ended_by", String(80)),
    UniqueConstraint("ladder_id", "level", name="order_level_once"),
    Index("order_by_unit", "unit_path", "line", "state"),
    Index("order_by_issue", "line", "issued_at"),
)

event_ = Table(
    "supervision_event", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("ladder_id", BigInteger, ForeignKey("supervision_ladder.id"), nullable=False),
    Column("order_id", BigInteger),
    Column("paper_id", BigInteger),
    Column("kind", String(24), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by", String(80)),
    Column("text", Text, nullable=False),
    Column("body", JSONText, nullable=False),
    Index("event_by_ladder", "ladder_id", "id"),
    Index("event_by_person", "by", "kind"),
)

lead = Table(
    "supervision_lead", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("ladder_id", BigInteger, ForeignKey("supervision_ladder.id"), nullable=False),
    Column("line", String(16), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("person_id", String(80)),
    Column("person_key", String(160)),
    Column("ground", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("proposed_at", UTCDateTime, nullable=False),
    Column("proposed_by", String(80)),
    Column("decided_at", UTCDateTime),
    Column("decided_by", String(80)),
    Column("note", Text),
    Index("lead_by_ladder", "ladder_id"),
    Index("lead_by_unit", "unit_path", "line", "state"),
)

number = Table(
    "supervision_number", metadata,
    Column("unit_id", String(80), nullable=False),
    Column("line", String(16), nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("unit_id", "line", "year"),
)

for _one in (paper, event_):
    event.listen(_one, "after_create", guard)
