"""Tables of statutes, their articles, the powers of towns, and the standards of discretion.

An article's row is its newest edition; every edition and every review stays in a table of its own that the database lets nobody change.
Days are ISO text in Asia/Shanghai, both ends included; no last day: still in force. Money within `bases` is integer 分.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, event

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata
from engine.runtime.added_only import guard

statute = Table(
    "statute", metadata,
    Column("id", String(20), primary_key=True),
    Column("title", String(120), nullable=False),
    Column("short", String(60), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("loaded_at", UTCDateTime, nullable=False),
    Column("loaded_by", String(40)))

article = Table(
    "article", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("statute_id", String(20), ForeignKey("statute.id"), nullable=False),
    Column("number", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10)),
    Column("successor", String(60), nullable=False),
    Column("tag", String(10), nullable=False),
    Column("source", String(40), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("reviewed_by", String(40)),
    Column("reviewed_at", UTCDateTime),
    Column("review_note", Text, nullable=False),
    UniqueConstraint("statute_id", "number", "valid_from"))

edition = Table(
    "article_edition", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("article_id", BigInteger, ForeignKey("article.id"), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("valid_to", String(10)),
    Column("successor", String(60), nullable=False),
    Column("tag", String(10), nullable=False),
    Column("source", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("made_by", String(40)),
    Column("made_at", UTCDateTime, nullable=False),
    UniqueConstraint("article_id", "edition"))

article_review = Table(
    "article_review", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("article_id", BigInteger, ForeignKey("article.id"), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("reviewed_by", String(40), nullable=False),
    Column("reviewed_at", UTCDateTime, nullable=False),
    Index("review_of_article", "article_id", "edition"))

power_item = Table(
    "power_item", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("unit_id", String(40), ForeignKey("unit.id"), nullable=False),
    Column("code", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("field", String(40), nullable=False),
    Column("batch", String(120), nullable=False),
    Column("confirmation", String(120), nullable=False),
    Column("department", String(120), nullable=False),
    Column("rule_set", String(40), nullable=False),
    Column("recall_policy", String(12), nullable=False),
    Column("bases", JSONText, nullable=False),
    Column("steps", JSONText, nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10)),
    Column("recall_document", String(120), nullable=False),
    Column("recall_reason", Text, nullable=False),
    UniqueConstraint("unit_id", "code", "valid_from"),
    Index("power_of_unit", "unit_id", "code"))

power_upload = Table(
    "power_upload", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("unit_id", String(40), ForeignKey("unit.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("before", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("ended_by", String(40)),
    Column("ended_at", UTCDateTime),
    Index("upload_of_unit", "unit_id", "state"))

discretion_table = Table(
    "discretion_table", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("unit_id", String(40), ForeignKey("unit.id"), nullable=False),
    Column("code", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", String(120), nullable=False),
    Column("document", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("notes", JSONText, nullable=False),
    Column("first", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("decided_by", String(40)),
    Column("decided_at", UTCDateTime),
    Column("decision", Text, nullable=False),
    UniqueConstraint("unit_id", "code", "version"),
    Index("table_of_item", "code", "state", "first"))

for _added in (edition, article_review):
    event.listen(_added, "after_create", guard)
