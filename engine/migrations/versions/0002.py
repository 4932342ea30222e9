"""Clocks of statutory and other limits, and their ledgers."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def deadline_clock() -> None:
    op.create_table('deadline_clock',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False), sa.Column('element_id', sa.String(length=120), nullable=False),
        sa.Column('name', sa.Text(), nullable=False), sa.Column('link', sa.String(length=40), nullable=True),
        sa.Column('rule', sa.String(length=40), nullable=False), sa.Column('rule_set', sa.String(length=40), nullable=False),
        sa.Column('rule_day', sa.BigInteger(), nullable=False), sa.Column('length', sa.Float(precision=53), nullable=False),
        sa.Column('unit', sa.String(length=16), nullable=False), sa.Column('warn_before', sa.Text(), nullable=True),
        sa.Column('conservative_from', sa.BigInteger(), nullable=True), sa.Column('started_at', sa.BigInteger(), nullable=False),
        sa.Column('opened_at', sa.BigInteger(), nullable=False), sa.Column('status', sa.String(length=16), nullable=False),
        sa.Column('due_at', sa.BigInteger(), nullable=False), sa.Column('conservative_at', sa.BigInteger(), nullable=True),
        sa.Column('earliest_at', sa.BigInteger(), nullable=True), sa.Column('warn_at', sa.BigInteger(), nullable=True),
        sa.Column('watch_at', sa.BigInteger(), nullable=True), sa.Column('calendar_bound', sa.Boolean(), nullable=False),
        sa.Column('provisional', sa.Boolean(), nullable=False), sa.Column('dated_by', sa.Integer(), nullable=False),
        sa.Column('stopped_at', sa.BigInteger(), nullable=True), sa.Column('stop_reason', sa.String(length=16), nullable=True),
        sa.Column('entries', sa.Integer(), nullable=False), sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('unit_path', sa.Text(), nullable=False), sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('instance_id', 'key', 'rule')
    )
    op.create_index('clock_by_calendar', 'deadline_clock', ['calendar_bound', 'status', 'dated_by', 'id'], unique=False)
    op.create_index('clock_by_due', 'deadline_clock', ['status', 'due_at'], unique=False)
    op.create_index('clock_by_unit', 'deadline_clock', ['unit_path', 'status'], unique=False)
    op.create_index('clock_by_watch', 'deadline_clock', ['status', 'watch_at'], unique=False)


def clock_entry() -> None:
    op.create_table('clock_entry',
        sa.Column('clock_id', sa.BigInteger(), nullable=False), sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False), sa.Column('from_at', sa.BigInteger(), nullable=True),
        sa.Column('to_at', sa.BigInteger(), nullable=True), sa.Column('length', sa.Float(precision=53), nullable=True),
        sa.Column('ground', sa.String(length=40), nullable=False), sa.Column('document', sa.Text(), nullable=False),
        sa.Column('approver', sa.String(length=40), nullable=False), sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('corrects', sa.Integer(), nullable=True), sa.Column('recorded_at', sa.BigInteger(), nullable=False),
        sa.Column('recorded_by', sa.String(length=40), nullable=False), sa.ForeignKeyConstraint(['clock_id'], ['deadline_clock.id'], ),
        sa.PrimaryKeyConstraint('clock_id', 'seq')
    )


def upgrade() -> None:
    deadline_clock()
    clock_entry()
