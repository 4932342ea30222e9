"""The tables of the dossier (案卷) of a closed case and of what is made public of its decision.

Days of the law are ISO text in Asia/Shanghai; moments are milliseconds in the database.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

dossier = Table(
    "dossier", metadata,
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    Column("unit_id", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("arrangement", String(16), nullable=False),  # RESULT_FIRST or CHRONO
    Column("moves", JSONText, nullable=False),  # key of a part → {"volume", "place"} where it was put by hand
    Column("retention", String(40), nullable=False),
    Column("remarks", Text, nullable=False),
    Column("compiled_by", String(80), nullable=False),
    Column("compiled_at", UTCDateTime, nullable=False),
    Column("checked_by", String(80)),
    Column("checked_at", UTCDateTime),
    Column("built", JSONText),  # hashes and sizes of the volumes and the package, and the report on the four properties
    Column("built_at", UTCDateTime),
    Column("archived_at", UTCDateTime),
    UniqueConstraint("unit_id", "year", "serial"))

dossier_counter = Table(
    "dossier_counter", metadata,
    Column("unit_id", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("unit_id", "year"))

publicity = Table(
    "publicity", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("fields", JSONText, nullable=False),  # the fields as the public reads them
    Column("made_by", String(80), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("checked_by", String(80)),
    Column("checked_at", UTCDateTime),
    Column("released_by", String(80)),
    Column("released_at", UTCDateTime),
    Column("until", String(10)),
    Column("ended_by", String(80)),
    Column("ended_at", UTCDateTime),
    Column("reason", Text, nullable=False),
    Index("publicity_of_case", "instance_id", "id"),
    Index("publicity_by_state", "state", "until"))
