"""Approval as offices know it: standing in for somebody, delegating, going straight back, copies to read."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Four tables."""
    op.create_table('stand_in',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('deputy_id', sa.String(length=40), nullable=False), sa.Column('roles', sa.Text(), nullable=False),
        sa.Column('first_at', sa.BigInteger(), nullable=False), sa.Column('last_at', sa.BigInteger(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False), sa.Column('document', sa.String(length=120), nullable=False),
        sa.Column('made_by', sa.String(length=40), nullable=False), sa.Column('made_at', sa.BigInteger(), nullable=False),
        sa.Column('ended_by', sa.String(length=40), nullable=True), sa.Column('ended_at', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], ), sa.ForeignKeyConstraint(['deputy_id'], ['person.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('stand_in_of_deputy', 'stand_in', ['deputy_id', 'last_at'], unique=False)
    op.create_index('stand_in_of_person', 'stand_in', ['person_id', 'last_at'], unique=False)
    op.create_table('delegation',
        sa.Column('work_item_id', sa.String(length=64), nullable=False), sa.Column('owner', sa.String(length=80), nullable=False),
        sa.Column('delegate', sa.String(length=80), nullable=False), sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False), sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], ),
        sa.PrimaryKeyConstraint('work_item_id')
    )
    op.create_table('return_ticket',
        sa.Column('work_item_id', sa.String(length=64), nullable=False), sa.Column('element_id', sa.String(length=120), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False), sa.Column('passed', sa.Text(), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False), sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], ),
        sa.PrimaryKeyConstraint('work_item_id')
    )
    op.create_table('carbon_copy',
        sa.Column('instance_id', sa.BigInteger(), nullable=False), sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('by_id', sa.String(length=80), nullable=False), sa.Column('note', sa.Text(), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False), sa.Column('read_at', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ), sa.PrimaryKeyConstraint('instance_id', 'person_id')
    )
    op.create_index('copy_by_person', 'carbon_copy', ['person_id', 'at'], unique=False)
