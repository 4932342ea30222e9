"""Reminders and how they are delivered."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What a notice is about and where it is shown; deliveries, what is watched, what people chose, how far the passes are."""
    notices()
    deliveries()
    reminders()
    choices()


def notices() -> None:
    op.add_column('notice', sa.Column('kind', sa.String(length=16), nullable=False, server_default='order'))
    op.add_column('notice', sa.Column('urgent', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('notice', sa.Column('shown', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column('notice', sa.Column('about', sa.Text(), nullable=True))


def deliveries() -> None:
    op.create_table('delivery',
    sa.Column('id', BIGKEY, nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('notice_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('instance_id', sa.BigInteger(), nullable=True),
    sa.Column('subject', sa.String(length=80), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('planned_at', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', sa.BigInteger(), nullable=True),
    sa.Column('lease_token', sa.String(length=64), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index('delivery_by_due', 'delivery', ['status', 'due_at'], unique=False)
    op.create_index('delivery_by_instance', 'delivery', ['instance_id', 'status'], unique=False)
    op.create_index('delivery_by_person', 'delivery', ['person_id', 'created_at'], unique=False)


def reminders() -> None:
    op.create_table('reminder',
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('instance_id', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('next_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
    sa.PrimaryKeyConstraint('subject')
    )
    op.create_index('reminder_by_instance', 'reminder', ['instance_id'], unique=False)
    op.create_index('reminder_by_next', 'reminder', ['next_at'], unique=False)


def choices() -> None:
    op.create_table('reminder_choice',
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('channels', sa.Text(), nullable=False),
    sa.Column('email', sa.String(length=200), nullable=False),
    sa.Column('night_urgent', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('person_id')
    )
    op.create_table('reminder_progress',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
