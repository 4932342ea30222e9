"""Certificates and qualifications of people, letters of authority."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def certificate() -> None:
    op.create_table('certificate',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('number', sa.String(length=60), nullable=False),
        sa.Column('issuer', sa.String(length=120), nullable=False),
        sa.Column('region', sa.String(length=120), nullable=False),
        sa.Column('fields', sa.Text(), nullable=False),
        sa.Column('issued_on', sa.String(length=10), nullable=False),
        sa.Column('added_by', sa.String(length=40), nullable=True),
        sa.Column('added_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('kind', 'number')
    )
    op.create_index('certificate_of_person', 'certificate', ['person_id', 'kind'], unique=False)


def certificate_event() -> None:
    op.create_table('certificate_event',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('certificate_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('valid_to', sa.String(length=10), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('document', sa.String(length=120), nullable=False),
        sa.Column('by', sa.String(length=40), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('event_of_certificate', 'certificate_event', ['certificate_id', 'day', 'id'], unique=False)


def qualification() -> None:
    op.create_table('qualification',
        sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('establishment', sa.String(length=20), nullable=False),
        sa.Column('training_hours', sa.Integer(), nullable=False),
        sa.Column('first_review_on', sa.String(length=10), nullable=True),
        sa.Column('changed_by', sa.String(length=40), nullable=True),
        sa.Column('changed_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
        sa.PrimaryKeyConstraint('person_id')
    )


def authorisation() -> None:
    op.create_table('authorisation',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('acts', sa.Text(), nullable=False),
        sa.Column('first_on', sa.String(length=10), nullable=False),
        sa.Column('last_on', sa.String(length=10), nullable=False),
        sa.Column('document', sa.String(length=120), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('granted_by', sa.String(length=40), nullable=False),
        sa.Column('granted_at', sa.BigInteger(), nullable=False),
        sa.Column('ended_on', sa.String(length=10), nullable=True),
        sa.Column('ended_by', sa.String(length=40), nullable=True),
        sa.Column('ended_why', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('authorisation_of_person', 'authorisation', ['person_id', 'last_on'], unique=False)
    op.create_index('authorisation_of_unit', 'authorisation', ['unit_id', 'last_on'], unique=False)


def upgrade() -> None:
    """The tables."""
    certificate()
    certificate_event()
    qualification()
    authorisation()
