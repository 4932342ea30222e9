"""Drafts of whole processes with every revision, who is at work on them, requests to publish, and who may touch which process.

`studio_revision` and `studio_source` hold packed text (`engine.studio.packing`); a row of `studio_revision` is added, never changed.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text, event

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata
from engine.runtime.added_only import guard

draft = Table(
    "studio_draft", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("key", String(80), nullable=False),
    Column("name", Text, nullable=False),
    Column("base", BigInteger, ForeignKey("process_definition.id")),  # the version it was begun from
    Column("revision", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # open | submitted | published | abandoned
    Column("begun_by", String(80)),
    Column("begun_at", UTCDateTime, nullable=False),
    Column("changed_by", String(80)),
    Column("changed_at", UTCDateTime, nullable=False),
    Index("studio_draft_by_time", "changed_at"),
)

file = Table(
    "studio_file", metadata,
    Column("draft_id", BigInteger, ForeignKey("studio_draft.id"), nullable=False),
    Column("name", String(160), nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("draft_id", "name"),
)

revision = Table(
    "studio_revision", metadata,
    Column("draft_id", BigInteger, ForeignKey("studio_draft.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("names", JSONText, nullable=False),  # the files that changed
    Column("changed", LargeBinary, nullable=False),  # packed: file name → full text, null when it was taken away
    Column("note", Text, nullable=False),
    Column("saved_by", String(80)),
    Column("saved_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("draft_id", "number"),
)

presence = Table(
    "studio_presence", metadata,
    Column("draft_id", BigInteger, ForeignKey("studio_draft.id"), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("element", String(200), nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("draft_id", "person_id"),
)

request = Table(
    "studio_request", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("draft_id", BigInteger, ForeignKey("studio_draft.id"), nullable=False),
    Column("revision", Integer, nullable=False),  # what is asked for is this revision, whatever the draft becomes
    Column("base", BigInteger, ForeignKey("process_definition.id")),  # the newest version when it was asked
    Column("reason", Text, nullable=False),
    Column("effective_at", UTCDateTime, nullable=False),
    Column("confirmed", JSONText, nullable=False),  # the warnings that were confirmed, one by one
    Column("state", String(12), nullable=False),  # waiting | approved | returned | withdrawn | published | refused
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("judged_by", String(80)),
    Column("judged_at", UTCDateTime),
    Column("judged_why", Text),
    Column("definition_id", BigInteger, ForeignKey("process_definition.id")),  # what it became
    Column("ended_at", UTCDateTime),
    Column("ended_why", Text),
    Index("studio_request_by_state", "state", "effective_at"),
    Index("studio_request_by_draft", "draft_id"),
)

folder_right = Table(
    "studio_folder_right", metadata,
    Column("key", String(80), nullable=False),
    Column("kind", String(8), nullable=False),  # edit | approve
    Column("person_id", String(80), nullable=False),
    Column("given_by", String(80), nullable=False),
    Column("given_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("key", "kind", "person_id"),
)

source = Table(
    "studio_source", metadata,
    Column("definition_id", BigInteger, ForeignKey("process_definition.id"), primary_key=True, autoincrement=False),
    Column("files", LargeBinary, nullable=False),  # packed: the files of the version as they were written, comments and examples included
)

event.listen(revision, "after_create", guard)
