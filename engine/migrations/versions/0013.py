"""Document templates, numbers, issued documents, signatures and service."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = ('document_serial', 'document_void', 'document_content', 'document_file', 'document_signature', 'document_service')
POSTGRESQL = (
    """
CREATE FUNCTION {name}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'insufficient_privilege';
END $$""",
    "CREATE TRIGGER {name}_row BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION {name}_guard()",
    "CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {name}_guard()",
)
SQLITE = (
    "CREATE TRIGGER {name}_update BEFORE UPDATE ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END",
    "CREATE TRIGGER {name}_delete BEFORE DELETE ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END",
)


def document_content() -> None:
    op.create_table('document_content',
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('sha256')
    )


def document_counter() -> None:
    op.create_table('document_counter',
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('character', sa.String(length=20), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('unit_id', 'character', 'year')
    )


def document_serial() -> None:
    op.create_table('document_serial',
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('character', sa.String(length=20), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('serial', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=120), nullable=False),
        sa.Column('taken_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('unit_id', 'character', 'year', 'serial'),
        sa.UniqueConstraint('number')
    )


def case_document() -> None:
    op.create_table('case_document',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('case_id', sa.BigInteger(), nullable=False),
        sa.Column('element_id', sa.String(length=120), nullable=False),
        sa.Column('doc_id', sa.String(length=20), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('number', sa.String(length=120), nullable=True),
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('template_sha256', sa.String(length=64), nullable=False),
        sa.Column('template_version', sa.Integer(), nullable=False),
        sa.Column('values', sa.Text(), nullable=False),
        sa.Column('data', sa.Text(), nullable=False),
        sa.Column('content_hash', sa.String(length=64), nullable=False),
        sa.Column('officers', sa.Text(), nullable=False),
        sa.Column('made_at', sa.BigInteger(), nullable=False),
        sa.Column('made_by', sa.String(length=80), nullable=False),
        sa.Column('issued_at', sa.BigInteger(), nullable=True),
        sa.Column('replaces', sa.BigInteger(), nullable=True),
        sa.Column('corrects', sa.BigInteger(), nullable=True),
        sa.Column('ended_at', sa.BigInteger(), nullable=True),
        sa.Column('ended_by', sa.String(length=80), nullable=True),
        sa.Column('end_reason', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['case_id'], ['process_instance.id'], ),
        sa.ForeignKeyConstraint(['corrects'], ['case_document.id'], ),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.ForeignKeyConstraint(['replaces'], ['case_document.id'], ),
        sa.ForeignKeyConstraint(['template_sha256'], ['document_content.sha256'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('number')
    )
    op.create_index('document_of_case', 'case_document', ['case_id', 'id'], unique=False)
    op.create_index('document_of_instance', 'case_document', ['instance_id', 'doc_id', 'state'], unique=False)


def document_template() -> None:
    op.create_table('document_template',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('doc_id', sa.String(length=20), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('report', sa.Text(), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('uploaded_by', sa.String(length=80), nullable=False),
        sa.Column('uploaded_at', sa.BigInteger(), nullable=False),
        sa.Column('approved_by', sa.String(length=80), nullable=True),
        sa.Column('approved_at', sa.BigInteger(), nullable=True),
        sa.Column('in_force_from', sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(['sha256'], ['document_content.sha256'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('doc_id', 'version')
    )
    op.create_index('template_in_force', 'document_template', ['doc_id', 'state', 'in_force_from'], unique=False)


def document_void() -> None:
    op.create_table('document_void',
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('character', sa.String(length=20), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('serial', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('voided_at', sa.BigInteger(), nullable=False),
        sa.Column('voided_by', sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(['unit_id', 'character', 'year', 'serial'], ['document_serial.unit_id', 'document_serial.character', 'document_serial.year', 'document_serial.serial'], ),
        sa.PrimaryKeyConstraint('unit_id', 'character', 'year', 'serial')
    )


def document_file() -> None:
    op.create_table('document_file',
        sa.Column('document_id', sa.BigInteger(), nullable=False),
        sa.Column('format', sa.String(length=8), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('sm3', sa.String(length=64), nullable=True),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('made_with', sa.Text(), nullable=False),
        sa.Column('made_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['document_id'], ['case_document.id'], ),
        sa.PrimaryKeyConstraint('document_id', 'format')
    )


def document_presence() -> None:
    op.create_table('document_presence',
        sa.Column('document_id', sa.BigInteger(), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('from_at', sa.BigInteger(), nullable=False),
        sa.Column('to_at', sa.BigInteger(), nullable=False),
        sa.Column('place', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['document_id'], ['case_document.id'], ),
        sa.PrimaryKeyConstraint('document_id', 'person_id')
    )
    op.create_index('presence_by_person', 'document_presence', ['person_id', 'from_at'], unique=False)


def document_service() -> None:
    op.create_table('document_service',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('document_id', sa.BigInteger(), nullable=False),
        sa.Column('method', sa.String(length=20), nullable=False),
        sa.Column('on_day', sa.String(length=10), nullable=False),
        sa.Column('served_on', sa.String(length=10), nullable=True),
        sa.Column('returned', sa.Boolean(), nullable=False),
        sa.Column('receiver', sa.String(length=200), nullable=False),
        sa.Column('more', sa.Text(), nullable=False),
        sa.Column('servers', sa.Text(), nullable=False),
        sa.Column('recorded_at', sa.BigInteger(), nullable=False),
        sa.Column('recorded_by', sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(['document_id'], ['case_document.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('service_of_document', 'document_service', ['document_id', 'id'], unique=False)


def document_signature() -> None:
    op.create_table('document_signature',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('document_id', sa.BigInteger(), nullable=False),
        sa.Column('content_hash', sa.String(length=64), nullable=False),
        sa.Column('role', sa.String(length=40), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('certificate', sa.String(length=80), nullable=False),
        sa.Column('image', sa.String(length=32), nullable=True),
        sa.Column('refused', sa.Boolean(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('witness', sa.Text(), nullable=False),
        sa.Column('video', sa.String(length=32), nullable=True),
        sa.Column('pages', sa.Integer(), nullable=False),
        sa.Column('taken_by', sa.String(length=80), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['document_id'], ['case_document.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('signature_of_document', 'document_signature', ['document_id', 'id'], unique=False)


def upgrade() -> None:
    """The tables, and the guards of those that can only be added to."""
    document_content()
    document_counter()
    document_serial()
    case_document()
    document_template()
    document_void()
    document_file()
    document_presence()
    document_service()
    document_signature()
    for name in ADDED:
        for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
            op.execute(statement.format(name=name))
