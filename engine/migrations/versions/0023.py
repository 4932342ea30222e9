"""What people did with batches of cases to be moved."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One table."""
    op.create_table('move_act',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('batch_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False), sa.Column('by_id', sa.String(length=80), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False), sa.Column('why', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['batch_id'], ['move_batch.id'], ), sa.PrimaryKeyConstraint('id'))
    op.create_index('move_act_by_batch', 'move_act', ['batch_id', 'id'], unique=False)
