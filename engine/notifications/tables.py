"""The tables of notices, of what is watched for reminders, of deliveries through channels, and of what people chose.

A notice is what a person was told, once per key and person for ever. A delivery carries a notice out of the system through one channel.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

notice = Table(
    "notice", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id")),
    Column("text", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("read_at", UTCDateTime),
    Column("kind", String(16), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("shown", Boolean, nullable=False),  # in the inbox; False: the person wants this kind through other channels only
    Column("about", JSONText),  # all that may leave the system: case number, title, step, due
    UniqueConstraint("key", "person_id"),
    Index("notice_of_person", "person_id", "read_at", "created_at"))

delivery = Table(
    "delivery", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),  # goes along at every attempt
    Column("notice_id", BigInteger, ForeignKey("notice.id"), nullable=False),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id")),
    Column("subject", String(80)),  # what it reminds of; once that is done, nothing is sent any more
    Column("status", String(16), nullable=False),
    Column("planned_at", UTCDateTime, nullable=False),  # when it was to go out first: now, or when the night is over
    Column("due_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UTCDateTime),
    Column("lease_token", String(64)),
    Column("last_error", Text),
    Column("created_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Index("delivery_by_due", "status", "due_at"),
    Index("delivery_by_instance", "instance_id", "status"),
    Index("delivery_by_person", "person_id", "created_at"))

reminder = Table(
    "reminder", metadata,
    Column("subject", String(80), primary_key=True),  # "item:<work item>" or "clock:<clock>"
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("next_at", UTCDateTime),  # when somebody is to be told next; none when everything has been said
    Index("reminder_by_next", "next_at"),
    Index("reminder_by_instance", "instance_id"))

reminder_choice = Table(
    "reminder_choice", metadata,
    Column("person_id", String(40), ForeignKey("person.id"), primary_key=True),
    Column("channels", JSONText, nullable=False),  # kind of message -> channels
    Column("email", String(200), nullable=False),
    Column("night_urgent", Boolean, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False))

reminder_progress = Table(
    "reminder_progress", metadata,
    Column("name", String(40), primary_key=True),
    Column("value", JSONText, nullable=False),
    Column("at", UTCDateTime, nullable=False))
