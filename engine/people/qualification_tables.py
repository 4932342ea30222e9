"""The tables of certificates, their history, what is known of a person's qualification, and letters of authority (roles.md §3).

Days are ISO text in Asia/Shanghai. A certificate's row never changes: what happens to it is added to `certificate_event`.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

certificate = Table(
    "certificate", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("number", String(60), nullable=False),
    Column("issuer", String(120), nullable=False),
    Column("region", String(120), nullable=False),
    Column("fields", JSONText, nullable=False),  # names of the fields it covers; empty: every field
    Column("issued_on", String(10), nullable=False),
    Column("added_by", String(40)),
    Column("added_at", UTCDateTime, nullable=False),
    UniqueConstraint("kind", "number"),
    Index("certificate_of_person", "person_id", "kind"))

certificate_event = Table(
    "certificate_event", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("certificate_id", BigInteger, ForeignKey("certificate.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("day", String(10), nullable=False),  # from which day it holds
    Column("valid_to", String(10)),  # issued, renewed: the last day of its validity; none: without end
    Column("reason", Text, nullable=False),
    Column("document", String(120), nullable=False),
    Column("by", String(40)),
    Column("at", UTCDateTime, nullable=False),
    Index("event_of_certificate", "certificate_id", "day", "id"))

qualification = Table(
    "qualification", metadata,
    Column("person_id", String(40), ForeignKey("person.id"), primary_key=True),
    Column("establishment", String(20), nullable=False),
    Column("training_hours", Integer, nullable=False),
    Column("first_review_on", String(10)),
    Column("changed_by", String(40)),
    Column("changed_at", UTCDateTime, nullable=False))

authorisation = Table(
    "authorisation", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("unit_id", String(40), ForeignKey("unit.id"), nullable=False),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False),
    Column("acts", JSONText, nullable=False),
    Column("first_on", String(10), nullable=False),
    Column("last_on", String(10), nullable=False),
    Column("document", String(120), nullable=False),
    Column("note", Text, nullable=False),
    Column("granted_by", String(40), nullable=False),
    Column("granted_at", UTCDateTime, nullable=False),
    Column("ended_on", String(10)),  # the last day on which it held, when it was taken back
    Column("ended_by", String(40)),
    Column("ended_why", Text),
    Index("authorisation_of_person", "person_id", "last_on"),
    Index("authorisation_of_unit", "unit_id", "last_on"))
