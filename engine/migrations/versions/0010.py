"""The file of a penalty case: parties, evidence, proposals and decisions."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
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
ADDED = ("party", "proposal", "evidence", "evidence_file", "evidence_use", "evidence_custody")


def party() -> None:
    op.create_table('party',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('subject', sa.String(length=120), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('gender', sa.String(length=8), nullable=True),
        sa.Column('id_kind', sa.String(length=16), nullable=False),
        sa.Column('id_number', sa.String(length=64), nullable=False),
        sa.Column('identity_reason', sa.Text(), nullable=False),
        sa.Column('birth', sa.String(length=10), nullable=True),
        sa.Column('capacity', sa.String(length=8), nullable=False),
        sa.Column('guardian', sa.String(length=200), nullable=False),
        sa.Column('legal_representative', sa.String(length=200), nullable=False),
        sa.Column('operator', sa.String(length=200), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('phone', sa.String(length=40), nullable=False),
        sa.Column('saved_by', sa.String(length=80), nullable=True),
        sa.Column('saved_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('party_by_name', 'party', ['name'], unique=False)
    op.create_index('party_by_number', 'party', ['id_number'], unique=False)
    op.create_index('party_by_subject', 'party', ['subject', 'id'], unique=False)


def penalty() -> None:
    op.create_table('penalty',
        sa.Column('instance_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('number', sa.String(length=80), nullable=True),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('unit_path', sa.Text(), nullable=False),
        sa.Column('process_key', sa.String(length=120), nullable=False),
        sa.Column('item', sa.String(length=40), nullable=False),
        sa.Column('item_name', sa.Text(), nullable=False),
        sa.Column('rule_set', sa.String(length=40), nullable=False),
        sa.Column('party_id', sa.BigInteger(), nullable=False),
        sa.Column('subject', sa.String(length=120), nullable=False),
        sa.Column('party_name', sa.String(length=200), nullable=False),
        sa.Column('officer', sa.String(length=80), nullable=False),
        sa.Column('assistant', sa.String(length=80), nullable=False),
        sa.Column('act_day', sa.String(length=10), nullable=True),
        sa.Column('act_place', sa.Text(), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('answers', sa.Text(), nullable=False),
        sa.Column('status', sa.String(length=16), nullable=False),
        sa.Column('filed_on', sa.String(length=10), nullable=True),
        sa.Column('closure_kind', sa.String(length=40), nullable=True),
        sa.Column('closed_on', sa.String(length=10), nullable=True),
        sa.Column('frozen_at', sa.BigInteger(), nullable=True),
        sa.Column('opened_at', sa.BigInteger(), nullable=False),
        sa.Column('opened_by', sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.ForeignKeyConstraint(['party_id'], ['party.id'], ),
        sa.PrimaryKeyConstraint('instance_id'),
        sa.UniqueConstraint('number')
    )
    op.create_index('penalty_by_assistant', 'penalty', ['assistant', 'status', 'instance_id'], unique=False)
    op.create_index('penalty_by_item', 'penalty', ['item', 'status'], unique=False)
    op.create_index('penalty_by_officer', 'penalty', ['officer', 'status', 'instance_id'], unique=False)
    op.create_index('penalty_by_status', 'penalty', ['status', 'instance_id'], unique=False)
    op.create_index('penalty_by_unit', 'penalty', ['unit_path', 'status', 'instance_id'], unique=False)
    op.create_index('penalty_of_subject', 'penalty', ['subject', 'item'], unique=False)


def penalty_party() -> None:
    op.create_table('penalty_party',
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('party_id', sa.BigInteger(), nullable=False),
        sa.Column('relation', sa.String(length=20), nullable=False),
        sa.Column('added_at', sa.BigInteger(), nullable=False),
        sa.Column('added_by', sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.ForeignKeyConstraint(['party_id'], ['party.id'], ),
        sa.PrimaryKeyConstraint('instance_id', 'party_id', 'relation')
    )


def penalty_finding() -> None:
    op.create_table('penalty_finding',
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('finding_id', sa.BigInteger(), nullable=False),
        sa.Column('linked_at', sa.BigInteger(), nullable=False),
        sa.Column('linked_by', sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(['finding_id'], ['process_instance.id'], ),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('instance_id', 'finding_id')
    )
    op.create_index('penalty_of_finding', 'penalty_finding', ['finding_id'], unique=False)


def penalty_number() -> None:
    op.create_table('penalty_number',
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('unit_id', 'year')
    )


def case_duty() -> None:
    op.create_table('case_duty',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('duty', sa.String(length=20), nullable=False),
        sa.Column('since', sa.BigInteger(), nullable=False),
        sa.Column('until', sa.BigInteger(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('approved_by', sa.String(length=80), nullable=True),
        sa.Column('set_by', sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('duty_of_case', 'case_duty', ['instance_id', 'id'], unique=False)
    op.create_index('duty_of_person', 'case_duty', ['person_id', 'duty', 'until'], unique=False)


def proposal() -> None:
    op.create_table('proposal',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('stage', sa.String(length=20), nullable=False),
        sa.Column('kinds', sa.Text(), nullable=False),
        sa.Column('fine', sa.BigInteger(), nullable=False),
        sa.Column('confiscation', sa.Text(), nullable=False),
        sa.Column('basis', sa.Text(), nullable=False),
        sa.Column('grade', sa.String(length=80), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('reasons', sa.Text(), nullable=False),
        sa.Column('more', sa.Text(), nullable=False),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('proposal_of_case', 'proposal', ['instance_id', 'stage', 'id'], unique=False)


def evidence() -> None:
    op.create_table('evidence',
        sa.Column('id', BIGKEY, nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('form', sa.String(length=12), nullable=False),
        sa.Column('derived_from', sa.BigInteger(), nullable=True),
        sa.Column('origin', sa.Text(), nullable=False),
        sa.Column('place', sa.Text(), nullable=False),
        sa.Column('purpose', sa.Text(), nullable=False),
        sa.Column('collected_at', sa.BigInteger(), nullable=False),
        sa.Column('collectors', sa.Text(), nullable=False),
        sa.Column('camera', sa.Boolean(), nullable=False),
        sa.Column('device', sa.Text(), nullable=False),
        sa.Column('added_at', sa.BigInteger(), nullable=False),
        sa.Column('added_by', sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(['derived_from'], ['evidence.id'], ),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('evidence_derived', 'evidence', ['derived_from'], unique=False)
    op.create_index('evidence_of_case', 'evidence', ['instance_id', 'id'], unique=False)


def evidence_file() -> None:
    op.create_table('evidence_file',
        sa.Column('evidence_id', sa.BigInteger(), nullable=False),
        sa.Column('attachment_id', sa.String(length=32), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('sm3', sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], ),
        sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], ),
        sa.PrimaryKeyConstraint('evidence_id', 'attachment_id')
    )
    op.create_index('evidence_by_attachment', 'evidence_file', ['attachment_id'], unique=False)


def evidence_use() -> None:
    op.create_table('evidence_use',
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('evidence_id', sa.BigInteger(), nullable=False),
        sa.Column('used_at', sa.BigInteger(), nullable=False),
        sa.Column('used_by', sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], ),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id'], ),
        sa.PrimaryKeyConstraint('instance_id', 'evidence_id')
    )
    op.create_index('use_of_evidence', 'evidence_use', ['evidence_id'], unique=False)


def evidence_custody() -> None:
    op.create_table('evidence_custody',
        sa.Column('evidence_id', sa.BigInteger(), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('holder', sa.Text(), nullable=False),
        sa.Column('place', sa.Text(), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.Column('by', sa.String(length=80), nullable=False),
        sa.Column('prev', sa.String(length=64), nullable=False),
        sa.Column('h', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], ),
        sa.PrimaryKeyConstraint('evidence_id', 'seq'),
        sa.UniqueConstraint('evidence_id', 'prev')
    )


def upgrade() -> None:
    """The tables, and the guards of those that can only be added to."""
    party()
    penalty()
    penalty_party()
    penalty_finding()
    penalty_number()
    case_duty()
    proposal()
    evidence()
    evidence_file()
    evidence_use()
    evidence_custody()
    for name in ADDED:
        for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
            op.execute(statement.format(name=name))
