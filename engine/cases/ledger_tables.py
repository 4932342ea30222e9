"""The tables beside a penalty case: money, receipts, recoverable costs, goods, recusal and lawyers.

Entries of money, costs and goods can only be added to; the database itself refuses anything else, see `append_only`. Money is integer 分,
quantities are thousandths of their unit, days are ISO text in Asia/Shanghai.
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


def _said() -> tuple[Column[str], Column[object]]:
    """Who wrote a row, None the system, and when."""
    return Column("by", String(80)), Column("at", UTCDateTime, nullable=False)


due_entry = Table(
    "due_entry", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("kind", String(16), nullable=False),
    Column("part", String(8), nullable=False),  # fine, gains
    Column("amount", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("receipt", String(60), nullable=False),
    Column("payer", String(200), nullable=False),
    Column("voids", BigInteger, ForeignKey("due_entry.id"), unique=True),  # the entry that this one takes back
    Column("more", JSONText, nullable=False),
    *_said(),
    Index("due_entry_of_case", "instance_id", "id"),
    Index("due_entry_by_day", "kind", "day"))

fiscal_receipt = Table(
    "fiscal_receipt", metadata,
    Column("number", String(60), primary_key=True),
    Column("unit_id", String(40), nullable=False),
    _case_id(),
    Column("entry_id", BigInteger, ForeignKey("due_entry.id"), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("ground", String(12), nullable=False),
    Column("collected_on", String(10), nullable=False),
    Column("collector", String(80), nullable=False),
    Column("hand_over_by", String(10)),  # cash only: the last day on which it goes to the authority, then to the bank
    Column("handed_over_on", String(10)),
    Column("received_by", String(80)),
    Column("bank_by", String(10)),
    Column("banked_on", String(10)),
    Column("reconciled_on", String(10)),
    Column("reconciled_by", String(80)),
    Column("state", String(12), nullable=False),
    *_said(),
    Index("receipt_of_case", "instance_id"),
    Index("receipt_of_unit", "unit_id", "state", "collected_on"))

cost_entry = Table(
    "cost_entry", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("kind", String(12), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("what", Text, nullable=False),
    Column("receipt", String(60), nullable=False),
    Column("voids", BigInteger, ForeignKey("cost_entry.id"), unique=True),
    *_said(),
    Index("cost_entry_of_case", "instance_id", "id"))

goods_item = Table(
    "goods_item", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("unit_id", String(40), nullable=False),
    Column("number", String(80), nullable=False),
    Column("source", String(12), nullable=False),
    Column("measure_id", BigInteger),  # the process by which it was taken
    Column("name", String(200), nullable=False),
    Column("specification", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("unit_of_quantity", String(20), nullable=False),
    Column("condition", Text, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("perishable", Boolean, nullable=False),
    Column("taken_on", String(10), nullable=False),
    Column("photos", JSONText, nullable=False),
    *_said(),
    UniqueConstraint("unit_id", "number"),
    Index("goods_of_case", "instance_id", "id"))

goods_disposal = Table(
    "goods_disposal", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("kind", String(12), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", UTCDateTime),
    Column("decided_why", Text),
    Index("disposal_of_case", "instance_id", "id"),
    Index("disposal_by_state", "state", "id"))

goods_disposal_line = Table(
    "goods_disposal_line", metadata,
    Column("disposal_id", BigInteger, ForeignKey("goods_disposal.id"), nullable=False),
    Column("item_id", BigInteger, ForeignKey("goods_item.id"), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    PrimaryKeyConstraint("disposal_id", "item_id"))

goods_move = Table(
    "goods_move", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("item_id", BigInteger, ForeignKey("goods_item.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("place", String(200), nullable=False),
    Column("keeper", String(80), nullable=False),
    Column("disposal_id", BigInteger, ForeignKey("goods_disposal.id")),
    Column("day", String(10), nullable=False),
    Column("more", JSONText, nullable=False),
    *_said(),
    UniqueConstraint("item_id", "seq"),
    Index("move_of_disposal", "disposal_id"))

goods_notice = Table(
    "goods_notice", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("items", JSONText, nullable=False),
    Column("announced_on", String(10), nullable=False),
    Column("ends_on", String(10), nullable=False),
    Column("where", Text, nullable=False),
    *_said(),
    Index("goods_notice_of_case", "instance_id"))

recusal = Table(
    "recusal", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("person_id", String(80), nullable=False),
    Column("asked_as", String(12), nullable=False),
    Column("applicant", String(200), nullable=False),
    Column("ground", String(20), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("asked_by", String(80)),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("decided_by", String(80)),
    Column("decided_at", UTCDateTime),
    Column("decided_why", Text),
    Index("recusal_of_case", "instance_id", "person_id"))

declared_relation = Table(
    "declared_relation", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("person_id", String(80), nullable=False),
    Column("name", String(200), nullable=False),
    Column("id_number", String(64), nullable=False),
    Column("relation", String(40), nullable=False),
    Column("declared_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Index("relation_of_person", "person_id"))

lawyer_duty = Table(
    "lawyer_duty", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("unit_id", String(40), nullable=False),
    Column("lawyer_id", String(80), nullable=False),
    Column("day", String(10), nullable=False),
    Column("half", String(8), nullable=False),
    Column("place", String(120), nullable=False),
    *_said(),
    UniqueConstraint("unit_id", "lawyer_id", "day", "half"),
    Index("lawyer_duty_by_day", "unit_id", "day"))

advice = Table(
    "advice_request", metadata,
    Column("id", BIGKEY, primary_key=True),
    _case_id(),
    Column("unit_id", String(40), nullable=False),
    Column("lawyer_id", String(80), nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("until_at", UTCDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("declared_at", UTCDateTime),
    Column("conflict", Text),  # what stands between the lawyer and the case, "" after declaring that nothing does
    Column("answer", Text),
    Column("answered_at", UTCDateTime),
    Index("advice_of_case", "instance_id", "id"),
    Index("advice_of_lawyer", "lawyer_id", "state"))

advice_reading = Table(
    "advice_reading", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("advice_id", BigInteger, ForeignKey("advice_request.id"), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("mark", String(120), nullable=False),
    Index("reading_of_advice", "advice_id"))

for _added in (due_entry, cost_entry, goods_item, goods_move, advice_reading):
    event.listen(_added, "after_create", guard)
