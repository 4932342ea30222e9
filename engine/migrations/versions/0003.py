"""The working calendar as administrators change it, and what each change moved."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_change',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('subject', sa.String(length=16), nullable=False),
    sa.Column('old', sa.Text(), nullable=True),
    sa.Column('new', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('clocks', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=80), nullable=True),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_table('redating_move',
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('clock_id', sa.BigInteger(), nullable=False),
    sa.Column('instance_id', sa.BigInteger(), nullable=False),
    sa.Column('case_number', sa.String(length=80), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('old_due', sa.BigInteger(), nullable=False),
    sa.Column('new_due', sa.BigInteger(), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('unit_path', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['clock_id'], ['deadline_clock.id']),
    sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']),
    sa.PrimaryKeyConstraint('version', 'clock_id')
    )
    op.create_index('move_by_time', 'redating_move', ['at', 'clock_id'], unique=False)
