"""Hearing rooms and their bookings; phrases a person keeps; which list a kept filter belongs to."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def hearing_room() -> None:
    op.create_table('hearing_room',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False), sa.Column('address', sa.Text(), nullable=False),
        sa.Column('seats', sa.Integer(), nullable=False), sa.Column('active', sa.Boolean(), nullable=False), sa.PrimaryKeyConstraint('id'))
    op.create_index('room_of_unit', 'hearing_room', ['unit_id', 'name'], unique=True)


def hearing_booking() -> None:
    op.create_table('hearing_booking',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('room_id', sa.BigInteger(), nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('starts_at', sa.BigInteger(), nullable=False), sa.Column('ends_at', sa.BigInteger(), nullable=False),
        sa.Column('host', sa.String(length=40), nullable=False), sa.Column('clerk', sa.String(length=40), nullable=False),
        sa.Column('officers', sa.Text(), nullable=False), sa.Column('party', sa.String(length=200), nullable=False),
        sa.Column('is_open', sa.Boolean(), nullable=False), sa.Column('note', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False), sa.Column('booked_by', sa.String(length=40), nullable=False),
        sa.Column('booked_at', sa.BigInteger(), nullable=False), sa.Column('cancelled_by', sa.String(length=40), nullable=True),
        sa.Column('cancelled_at', sa.BigInteger(), nullable=True), sa.Column('cancelled_why', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['room_id'], ['hearing_room.id'], ), sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id'))
    op.create_index('booking_of_unit', 'hearing_booking', ['unit_id', 'starts_at'], unique=False)
    op.create_index('booking_of_room', 'hearing_booking', ['room_id', 'state', 'starts_at'], unique=False)
    op.create_index('booking_of_case', 'hearing_booking', ['instance_id'], unique=False)


def stock_phrase() -> None:
    op.create_table('stock_phrase',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('text', sa.String(length=100), nullable=False), sa.PrimaryKeyConstraint('id'))
    op.create_index('phrase_of_person', 'stock_phrase', ['person_id'], unique=False)


def upgrade() -> None:
    """Four new things; filters kept so far belong to the worklist."""
    hearing_room()
    hearing_booking()
    stock_phrase()
    op.add_column('saved_filter', sa.Column('place', sa.String(length=20), server_default='tasks', nullable=False))
