"""Money, receipts, costs, goods, recusal and lawyers of penalty cases."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ADDED = ('due_entry', 'cost_entry', 'goods_item', 'goods_move', 'advice_reading')

POSTGRESQL = (
    """
CREATE FUNCTION {name}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'insufficient_privilege';
END $$""",
    "CREATE TRIGGER {name}_row BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION {name}_guard()",
    "CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {name}_guard()",
)
SQLITE = (
    "CREATE TRIGGER {name}_update BEFORE UPDATE ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END",
    "CREATE TRIGGER {name}_delete BEFORE DELETE ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END",
)


def due_entry() -> None:
    op.create_table('due_entry',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('part', sa.String(length=8), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('channel', sa.String(length=12), nullable=False),
        sa.Column('receipt', sa.String(length=60), nullable=False),
        sa.Column('payer', sa.String(length=200), nullable=False),
        sa.Column('voids', sa.BigInteger(), nullable=True),
        sa.Column('more', sa.Text(), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.ForeignKeyConstraint(['voids'], ['due_entry.id'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('voids')
    )
    op.create_index('due_entry_by_day', 'due_entry', ['kind', 'day'], unique=False)
    op.create_index('due_entry_of_case', 'due_entry', ['instance_id', 'id'], unique=False)


def fiscal_receipt() -> None:
    op.create_table('fiscal_receipt',
        sa.Column('number', sa.String(length=60), nullable=False),
        sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('entry_id', sa.BigInteger(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('channel', sa.String(length=12), nullable=False),
        sa.Column('ground', sa.String(length=12), nullable=False),
        sa.Column('collected_on', sa.String(length=10), nullable=False),
        sa.Column('collector', sa.String(length=80), nullable=False),
        sa.Column('hand_over_by', sa.String(length=10), nullable=True),
        sa.Column('handed_over_on', sa.String(length=10), nullable=True),
        sa.Column('received_by', sa.String(length=80), nullable=True),
        sa.Column('bank_by', sa.String(length=10), nullable=True),
        sa.Column('banked_on', sa.String(length=10), nullable=True),
        sa.Column('reconciled_on', sa.String(length=10), nullable=True),
        sa.Column('reconciled_by', sa.String(length=80), nullable=True),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['entry_id'], ['due_entry.id'], ),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('number')
    )
    op.create_index('receipt_of_case', 'fiscal_receipt', ['instance_id'], unique=False)
    op.create_index('receipt_of_unit', 'fiscal_receipt', ['unit_id', 'state', 'collected_on'], unique=False)


def cost_entry() -> None:
    op.create_table('cost_entry',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('what', sa.Text(), nullable=False),
        sa.Column('receipt', sa.String(length=60), nullable=False),
        sa.Column('voids', sa.BigInteger(), nullable=True),
        sa.Column('by', sa.String(length=80), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.ForeignKeyConstraint(['voids'], ['cost_entry.id'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('voids')
    )
    op.create_index('cost_entry_of_case', 'cost_entry', ['instance_id', 'id'], unique=False)


def goods_item() -> None:
    op.create_table('goods_item',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('number', sa.String(length=80), nullable=False),
        sa.Column('source', sa.String(length=12), nullable=False),
        sa.Column('measure_id', sa.BigInteger(), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('specification', sa.Text(), nullable=False),
        sa.Column('quantity', sa.BigInteger(), nullable=False),
        sa.Column('unit_of_quantity', sa.String(length=20), nullable=False),
        sa.Column('condition', sa.Text(), nullable=False),
        sa.Column('owner', sa.String(length=200), nullable=False),
        sa.Column('perishable', sa.Boolean(), nullable=False),
        sa.Column('taken_on', sa.String(length=10), nullable=False),
        sa.Column('photos', sa.Text(), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('unit_id', 'number')
    )
    op.create_index('goods_of_case', 'goods_item', ['instance_id', 'id'], unique=False)


def goods_disposal() -> None:
    op.create_table('goods_disposal',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('reasons', sa.Text(), nullable=False),
        sa.Column('asked_by', sa.String(length=80), nullable=False),
        sa.Column('asked_at', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('decided_by', sa.String(length=80), nullable=True),
        sa.Column('decided_at', sa.BigInteger(), nullable=True),
        sa.Column('decided_why', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('disposal_by_state', 'goods_disposal', ['state', 'id'], unique=False)
    op.create_index('disposal_of_case', 'goods_disposal', ['instance_id', 'id'], unique=False)


def goods_disposal_line() -> None:
    op.create_table('goods_disposal_line',
        sa.Column('disposal_id', sa.BigInteger(), nullable=False),
        sa.Column('item_id', sa.BigInteger(), nullable=False),
        sa.Column('quantity', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['disposal_id'], ['goods_disposal.id'], ),
        sa.ForeignKeyConstraint(['item_id'], ['goods_item.id'], ),
        sa.PrimaryKeyConstraint('disposal_id', 'item_id')
    )


def goods_move() -> None:
    op.create_table('goods_move',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('item_id', sa.BigInteger(), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('quantity', sa.BigInteger(), nullable=False),
        sa.Column('place', sa.String(length=200), nullable=False),
        sa.Column('keeper', sa.String(length=80), nullable=False),
        sa.Column('disposal_id', sa.BigInteger(), nullable=True),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('more', sa.Text(), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['disposal_id'], ['goods_disposal.id'], ),
        sa.ForeignKeyConstraint(['item_id'], ['goods_item.id'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('item_id', 'seq')
    )
    op.create_index('move_of_disposal', 'goods_move', ['disposal_id'], unique=False)


def goods_notice() -> None:
    op.create_table('goods_notice',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('items', sa.Text(), nullable=False),
        sa.Column('announced_on', sa.String(length=10), nullable=False),
        sa.Column('ends_on', sa.String(length=10), nullable=False),
        sa.Column('where', sa.Text(), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('goods_notice_of_case', 'goods_notice', ['instance_id'], unique=False)


def recusal() -> None:
    op.create_table('recusal',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('asked_as', sa.String(length=12), nullable=False),
        sa.Column('applicant', sa.String(length=200), nullable=False),
        sa.Column('ground', sa.String(length=20), nullable=False),
        sa.Column('reasons', sa.Text(), nullable=False),
        sa.Column('asked_by', sa.String(length=80), nullable=True),
        sa.Column('asked_at', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('decided_by', sa.String(length=80), nullable=True),
        sa.Column('decided_at', sa.BigInteger(), nullable=True),
        sa.Column('decided_why', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('recusal_of_case', 'recusal', ['instance_id', 'person_id'], unique=False)


def declared_relation() -> None:
    op.create_table('declared_relation',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('id_number', sa.String(length=64), nullable=False),
        sa.Column('relation', sa.String(length=40), nullable=False),
        sa.Column('declared_at', sa.BigInteger(), nullable=False),
        sa.Column('ended_at', sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('relation_of_person', 'declared_relation', ['person_id'], unique=False)


def lawyer_duty() -> None:
    op.create_table('lawyer_duty',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('lawyer_id', sa.String(length=80), nullable=False),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('half', sa.String(length=8), nullable=False),
        sa.Column('place', sa.String(length=120), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('unit_id', 'lawyer_id', 'day', 'half')
    )
    op.create_index('lawyer_duty_by_day', 'lawyer_duty', ['unit_id', 'day'], unique=False)


def advice_request() -> None:
    op.create_table('advice_request',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('lawyer_id', sa.String(length=80), nullable=False),
        sa.Column('question', sa.Text(), nullable=False),
        sa.Column('asked_by', sa.String(length=80), nullable=False),
        sa.Column('asked_at', sa.BigInteger(), nullable=False),
        sa.Column('until_at', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('declared_at', sa.BigInteger(), nullable=True),
        sa.Column('conflict', sa.Text(), nullable=True),
        sa.Column('answer', sa.Text(), nullable=True),
        sa.Column('answered_at', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('advice_of_case', 'advice_request', ['instance_id', 'id'], unique=False)
    op.create_index('advice_of_lawyer', 'advice_request', ['lawyer_id', 'state'], unique=False)


def advice_reading() -> None:
    op.create_table('advice_reading',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('advice_id', sa.BigInteger(), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.Column('mark', sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(['advice_id'], ['advice_request.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('reading_of_advice', 'advice_reading', ['advice_id'], unique=False)


def upgrade() -> None:
    """The tables, and the guards of those that can only be added to."""
    due_entry()
    fiscal_receipt()
    cost_entry()
    goods_item()
    goods_disposal()
    goods_disposal_line()
    goods_move()
    goods_notice()
    recusal()
    declared_relation()
    lawyer_duty()
    advice_request()
    advice_reading()
    for name in ADDED:
        for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
            op.execute(statement.format(name=name))
