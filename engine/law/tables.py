"""Tables of statutes, their articles, and the powers of towns.

Days are ISO text in Asia/Shanghai, both ends included; no last day: still in force. Money within `bases` is integer 分.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

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
