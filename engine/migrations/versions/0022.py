"""Runs of a draft's examples."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One table."""
    op.create_table('studio_example_run',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('draft_id', sa.BigInteger(), nullable=False),
        sa.Column('about', sa.String(length=64), nullable=False), sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('stop_asked', sa.Boolean(), nullable=False), sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False), sa.Column('found', sa.Text(), nullable=False),
        sa.Column('message', sa.Text(), nullable=False), sa.Column('wish', sa.Text(), nullable=True),
        sa.Column('request_id', sa.BigInteger(), nullable=True), sa.Column('asked_by', sa.String(length=80), nullable=False),
        sa.Column('asked_at', sa.BigInteger(), nullable=False), sa.Column('beat_at', sa.BigInteger(), nullable=False),
        sa.Column('ended_at', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['draft_id'], ['studio_draft.id'], ), sa.ForeignKeyConstraint(['request_id'], ['studio_request.id'], ),
        sa.PrimaryKeyConstraint('id'))
    op.create_index('studio_example_run_by_draft', 'studio_example_run', ['draft_id'], unique=False)
