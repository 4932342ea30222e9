"""The tables of a running case. Rows of other rooms (definitions, units, persons) are named by id only.

Times are aware UTC in Python and milliseconds in the database. `record` can only be added to, see `append_only`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata
from engine.runtime.append_only import guard_record


def _instance_id(nullable: bool = False) -> Column[int]:
    return Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=nullable)


process_instance = Table(
    "process_instance",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("definition_id", BigInteger, nullable=False),
    Column("process_key", String(120), nullable=False),
    Column("business_key", String(80), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("category", String(80)),
    Column("place", Text),
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("variables", JSONText, nullable=False),
    Column("record_seq", Integer, nullable=False),
    Column("record_hash", LargeBinary, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("started_at", UTCDateTime, nullable=False),
    Column("started_by", String(80)),
    Column("ended_at", UTCDateTime),
    Column("parent_id", BigInteger, ForeignKey("process_instance.id")),
    Index("instance_by_unit", "unit_path", "status"),
    Index("instance_by_status", "status", "started_at"),
    Index("instance_by_starter", "started_by", "started_at"),
    Index("instance_by_definition", "definition_id", "status"),
    Index("instance_by_parent", "parent_id"),
    Index("instance_by_end", "ended_at"),
)

work_item = Table(
    "work_item",
    metadata,
    Column("id", String(64), primary_key=True),
    _instance_id(),
    Column("element_id", String(120), nullable=False),
    Column("name", Text, nullable=False),
    Column("lane", Text),
    Column("link", String(40)),
    Column("state", String(16), nullable=False),
    Column("candidate_key", String(160)),
    Column("candidate_role", String(80)),
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("assignee", String(80)),
    Column("created_at", UTCDateTime, nullable=False),
    Column("claimed_at", UTCDateTime),
    Column("warn_at", UTCDateTime),
    Column("due_at", UTCDateTime),
    Column("limit_text", Text),
    Column("remaining_ms", BigInteger),
    Column("priority", Integer, nullable=False),
    Column("form_key", String(160)),
    Column("access", String(80)),
    Column("mi_key", String(160)),
    Column("item", JSONText, nullable=False),
    Column("outcome", Text),
    Column("ended_at", UTCDateTime),
    Column("ended_by", String(80)),
    Column("urged", Integer, nullable=False),
    Column("case_number", String(80), nullable=False),
    Column("title", Text, nullable=False),
    Column("category", String(80)),
    Column("place", Text),
    Column("definition_id", BigInteger, nullable=False),
    Column("process_key", String(120), nullable=False),
    Index("work_item_by_candidate", "candidate_key", "state", "due_at"),
    Index("work_item_by_assignee", "assignee", "state", "due_at"),
    Index("work_item_by_instance", "instance_id", "state"),
    Index("work_item_by_ender", "ended_by", "state", "ended_at"),
    Index("work_item_by_due", "state", "due_at"),
    Index("work_item_by_unit", "unit_path", "state"),
    Index("work_item_by_creation", "created_at"),
    Index("work_item_by_warning", "warn_at"),
    Index("work_item_by_limit", "due_at"),
    Index("work_item_by_end", "ended_at"),
)

draft = Table(
    "draft",
    metadata,
    Column("work_item_id", String(64), ForeignKey("work_item.id"), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("values", JSONText, nullable=False),
    Column("saved_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("work_item_id", "person_id"),
    Index("draft_by_person", "person_id"),
)

involvement = Table(
    "involvement",
    metadata,
    _instance_id(),
    Column("person_id", String(80), nullable=False),
    PrimaryKeyConstraint("instance_id", "person_id"),
    Index("involvement_by_person", "person_id", "instance_id"),
)

delegation = Table(
    "delegation",
    metadata,
    Column("work_item_id", String(64), ForeignKey("work_item.id"), primary_key=True),  # kept while it lasts; the record keeps all
    Column("owner", String(80), nullable=False),
    Column("delegate", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

return_ticket = Table(
    "return_ticket",
    metadata,
    Column("work_item_id", String(64), ForeignKey("work_item.id"), primary_key=True),  # when done, the case goes straight back
    Column("element_id", String(120), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("passed", JSONText, nullable=False),  # the steps in between, which stay passed
    Column("at", UTCDateTime, nullable=False),
)

carbon_copy = Table(
    "carbon_copy",
    metadata,
    _instance_id(),
    Column("person_id", String(80), nullable=False),
    Column("by_id", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("read_at", UTCDateTime),
    PrimaryKeyConstraint("instance_id", "person_id"),
    Index("copy_by_person", "person_id", "at"),
)

timer = Table(
    "timer",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    _instance_id(),
    Column("key", String(64), nullable=False),
    Column("element_id", String(120), nullable=False),
    Column("name", Text),
    Column("kind", String(16), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),  # when a worker looks at it: the planned moment, or later after a failure
    Column("planned_at", UTCDateTime, nullable=False),  # what the diagram and the calendar say; never moved by a failure
    Column("repeats_left", Integer),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fired_at", UTCDateTime),
    Column("remaining_ms", BigInteger),
    Column("last_error", Text),
    Column("attached_to", String(64)),
    Index("timer_by_due", "status", "due_at"),
    Index("timer_by_instance", "instance_id", "status"),
)

deadline_clock = Table(
    "deadline_clock",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    _instance_id(),
    Column("key", String(64), nullable=False),  # of the activity that is limited: a work item's id, a token, or "process"
    Column("element_id", String(120), nullable=False),
    Column("name", Text, nullable=False),
    Column("link", String(40)),
    Column("rule", String(40), nullable=False),  # the rule's id, "" for a limit of the diagram's own
    Column("rule_set", String(40), nullable=False),
    Column("rule_day", UTCDateTime, nullable=False),  # the version of the law in force at this moment applies
    Column("length", Float(53), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("warn_before", JSONText),
    Column("conservative_from", UTCDateTime),
    Column("started_at", UTCDateTime, nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("conservative_at", UTCDateTime),
    Column("earliest_at", UTCDateTime),
    Column("warn_at", UTCDateTime),
    Column("watch_at", UTCDateTime),  # when supervision looks next; none once its ladder has begun, or the clock has stopped
    Column("calendar_bound", Boolean, nullable=False),  # whether a change of the working calendar may move its end
    Column("provisional", Boolean, nullable=False),
    Column("dated_by", Integer, nullable=False),  # the version of the calendar its end was computed with
    Column("stopped_at", UTCDateTime),
    Column("stop_reason", String(16)),
    Column("entries", Integer, nullable=False),
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    UniqueConstraint("instance_id", "key", "rule"),
    Index("clock_by_watch", "status", "watch_at"),
    Index("clock_by_due", "status", "due_at"),
    Index("clock_by_unit", "unit_path", "status"),
    Index("clock_by_calendar", "calendar_bound", "status", "dated_by", "id"),
)

clock_entry = Table(
    "clock_entry",
    metadata,
    Column("clock_id", BigInteger, ForeignKey("deadline_clock.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("from_at", UTCDateTime),
    Column("to_at", UTCDateTime),
    Column("length", Float(53)),
    Column("ground", String(40), nullable=False),
    Column("document", Text, nullable=False),
    Column("approver", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("corrects", Integer),
    Column("recorded_at", UTCDateTime, nullable=False),
    Column("recorded_by", String(40), nullable=False),
    PrimaryKeyConstraint("clock_id", "seq"),
)

redating_move = Table(
    "redating_move",
    metadata,
    Column("version", Integer, nullable=False),  # of the calendar
    Column("clock_id", BigInteger, ForeignKey("deadline_clock.id"), nullable=False),
    _instance_id(),
    Column("case_number", String(80), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("holder", Text, nullable=False),  # who was responsible when it moved, in words
    Column("old_due", UTCDateTime, nullable=False),
    Column("new_due", UTCDateTime),
    Column("failure", Text),  # why it could not be dated again; the old end stands
    Column("unit_path", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("version", "clock_id"),
    Index("move_by_time", "at", "clock_id"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    _instance_id(),
    Column("key", String(64), nullable=False, unique=True),
    Column("element_id", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(160), nullable=False),
    Column("correlation_hash", String(64), nullable=False),
    Column("correlation", JSONText, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Index("subscription_by_name", "name", "correlation_hash"),
    Index("subscription_by_instance", "instance_id"),
)

message = Table(
    "message",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("name", String(160), nullable=False),
    Column("correlation_hash", String(64), nullable=False),
    Column("payload", JSONText, nullable=False),
    Column("dedupe_key", String(200), unique=True),
    Column("received_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("consumed_by", BigInteger),
    Index("message_by_name", "name", "correlation_hash", "consumed_by"),
    Index("message_by_expiry", "expires_at"),
)

job = Table(
    "job",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("key", String(160), nullable=False, unique=True),
    _instance_id(nullable=True),
    Column("wait_key", String(64)),
    Column("element_id", String(120)),
    Column("name", Text),
    Column("topic", String(120), nullable=False),
    Column("payload", JSONText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UTCDateTime),
    Column("lease_token", String(64)),
    Column("last_error", Text),
    Column("result", JSONText),
    Column("created_at", UTCDateTime, nullable=False),
    Index("job_by_due", "status", "due_at"),
    Index("job_by_instance", "instance_id", "status"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    _instance_id(nullable=True),
    Column("wait_key", String(64)),
    Column("element_id", String(120)),
    Column("kind", String(40), nullable=False),
    Column("source_id", BigInteger),  # the job or timer that failed, by kind
    Column("message", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("resolved_at", UTCDateTime),
    Column("resolved_by", String(80)),
    Index("incident_by_instance", "instance_id", "resolved_at"),
    Index("incident_by_state", "resolved_at", "created_at"),
)

record = Table(
    "record",
    metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("stream", String(80), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("instance_id", BigInteger),
    Column("at", UTCDateTime, nullable=False),
    Column("actor", String(80)),
    Column("kind", String(40), nullable=False),
    Column("element_id", String(120)),
    Column("body", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("h", LargeBinary, nullable=False),
    Column("alg", String(16), nullable=False),
    UniqueConstraint("stream", "seq", name="record_once"),
    Index("record_by_instance", "instance_id", "seq"),
    Index("record_by_actor", "actor", "at"),
    Index("record_by_time", "at"),
)

parameter = Table(
    "parameter",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("value", JSONText, nullable=False),
    Column("changed_by", String(80)),
    Column("changed_at", UTCDateTime, nullable=False),
)

observation = Table(
    "observation",
    metadata,
    Column("subject", String(80), primary_key=True),  # "clock", or "timer:<id>" while a worker that just started tries it
    Column("value", JSONText, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
)

event.listen(record, "after_create", guard_record)
