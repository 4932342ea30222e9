"""Signs: what inspectors found of them, what a photo looks like, and the indexes by which they are looked for."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOVES = sa.text("kind IN ('sent-back', 'suspended', 'transferred')")


def upgrade() -> None:
    """Photos that are there already keep no look: only their bytes are compared."""
    op.create_table('sign_mark',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('key', sa.String(length=200), nullable=False),
        sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.Column('summary', sa.Text(), nullable=False),
        sa.Column('cases', sa.Text(), nullable=False),
        sa.Column('persons', sa.Text(), nullable=False),
        sa.Column('unit_path', sa.Text(), nullable=False),
        sa.Column('verdict', sa.String(length=16), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('marked_by', sa.String(length=40), nullable=False),
        sa.Column('marked_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('sign_mark_of', 'sign_mark', ['kind', 'key', 'id'], unique=False)
    op.create_index('sign_mark_by_unit', 'sign_mark', ['unit_path', 'marked_at'], unique=False)
    op.create_index('record_of_moves', 'record', ['kind', 'at'], unique=False, sqlite_where=MOVES, postgresql_where=MOVES)
    op.create_index('clock_entry_by_time', 'clock_entry', ['recorded_at'], unique=False)
    op.add_column('attachment', sa.Column('look', sa.String(length=32), nullable=True))
    for quarter in range(4):
        op.add_column('attachment', sa.Column(f'look_{quarter}', sa.Integer(), nullable=True))
        op.create_index(f'attachment_by_look_{quarter}', 'attachment', [f'look_{quarter}'], unique=False)
    op.create_index('attachment_by_time', 'attachment', ['uploaded_at'], unique=False)
