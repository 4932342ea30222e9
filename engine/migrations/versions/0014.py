"""The dossier of a closed case with its archive number, and what is made public of a decision."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    """Three tables."""
    _dossier()
    _publicity()


def _dossier() -> None:
    op.create_table(
        'dossier',
        sa.Column('instance_id', sa.BigInteger(), sa.ForeignKey('process_instance.id'), primary_key=True, autoincrement=False),
        sa.Column('unit_id', sa.String(80), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('serial', sa.Integer(), nullable=False),
        sa.Column('arrangement', sa.String(16), nullable=False),
        sa.Column('moves', sa.Text(), nullable=False),
        sa.Column('retention', sa.String(40), nullable=False),
        sa.Column('remarks', sa.Text(), nullable=False),
        sa.Column('compiled_by', sa.String(80), nullable=False),
        sa.Column('compiled_at', sa.BigInteger(), nullable=False),
        sa.Column('checked_by', sa.String(80)),
        sa.Column('checked_at', sa.BigInteger()),
        sa.Column('built', sa.Text()),
        sa.Column('built_at', sa.BigInteger()),
        sa.Column('archived_at', sa.BigInteger()),
        sa.UniqueConstraint('unit_id', 'year', 'serial'))
    op.create_table(
        'dossier_counter',
        sa.Column('unit_id', sa.String(80), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('unit_id', 'year'))


def _publicity() -> None:
    op.create_table(
        'publicity',
        sa.Column('id', KEY, primary_key=True),
        sa.Column('instance_id', sa.BigInteger(), sa.ForeignKey('process_instance.id'), nullable=False),
        sa.Column('state', sa.String(16), nullable=False),
        sa.Column('fields', sa.Text(), nullable=False),
        sa.Column('made_by', sa.String(80), nullable=False),
        sa.Column('made_at', sa.BigInteger(), nullable=False),
        sa.Column('checked_by', sa.String(80)),
        sa.Column('checked_at', sa.BigInteger()),
        sa.Column('released_by', sa.String(80)),
        sa.Column('released_at', sa.BigInteger()),
        sa.Column('until', sa.String(10)),
        sa.Column('ended_by', sa.String(80)),
        sa.Column('ended_at', sa.BigInteger()),
        sa.Column('reason', sa.Text(), nullable=False))
    op.create_index('publicity_of_case', 'publicity', ['instance_id', 'id'])
    op.create_index('publicity_by_state', 'publicity', ['state', 'until'])
