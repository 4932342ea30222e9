"""Moving running cases to another version: the old state of each moved case, batches and their cases."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Three tables."""
    op.create_table('move_batch',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('process_key', sa.String(length=120), nullable=False), sa.Column('from_definition', sa.BigInteger(), nullable=False),
        sa.Column('to_definition', sa.BigInteger(), nullable=False), sa.Column('mapping', sa.Text(), nullable=False), sa.Column('choice', sa.String(length=12), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False), sa.Column('state', sa.String(length=12), nullable=False), sa.Column('dry', sa.Integer(), nullable=False),
        sa.Column('asked_by', sa.String(length=80), nullable=True), sa.Column('asked_at', sa.BigInteger(), nullable=False),
        sa.Column('decided_by', sa.String(length=80), nullable=True), sa.Column('decided_at', sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint('id'))
    op.create_index('move_batch_by_process', 'move_batch', ['process_key', 'id'], unique=False)
    op.create_index('move_batch_by_state', 'move_batch', ['state', 'id'], unique=False)
    op.create_table('case_move',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=False), sa.Column('batch_id', sa.BigInteger(), nullable=True),
        sa.Column('from_definition', sa.BigInteger(), nullable=False), sa.Column('to_definition', sa.BigInteger(), nullable=False),
        sa.Column('by_id', sa.String(length=80), nullable=True), sa.Column('at', sa.BigInteger(), nullable=False), sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('record_seq', sa.Integer(), nullable=False), sa.Column('kept', sa.Text(), nullable=False), sa.Column('undone_at', sa.BigInteger(), nullable=True),
        sa.Column('undone_by', sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id'))
    op.create_index('case_move_by_batch', 'case_move', ['batch_id', 'instance_id'], unique=False)
    op.create_index('case_move_by_instance', 'case_move', ['instance_id', 'id'], unique=False)
    op.create_table('move_item',
        sa.Column('batch_id', sa.BigInteger(), nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False), sa.Column('text', sa.Text(), nullable=False), sa.Column('at', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['batch_id'], ['move_batch.id'], ),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('batch_id', 'instance_id'))
    op.create_index('move_item_by_state', 'move_item', ['batch_id', 'state', 'instance_id'], unique=False)
