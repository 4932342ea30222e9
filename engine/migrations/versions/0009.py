"""The law, the powers and the discretion standards."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Statutes, their articles, and the powers of towns."""
    op.create_table('statute',
        sa.Column('id', sa.String(length=20), nullable=False), sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('short', sa.String(length=60), nullable=False), sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('loaded_at', sa.BigInteger(), nullable=False), sa.Column('loaded_by', sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_table('article',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('statute_id', sa.String(length=20), nullable=False),
        sa.Column('number', sa.String(length=20), nullable=False), sa.Column('text', sa.Text(), nullable=False),
        sa.Column('valid_from', sa.String(length=10), nullable=False), sa.Column('valid_to', sa.String(length=10), nullable=True),
        sa.Column('successor', sa.String(length=60), nullable=False), sa.Column('tag', sa.String(length=10), nullable=False),
        sa.Column('source', sa.String(length=40), nullable=False), sa.Column('edition', sa.Integer(), nullable=False),
        sa.Column('reviewed_by', sa.String(length=40), nullable=True), sa.Column('reviewed_at', sa.BigInteger(), nullable=True),
        sa.Column('review_note', sa.Text(), nullable=False), sa.ForeignKeyConstraint(['statute_id'], ['statute.id'], ),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('statute_id', 'number', 'valid_from')
    )
    op.create_table('power_item',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False), sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('field', sa.String(length=40), nullable=False), sa.Column('batch', sa.String(length=120), nullable=False),
        sa.Column('confirmation', sa.String(length=120), nullable=False), sa.Column('department', sa.String(length=120), nullable=False),
        sa.Column('rule_set', sa.String(length=40), nullable=False), sa.Column('recall_policy', sa.String(length=12), nullable=False),
        sa.Column('bases', sa.Text(), nullable=False), sa.Column('steps', sa.Text(), nullable=False),
        sa.Column('valid_from', sa.String(length=10), nullable=False), sa.Column('valid_to', sa.String(length=10), nullable=True),
        sa.Column('recall_document', sa.String(length=120), nullable=False), sa.Column('recall_reason', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ), sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('unit_id', 'code', 'valid_from')
    )
    op.create_index('power_of_unit', 'power_item', ['unit_id', 'code'], unique=False)
