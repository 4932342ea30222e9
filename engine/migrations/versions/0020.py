"""Replays of closed cases on drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One table."""
    op.create_table('studio_replay',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('draft_id', sa.BigInteger(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False), sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('stop_asked', sa.Boolean(), nullable=False), sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False), sa.Column('counts', sa.Text(), nullable=False),
        sa.Column('told', sa.Text(), nullable=False), sa.Column('message', sa.Text(), nullable=False),
        sa.Column('asked_by', sa.String(length=80), nullable=False), sa.Column('asked_at', sa.BigInteger(), nullable=False),
        sa.Column('beat_at', sa.BigInteger(), nullable=False), sa.Column('ended_at', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['draft_id'], ['studio_draft.id'], ), sa.PrimaryKeyConstraint('id'))
    op.create_index('studio_replay_by_draft', 'studio_replay', ['draft_id'], unique=False)
