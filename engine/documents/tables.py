"""The tables of documents: numbers, templates, what was issued, its files, signatures and service.

Signatures, files, service records, template contents and voided numbers can only be added to; the database itself refuses anything else,
see `engine.runtime.added_only`. Days of the law are ISO text in Asia/Shanghai; moments are milliseconds in the database.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
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
from engine.runtime.added_only import guard

counter = Table(
    "document_counter", metadata,
    Column("unit_id", String(80), nullable=False),
    Column("character", String(20), nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("unit_id", "character", "year"))

serial = Table(
    "document_serial", metadata,
    Column("unit_id", String(80), nullable=False),
    Column("character", String(20), nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("number", String(120), nullable=False, unique=True),
    Column("taken_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("unit_id", "character", "year", "serial"))

void = Table(
    "document_void", metadata,
    Column("unit_id", String(80), nullable=False),
    Column("character", String(20), nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("voided_at", UTCDateTime, nullable=False),
    Column("voided_by", String(80)),
    PrimaryKeyConstraint("unit_id", "character", "year", "serial"),
    ForeignKeyConstraint(["unit_id", "character", "year", "serial"],
                         ["document_serial.unit_id", "document_serial.character", "document_serial.year", "document_serial.serial"]))

content = Table(
    "document_content", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False))

template = Table(
    "document_template", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("doc_id", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", String(64), ForeignKey("document_content.sha256"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("report", JSONText, nullable=False),
    Column("note", Text, nullable=False),
    Column("uploaded_by", String(80), nullable=False),
    Column("uploaded_at", UTCDateTime, nullable=False),
    Column("approved_by", String(80)),
    Column("approved_at", UTCDateTime),
    Column("in_force_from", String(10)),
    UniqueConstraint("doc_id", "version"),
    Index("template_in_force", "doc_id", "state", "in_force_from"))

document = Table(
    "case_document", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("case_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),  # the penalty case it is filed in
    Column("element_id", String(120), nullable=False),
    Column("doc_id", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("number", String(120), unique=True),
    Column("unit_id", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("template_sha256", String(64), ForeignKey("document_content.sha256"), nullable=False),
    Column("template_version", Integer, nullable=False),  # 0: as shipped
    Column("values", JSONText, nullable=False),
    Column("data", JSONText, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("officers", JSONText, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("issued_at", UTCDateTime),
    Column("replaces", BigInteger, ForeignKey("case_document.id")),
    Column("corrects", BigInteger, ForeignKey("case_document.id")),
    Column("ended_at", UTCDateTime),
    Column("ended_by", String(80)),
    Column("end_reason", Text),
    Index("document_of_case", "case_id", "id"),
    Index("document_of_instance", "instance_id", "doc_id", "state"))

presence = Table(
    "document_presence", metadata,
    Column("document_id", BigInteger, ForeignKey("case_document.id"), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("from_at", UTCDateTime, nullable=False),
    Column("to_at", UTCDateTime, nullable=False),
    Column("place", Text, nullable=False),
    PrimaryKeyConstraint("document_id", "person_id"),
    Index("presence_by_person", "person_id", "from_at"))

file = Table(
    "document_file", metadata,
    Column("document_id", BigInteger, ForeignKey("case_document.id"), nullable=False),
    Column("format", String(8), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("sm3", String(64)),
    Column("size", Integer, nullable=False),
    Column("made_with", JSONText, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "format"))

signature = Table(
    "document_signature", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("document_id", BigInteger, ForeignKey("case_document.id"), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("role", String(40), nullable=False),
    Column("person_id", String(80)),
    Column("name", String(200), nullable=False),
    Column("certificate", String(80), nullable=False),
    Column("image", String(32)),
    Column("refused", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("witness", Text, nullable=False),
    Column("video", String(32)),
    Column("pages", Integer, nullable=False),
    Column("taken_by", String(80), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Index("signature_of_document", "document_id", "id"))

service = Table(
    "document_service", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("document_id", BigInteger, ForeignKey("case_document.id"), nullable=False),
    Column("method", String(20), nullable=False),
    Column("on_day", String(10), nullable=False),
    Column("served_on", String(10)),
    Column("returned", Boolean, nullable=False),
    Column("receiver", String(200), nullable=False),
    Column("more", JSONText, nullable=False),
    Column("servers", JSONText, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    Column("recorded_by", String(80), nullable=False),
    Index("service_of_document", "document_id", "id"))

for _added in (serial, void, content, file, signature, service):
    event.listen(_added, "after_create", guard)
