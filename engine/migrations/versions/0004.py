"""The supervision ladder: what is supervised, papers and their numbers, orders, what happened, leads."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state = 'open'")
GUARDED = ("supervision_paper", "supervision_event")
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


def upgrade() -> None:
    """Tables of this room, and the guards of what is only added to."""
    for make in (ladder, paper, order, event, lead, number):
        make()
    connection = op.get_bind()
    for name in GUARDED:
        for statement in POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE:
            connection.exec_driver_sql(statement.format(name=name))


def ladder() -> None:
    op.create_table('supervision_ladder',
    sa.Column('id', BIGKEY, nullable=False),
    sa.Column('instance_id', sa.BigInteger(), nullable=True),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('line', sa.String(length=16), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('case_number', sa.String(length=80), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('element_id', sa.String(length=120), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('link', sa.String(length=40), nullable=True),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('clock_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_id', sa.String(length=80), nullable=False),
    sa.Column('unit_path', sa.Text(), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('seen_status', sa.String(length=16), nullable=True),
    sa.Column('seen_due', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.String(length=80), nullable=True),
    sa.Column('person_key', sa.String(length=160), nullable=True),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('opened_by', sa.String(length=80), nullable=True),
    sa.Column('red_at', sa.BigInteger(), nullable=True),
    sa.Column('talk_at', sa.BigInteger(), nullable=True),
    sa.Column('closed_at', sa.BigInteger(), nullable=True),
    sa.Column('closed_by', sa.String(length=80), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['process_instance.id'], ),
    sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('instance_id'),
    sa.UniqueConstraint('number')
    )
    op.create_index('ladder_by_case', 'supervision_ladder', ['case_id'], unique=False)
    op.create_index('ladder_by_person', 'supervision_ladder', ['person_id', 'red_at'], unique=False)
    op.create_index('ladder_by_state', 'supervision_ladder', ['state', 'rung'], unique=False)
    op.create_index('ladder_by_unit', 'supervision_ladder', ['unit_path', 'line', 'state'], unique=False)
    op.create_index('ladder_open_once', 'supervision_ladder', ['case_id', 'element_id', 'rule', 'line'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def paper() -> None:
    op.create_table('supervision_paper',
    sa.Column('id', BIGKEY, nullable=False),
    sa.Column('ladder_id', sa.BigInteger(), nullable=False),
    sa.Column('line', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.String(length=80), nullable=False),
    sa.Column('unit_path', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=120), nullable=False),
    sa.Column('person_id', sa.String(length=80), nullable=True),
    sa.Column('person_key', sa.String(length=160), nullable=True),
    sa.Column('addressee', sa.Text(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('demand', sa.Text(), nullable=False),
    sa.Column('reply_by', sa.BigInteger(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('issued_at', sa.BigInteger(), nullable=False),
    sa.Column('issued_by', sa.String(length=80), nullable=True),
    sa.ForeignKeyConstraint(['ladder_id'], ['supervision_ladder.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('unit_id', 'line', 'year', 'serial', name='paper_number_once')
    )
    op.create_index('paper_by_ladder', 'supervision_paper', ['ladder_id'], unique=False)
    op.create_index('paper_by_person', 'supervision_paper', ['person_id', 'kind', 'issued_at'], unique=False)
    op.create_index('paper_by_unit', 'supervision_paper', ['unit_path', 'line', 'issued_at'], unique=False)


def order() -> None:
    op.create_table('supervision_order',
    sa.Column('id', BIGKEY, nullable=False),
    sa.Column('ladder_id', sa.BigInteger(), nullable=False),
    sa.Column('line', sa.String(length=16), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('unit_path', sa.Text(), nullable=False),
    sa.Column('person_id', sa.String(length=80), nullable=True),
    sa.Column('person_key', sa.String(length=160), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('demand', sa.Text(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('paper_id', sa.BigInteger(), nullable=True),
    sa.Column('drafted_at', sa.BigInteger(), nullable=False),
    sa.Column('drafted_by', sa.String(length=80), nullable=True),
    sa.Column('issued_at', sa.BigInteger(), nullable=True),
    sa.Column('issued_by', sa.String(length=80), nullable=True),
    sa.Column('reply_by', sa.BigInteger(), nullable=True),
    sa.Column('received_at', sa.BigInteger(), nullable=True),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('in_time', sa.Boolean(), nullable=True),
    sa.Column('missed_at', sa.BigInteger(), nullable=True),
    sa.Column('sent_back', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_by', sa.String(length=80), nullable=True),
    sa.ForeignKeyConstraint(['ladder_id'], ['supervision_ladder.id'], ),
    sa.ForeignKeyConstraint(['paper_id'], ['supervision_paper.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('ladder_id', 'level', name='order_level_once')
    )
    op.create_index('order_by_issue', 'supervision_order', ['line', 'issued_at'], unique=False)
    op.create_index('order_by_unit', 'supervision_order', ['unit_path', 'line', 'state'], unique=False)


def event() -> None:
    op.create_table('supervision_event',
    sa.Column('id', BIGKEY, nullable=False),
    sa.Column('ladder_id', sa.BigInteger(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('paper_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['ladder_id'], ['supervision_ladder.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('event_by_ladder', 'supervision_event', ['ladder_id', 'id'], unique=False)
    op.create_index('event_by_person', 'supervision_event', ['by', 'kind'], unique=False)


def lead() -> None:
    op.create_table('supervision_lead',
    sa.Column('id', BIGKEY, nullable=False),
    sa.Column('ladder_id', sa.BigInteger(), nullable=False),
    sa.Column('line', sa.String(length=16), nullable=False),
    sa.Column('unit_path', sa.Text(), nullable=False),
    sa.Column('person_id', sa.String(length=80), nullable=True),
    sa.Column('person_key', sa.String(length=160), nullable=True),
    sa.Column('ground', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('proposed_at', sa.BigInteger(), nullable=False),
    sa.Column('proposed_by', sa.String(length=80), nullable=True),
    sa.Column('decided_at', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.String(length=80), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['ladder_id'], ['supervision_ladder.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('lead_by_ladder', 'supervision_lead', ['ladder_id'], unique=False)
    op.create_index('lead_by_unit', 'supervision_lead', ['unit_path', 'line', 'state'], unique=False)


def number() -> None:
    op.create_table('supervision_number',
    sa.Column('unit_id', sa.String(length=80), nullable=False),
    sa.Column('line', sa.String(length=16), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', 'line', 'year')
    )
