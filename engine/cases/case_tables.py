"""The tables of penalty cases: the file, its parties, people, evidence and what was proposed and decided.

A penalty case has the id of its process instance. Proposals, evidence, its custody and the versions of a party can only be added to; the
database itself refuses anything else, see `append_only`. Days of the law are ISO text in Asia/Shanghai, money is integer 分.
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
)

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata
from engine.runtime.added_only import guard


def _case_id() -> Column[int]:
    return Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=False)


party = Table(
    "party", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("subject", String(120), nullable=False),  # the same for the same person or organisation, however often it was written down
    Column("kind", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("gender", String(8)),
    Column("id_kind", String(16), nullable=False),
    Column("id_number", String(64), nullable=False),
    Column("identity_reason", Text, nullable=False),
    Column("birth", String(10)),
    Column("capacity", String(8), nullable=False),
    Column("guardian", String(200), nullable=False),
    Column("legal_representative", String(200), nullable=False),
    Column("operator", String(200), nullable=False),
    Column("address", Text, nullable=False),
    Column("phone", String(40), nullable=False),
    Column("saved_by", String(80)),
    Column("saved_at", UTCDateTime, nullable=False),
    Index("party_by_subject", "subject", "id"),
    Index("party_by_name", "name"),
    Index("party_by_number", "id_number"))

penalty = Table(
    "penalty", metadata,
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    Column("number", String(80), unique=True),  # 案号; none before filing
    Column("title", Text, nullable=False),
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("process_key", String(120), nullable=False),
    Column("item", String(40), nullable=False),
    Column("item_name", Text, nullable=False),
    Column("rule_set", String(40), nullable=False),
    Column("party_id", BigInteger, ForeignKey("party.id"), nullable=False),
    Column("subject", String(120), nullable=False),  # of the party, for its history
    Column("party_name", String(200), nullable=False),
    Column("officer", String(80), nullable=False),
    Column("assistant", String(80), nullable=False),
    Column("act_day", String(10)),
    Column("act_place", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("answers", JSONText, nullable=False),  # reasons given where the law asks for one: late, duplicate
    Column("status", String(16), nullable=False),
    Column("filed_on", String(10)),
    Column("closure_kind", String(40)),
    Column("closed_on", String(10)),
    Column("frozen_at", UTCDateTime),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("opened_by", String(80)),
    Index("penalty_by_unit", "unit_path", "status", "instance_id"),
    Index("penalty_by_status", "status", "instance_id"),
    Index("penalty_of_subject", "subject", "item"),
    Index("penalty_by_item", "item", "status"),
    Index("penalty_by_officer", "officer", "status", "instance_id"),
    Index("penalty_by_assistant", "assistant", "status", "instance_id"))

penalty_party = Table(
    "penalty_party", metadata,
    _case_id(),
    Column("party_id", BigInteger, ForeignKey("party.id"), nullable=False),
    Column("relation", String(20), nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
    Column("added_by", String(80), nullable=False),
    PrimaryKeyConstraint("instance_id", "party_id", "relation"))

penalty_finding = Table(
    "penalty_finding", metadata,
    _case_id(),
    Column("finding_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("linked_at", UTCDateTime, nullable=False),
    Column("linked_by", String(80)),
    PrimaryKeyConstraint("instance_id", "finding_id"),
    Index("penalty_of_finding", "finding_id"))

penalty_number = Table(
    "penalty_number", metadata,
    Column("unit_id", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("unit_id", "year"))

duty = Table(
    "case_duty", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("person_id", String(80), nullable=False),
    Column("duty", String(20), nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),
    Column("reason", Text, nullable=False),
    Column("approved_by", String(80)),
    Column("set_by", String(80)),
    Index("duty_of_case", "instance_id", "id"),
    Index("duty_of_person", "person_id", "duty", "until"))

proposal = Table(
    "proposal", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("stage", String(20), nullable=False),
    Column("kinds", JSONText, nullable=False),
    Column("fine", BigInteger, nullable=False),
    Column("confiscation", Text, nullable=False),
    Column("basis", JSONText, nullable=False),
    Column("grade", String(80), nullable=False),
    Column("facts", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("more", JSONText, nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Index("proposal_of_case", "instance_id", "stage", "id"))

evidence = Table(
    "evidence", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),  # whose file it was taken into first
    Column("kind", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("form", String(12), nullable=False),
    Column("derived_from", BigInteger, ForeignKey("evidence.id")),
    Column("origin", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("collected_at", UTCDateTime, nullable=False),
    Column("collectors", JSONText, nullable=False),
    Column("camera", Boolean, nullable=False),
    Column("device", Text, nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
    Column("added_by", String(80), nullable=False),
    Index("evidence_of_case", "instance_id", "id"),
    Index("evidence_derived", "derived_from"))

evidence_file = Table(
    "evidence_file", metadata,
    Column("evidence_id", BigInteger, ForeignKey("evidence.id"), nullable=False),
    Column("attachment_id", String(32), ForeignKey("attachment.id"), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("sm3", String(64)),
    PrimaryKeyConstraint("evidence_id", "attachment_id"),
    Index("evidence_by_attachment", "attachment_id"))

evidence_use = Table(
    "evidence_use", metadata,
    _case_id(),
    Column("evidence_id", BigInteger, ForeignKey("evidence.id"), nullable=False),
    Column("used_at", UTCDateTime, nullable=False),
    Column("used_by", String(80), nullable=False),
    PrimaryKeyConstraint("instance_id", "evidence_id"),
    Index("use_of_evidence", "evidence_id"))

custody = Table(
    "evidence_custody", metadata,
    Column("evidence_id", BigInteger, ForeignKey("evidence.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("holder", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("prev", String(64), nullable=False),
    Column("h", String(64), nullable=False),
    PrimaryKeyConstraint("evidence_id", "seq"),
    UniqueConstraint("evidence_id", "prev"))

for _added in (party, proposal, evidence, evidence_file, evidence_use, custody):
    event.listen(_added, "after_create", guard)
