"""Tables of findings, their categories and their attachments."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from engine.database import JSONText, UTCDateTime, metadata

category = Table(
    "category", metadata,
    Column("code", String(40), primary_key=True),
    Column("code_system", String(40), nullable=False),
    Column("display", String(80), nullable=False),
    Column("group_name", String(80), nullable=False),
    Column("simple", Boolean, nullable=False),
    Column("safety", Boolean, nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("hint", Text, nullable=False, default=""),
    Column("sort", Integer, nullable=False, default=0))

finding = Table(
    "finding", metadata,
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), primary_key=True, autoincrement=False),
    Column("number", String(80), nullable=False, unique=True),
    Column("source", String(20), nullable=False),
    Column("external_id", String(80), unique=True),
    Column("category", String(40), nullable=False),
    Column("description", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("address", Text),
    Column("unit_id", String(40), nullable=False),
    Column("party_key", String(80)),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("reported_by", String(40)),
    Column("reported_at", UTCDateTime, nullable=False),
    Column("outcome", String(40)),
    Column("closed_at", UTCDateTime),
    Column("merged_into", BigInteger, ForeignKey("process_instance.id")),
    Index("finding_near", "category", "lat", "lon", "reported_at"),
    Index("finding_of_party", "party_key", "category", "reported_at"),
    Index("finding_in_grid", "unit_id", "category", "reported_at"),
    Index("finding_by_time", "reported_at"))

attachment = Table(
    "attachment", metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), index=True),
    Column("name", String(200), nullable=False),
    Column("mime", String(60), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("sha256", String(64), nullable=False, index=True),
    Column("sm3", String(64)),
    Column("look", String(32)),  # what the picture looks like, see engine/cases/looks.py; none where nothing can be told apart
    *(Column(f"look_{n}", Integer) for n in range(4)),  # its first half in quarters: pictures that are nearly the same share one
    Column("claimed", JSONText),
    Column("uploaded_by", String(40), nullable=False),
    Column("uploaded_at", UTCDateTime, nullable=False),
    Index("attachment_by_time", "uploaded_at"),
    *(Index(f"attachment_by_look_{n}", f"look_{n}") for n in range(4)))
