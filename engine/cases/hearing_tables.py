"""Tables of hearing rooms and their bookings."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from engine.database import BIGKEY, JSONText, UTCDateTime, metadata

hearing_room = Table(
    "hearing_room", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("unit_id", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("address", Text, nullable=False, default=""),
    Column("seats", Integer, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Index("room_of_unit", "unit_id", "name", unique=True))

hearing_booking = Table(
    "hearing_booking", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("unit_id", String(40), nullable=False),
    Column("room_id", BigInteger, ForeignKey("hearing_room.id"), nullable=False),
    Column("instance_id", BigInteger, ForeignKey("process_instance.id"), nullable=False),
    Column("starts_at", UTCDateTime, nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
    Column("host", String(40), nullable=False),
    Column("clerk", String(40), nullable=False),
    Column("officers", JSONText, nullable=False),
    Column("party", String(200), nullable=False, default=""),
    Column("is_open", Boolean, nullable=False, default=True),  # 公开举行
    Column("note", Text, nullable=False, default=""),
    Column("state", String(12), nullable=False),  # booked, cancelled
    Column("booked_by", String(40), nullable=False),
    Column("booked_at", UTCDateTime, nullable=False),
    Column("cancelled_by", String(40)),
    Column("cancelled_at", UTCDateTime),
    Column("cancelled_why", Text),
    Index("booking_of_unit", "unit_id", "starts_at"),
    Index("booking_of_room", "room_id", "state", "starts_at"),
    Index("booking_of_case", "instance_id"))
