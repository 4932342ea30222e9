"""Trials of drafts: the script of each person's trial."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table('studio_trial',
        sa.Column('draft_id', sa.BigInteger(), nullable=False), sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('steps', sa.Text(), nullable=False), sa.Column('changed_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['draft_id'], ['studio_draft.id'], ), sa.PrimaryKeyConstraint('draft_id', 'person_id'))
