"""All tables, and the guards of the record."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

POSTGRESQL = (
    """CREATE FUNCTION record_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'the record is append-only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT r.seq, r.h INTO last FROM record r WHERE r.stream = NEW.stream ORDER BY r.seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.prev <> coalesce(last.h, decode(repeat('00', 32), 'hex'))
     OR (NEW.alg = 'sha256' AND NEW.h <> sha256(NEW.prev || NEW.body)) THEN
    RAISE EXCEPTION 'this event does not continue its stream' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$""",
    """CREATE TRIGGER record_row BEFORE INSERT OR UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_guard()""",
    """CREATE TRIGGER record_all BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION record_guard()""",
)
SQLITE = (
    """CREATE TRIGGER record_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    """CREATE TRIGGER record_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    """CREATE TRIGGER record_chain BEFORE INSERT ON record
WHEN NEW.seq <> coalesce((SELECT max(seq) FROM record WHERE stream = NEW.stream), 0) + 1
  OR NEW.prev <> coalesce((SELECT h FROM record WHERE stream = NEW.stream ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'this event does not continue its stream'); END""",
)


def api_token() -> None:
    op.create_table(
        'api_token', sa.Column('id', BIGKEY, nullable=False), sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False), sa.Column('scopes', sa.String(length=120), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False), sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.Column('created_by', sa.String(length=40), nullable=False), sa.Column('expires_at', sa.BigInteger(), nullable=False),
        sa.Column('used_at', sa.BigInteger(), nullable=True), sa.Column('revoked_at', sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('hash'),
    )
    op.create_index('token_of_person', 'api_token', ['person_id'], unique=False)


def category() -> None:
    op.create_table(
        'category', sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('code_system', sa.String(length=40), nullable=False), sa.Column('display', sa.String(length=80), nullable=False),
        sa.Column('group_name', sa.String(length=80), nullable=False), sa.Column('simple', sa.Boolean(), nullable=False),
        sa.Column('safety', sa.Boolean(), nullable=False), sa.Column('direct', sa.Boolean(), nullable=False),
        sa.Column('hint', sa.Text(), nullable=False), sa.Column('sort', sa.Integer(), nullable=False), sa.PrimaryKeyConstraint('code'),
    )


def command() -> None:
    op.create_table(
        'command', sa.Column('key', sa.String(length=80), nullable=False), sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('answer', sa.Text(), nullable=False), sa.Column('at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('key'),
    )
    op.create_index(op.f('ix_command_at'), 'command', ['at'], unique=False)


def diagram_draft() -> None:
    op.create_table(
        'diagram_draft', sa.Column('id', BIGKEY, nullable=False), sa.Column('name', sa.Text(), nullable=False),
        sa.Column('original', sa.LargeBinary(), nullable=False), sa.Column('diagram', sa.LargeBinary(), nullable=False),
        sa.Column('findings', sa.Text(), nullable=False), sa.Column('stored_at', sa.BigInteger(), nullable=False),
        sa.Column('stored_by', sa.String(length=80), nullable=True), sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('diagram_draft_by_time', 'diagram_draft', ['stored_at'], unique=False)


def login_attempt() -> None:
    op.create_table(
        'login_attempt', sa.Column('id', BIGKEY, nullable=False), sa.Column('account', sa.String(length=80), nullable=False),
        sa.Column('address', sa.String(length=64), nullable=False), sa.Column('at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('attempt_of_account', 'login_attempt', ['account', 'at'], unique=False)
    op.create_index('attempt_of_address', 'login_attempt', ['address', 'at'], unique=False)


def message() -> None:
    op.create_table(
        'message', sa.Column('id', BIGKEY, nullable=False), sa.Column('name', sa.String(length=160), nullable=False),
        sa.Column('correlation_hash', sa.String(length=64), nullable=False), sa.Column('payload', sa.Text(), nullable=False),
        sa.Column('dedupe_key', sa.String(length=200), nullable=True), sa.Column('received_at', sa.BigInteger(), nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=False), sa.Column('consumed_by', sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('dedupe_key'),
    )
    op.create_index('message_by_expiry', 'message', ['expires_at'], unique=False)
    op.create_index('message_by_name', 'message', ['name', 'correlation_hash', 'consumed_by'], unique=False)


def observation() -> None:
    op.create_table(
        'observation', sa.Column('subject', sa.String(length=80), nullable=False), sa.Column('value', sa.Text(), nullable=False),
        sa.Column('seen_at', sa.BigInteger(), nullable=False), sa.PrimaryKeyConstraint('subject'),
    )


def parameter() -> None:
    op.create_table(
        'parameter', sa.Column('key', sa.String(length=120), nullable=False), sa.Column('value', sa.Text(), nullable=False),
        sa.Column('changed_by', sa.String(length=80), nullable=True), sa.Column('changed_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('key'),
    )


def person() -> None:
    op.create_table(
        'person', sa.Column('id', sa.String(length=40), nullable=False), sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('password_hash', sa.String(length=200), nullable=True), sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('phone', sa.String(length=20), nullable=True), sa.Column('note', sa.Text(), nullable=True),
        sa.Column('changed_at', sa.BigInteger(), nullable=True), sa.Column('changed_by', sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint('id'),
    )


def process_definition() -> None:
    op.create_table(
        'process_definition', sa.Column('id', BIGKEY, nullable=False), sa.Column('key', sa.String(length=120), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False), sa.Column('name', sa.Text(), nullable=False),
        sa.Column('category', sa.String(length=80), nullable=True), sa.Column('content_hash', sa.String(length=64), nullable=False),
        sa.Column('diagram', sa.LargeBinary(), nullable=False), sa.Column('decisions', sa.Text(), nullable=False),
        sa.Column('forms', sa.Text(), nullable=False), sa.Column('parameters', sa.Text(), nullable=False),
        sa.Column('called', sa.Text(), nullable=False), sa.Column('lint', sa.Text(), nullable=False),
        sa.Column('deployed_at', sa.BigInteger(), nullable=False), sa.Column('deployed_by', sa.String(length=80), nullable=True),
        sa.Column('state', sa.String(length=16), nullable=False), sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('key', 'number', name='process_definition_number'),
    )


def process_instance() -> None:
    op.create_table(
        'process_instance', sa.Column('id', BIGKEY, nullable=False), sa.Column('definition_id', sa.BigInteger(), nullable=False),
        sa.Column('process_key', sa.String(length=120), nullable=False),
        sa.Column('business_key', sa.String(length=80), nullable=False), sa.Column('title', sa.Text(), nullable=False),
        sa.Column('category', sa.String(length=80), nullable=True), sa.Column('place', sa.Text(), nullable=True),
        sa.Column('unit_id', sa.String(length=80), nullable=False), sa.Column('unit_path', sa.Text(), nullable=False),
        sa.Column('status', sa.String(length=16), nullable=False), sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False), sa.Column('variables', sa.Text(), nullable=False),
        sa.Column('record_seq', sa.Integer(), nullable=False), sa.Column('record_hash', sa.LargeBinary(), nullable=False),
        sa.Column('priority', sa.Integer(), nullable=False), sa.Column('started_at', sa.BigInteger(), nullable=False),
        sa.Column('started_by', sa.String(length=80), nullable=True), sa.Column('ended_at', sa.BigInteger(), nullable=True),
        sa.Column('parent_id', sa.BigInteger(), nullable=True), sa.ForeignKeyConstraint(['parent_id'], ['process_instance.id']),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('business_key'),
    )
    op.create_index('instance_by_definition', 'process_instance', ['definition_id', 'status'], unique=False)
    op.create_index('instance_by_parent', 'process_instance', ['parent_id'], unique=False)
    op.create_index('instance_by_starter', 'process_instance', ['started_by', 'started_at'], unique=False)
    op.create_index('instance_by_status', 'process_instance', ['status', 'started_at'], unique=False)
    op.create_index('instance_by_unit', 'process_instance', ['unit_path', 'status'], unique=False)


def record() -> None:
    op.create_table(
        'record', sa.Column('id', BIGKEY, nullable=False), sa.Column('stream', sa.String(length=80), nullable=False),
        sa.Column('seq', sa.Integer(), nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False), sa.Column('actor', sa.String(length=80), nullable=True),
        sa.Column('kind', sa.String(length=40), nullable=False), sa.Column('element_id', sa.String(length=120), nullable=True),
        sa.Column('body', sa.LargeBinary(), nullable=False), sa.Column('prev', sa.LargeBinary(), nullable=False),
        sa.Column('h', sa.LargeBinary(), nullable=False), sa.Column('alg', sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('stream', 'seq', name='record_once'),
    )
    op.create_index('record_by_actor', 'record', ['actor', 'at'], unique=False)
    op.create_index('record_by_instance', 'record', ['instance_id', 'seq'], unique=False)
    op.create_index('record_by_time', 'record', ['at'], unique=False)


def saved_filter() -> None:
    op.create_table(
        'saved_filter', sa.Column('id', BIGKEY, nullable=False), sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False), sa.Column('query', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('filter_of_person', 'saved_filter', ['person_id'], unique=False)


def session() -> None:
    op.create_table(
        'session', sa.Column('id', sa.String(length=64), nullable=False), sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False), sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.Column('address', sa.String(length=64), nullable=False), sa.Column('agent', sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('session_of_person', 'session', ['person_id'], unique=False)


def unit() -> None:
    op.create_table(
        'unit', sa.Column('id', sa.String(length=40), nullable=False), sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('level', sa.String(length=10), nullable=False), sa.Column('parent_id', sa.String(length=40), nullable=True),
        sa.Column('path', sa.String(length=200), nullable=False), sa.Column('polygon', sa.Text(), nullable=True),
        sa.Column('sort', sa.Integer(), nullable=False), sa.ForeignKeyConstraint(['parent_id'], ['unit.id']),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('path'),
    )


def attachment() -> None:
    op.create_table(
        'attachment', sa.Column('id', sa.String(length=32), nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False), sa.Column('mime', sa.String(length=60), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False), sa.Column('width', sa.Integer(), nullable=True),
        sa.Column('height', sa.Integer(), nullable=True), sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('sm3', sa.String(length=64), nullable=True), sa.Column('claimed', sa.Text(), nullable=True),
        sa.Column('uploaded_by', sa.String(length=40), nullable=False), sa.Column('uploaded_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']), sa.PrimaryKeyConstraint('id'),
    )
    op.create_index(op.f('ix_attachment_instance_id'), 'attachment', ['instance_id'], unique=False)
    op.create_index(op.f('ix_attachment_sha256'), 'attachment', ['sha256'], unique=False)


def finding() -> None:
    op.create_table(
        'finding', sa.Column('instance_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('number', sa.String(length=80), nullable=False), sa.Column('source', sa.String(length=20), nullable=False),
        sa.Column('external_id', sa.String(length=80), nullable=True), sa.Column('category', sa.String(length=40), nullable=False),
        sa.Column('description', sa.Text(), nullable=False), sa.Column('lon', sa.Float(), nullable=True),
        sa.Column('lat', sa.Float(), nullable=True), sa.Column('address', sa.Text(), nullable=True),
        sa.Column('unit_id', sa.String(length=40), nullable=False), sa.Column('party_key', sa.String(length=80), nullable=True),
        sa.Column('urgent', sa.Boolean(), nullable=False), sa.Column('reported_by', sa.String(length=40), nullable=True),
        sa.Column('reported_at', sa.BigInteger(), nullable=False), sa.Column('outcome', sa.String(length=40), nullable=True),
        sa.Column('closed_at', sa.BigInteger(), nullable=True), sa.Column('merged_into', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']),
        sa.ForeignKeyConstraint(['merged_into'], ['process_instance.id']), sa.PrimaryKeyConstraint('instance_id'),
        sa.UniqueConstraint('external_id'), sa.UniqueConstraint('number'),
    )
    op.create_index('finding_in_grid', 'finding', ['unit_id', 'category', 'reported_at'], unique=False)
    op.create_index('finding_near', 'finding', ['category', 'lat', 'lon', 'reported_at'], unique=False)
    op.create_index('finding_of_party', 'finding', ['party_key', 'category', 'reported_at'], unique=False)


def incident() -> None:
    op.create_table(
        'incident', sa.Column('id', BIGKEY, nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=True),
        sa.Column('wait_key', sa.String(length=64), nullable=True), sa.Column('element_id', sa.String(length=120), nullable=True),
        sa.Column('kind', sa.String(length=40), nullable=False), sa.Column('source_id', sa.BigInteger(), nullable=True),
        sa.Column('message', sa.Text(), nullable=False), sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.Column('resolved_at', sa.BigInteger(), nullable=True), sa.Column('resolved_by', sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']), sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('incident_by_instance', 'incident', ['instance_id', 'resolved_at'], unique=False)
    op.create_index('incident_by_state', 'incident', ['resolved_at', 'created_at'], unique=False)


def involvement() -> None:
    op.create_table(
        'involvement', sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False), sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']),
        sa.PrimaryKeyConstraint('instance_id', 'person_id'),
    )
    op.create_index('involvement_by_person', 'involvement', ['person_id', 'instance_id'], unique=False)


def job() -> None:
    op.create_table(
        'job', sa.Column('id', BIGKEY, nullable=False), sa.Column('key', sa.String(length=160), nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=True), sa.Column('wait_key', sa.String(length=64), nullable=True),
        sa.Column('element_id', sa.String(length=120), nullable=True), sa.Column('name', sa.Text(), nullable=True),
        sa.Column('topic', sa.String(length=120), nullable=False), sa.Column('payload', sa.Text(), nullable=False),
        sa.Column('status', sa.String(length=16), nullable=False), sa.Column('due_at', sa.BigInteger(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False), sa.Column('lease_until', sa.BigInteger(), nullable=True),
        sa.Column('lease_token', sa.String(length=64), nullable=True), sa.Column('last_error', sa.Text(), nullable=True),
        sa.Column('result', sa.Text(), nullable=True), sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']), sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('key'),
    )
    op.create_index('job_by_due', 'job', ['status', 'due_at'], unique=False)
    op.create_index('job_by_instance', 'job', ['instance_id', 'status'], unique=False)


def notice() -> None:
    op.create_table(
        'notice', sa.Column('id', BIGKEY, nullable=False), sa.Column('key', sa.String(length=200), nullable=False),
        sa.Column('person_id', sa.String(length=40), nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=True),
        sa.Column('text', sa.Text(), nullable=False), sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.Column('read_at', sa.BigInteger(), nullable=True), sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']), sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('key', 'person_id'),
    )
    op.create_index('notice_of_person', 'notice', ['person_id', 'read_at', 'created_at'], unique=False)


def post() -> None:
    op.create_table(
        'post', sa.Column('id', BIGKEY, nullable=False), sa.Column('person_id', sa.String(length=40), nullable=False),
        sa.Column('role', sa.String(length=40), nullable=False), sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']), sa.ForeignKeyConstraint(['unit_id'], ['unit.id']),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('person_id', 'role', 'unit_id'),
    )
    op.create_index('post_of_role', 'post', ['role', 'unit_id'], unique=False)


def subscription() -> None:
    op.create_table(
        'subscription', sa.Column('id', BIGKEY, nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False), sa.Column('element_id', sa.String(length=120), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False), sa.Column('name', sa.String(length=160), nullable=False),
        sa.Column('correlation_hash', sa.String(length=64), nullable=False), sa.Column('correlation', sa.Text(), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False), sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('key'),
    )
    op.create_index('subscription_by_instance', 'subscription', ['instance_id'], unique=False)
    op.create_index('subscription_by_name', 'subscription', ['name', 'correlation_hash'], unique=False)


def timer() -> None:
    op.create_table(
        'timer', sa.Column('id', BIGKEY, nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False), sa.Column('element_id', sa.String(length=120), nullable=False),
        sa.Column('name', sa.Text(), nullable=True), sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('due_at', sa.BigInteger(), nullable=False), sa.Column('planned_at', sa.BigInteger(), nullable=False),
        sa.Column('repeats_left', sa.Integer(), nullable=True), sa.Column('status', sa.String(length=16), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False), sa.Column('fired_at', sa.BigInteger(), nullable=True),
        sa.Column('remaining_ms', sa.BigInteger(), nullable=True), sa.Column('last_error', sa.Text(), nullable=True),
        sa.Column('attached_to', sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']), sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('timer_by_due', 'timer', ['status', 'due_at'], unique=False)
    op.create_index('timer_by_instance', 'timer', ['instance_id', 'status'], unique=False)


def work_item() -> None:
    op.create_table(
        'work_item', sa.Column('id', sa.String(length=64), nullable=False), sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('element_id', sa.String(length=120), nullable=False), sa.Column('name', sa.Text(), nullable=False),
        sa.Column('lane', sa.Text(), nullable=True), sa.Column('link', sa.String(length=40), nullable=True),
        sa.Column('state', sa.String(length=16), nullable=False), sa.Column('candidate_key', sa.String(length=160), nullable=True),
        sa.Column('candidate_role', sa.String(length=80), nullable=True), sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('unit_path', sa.Text(), nullable=False), sa.Column('assignee', sa.String(length=80), nullable=True),
        sa.Column('created_at', sa.BigInteger(), nullable=False), sa.Column('claimed_at', sa.BigInteger(), nullable=True),
        sa.Column('warn_at', sa.BigInteger(), nullable=True), sa.Column('due_at', sa.BigInteger(), nullable=True),
        sa.Column('limit_text', sa.Text(), nullable=True), sa.Column('remaining_ms', sa.BigInteger(), nullable=True),
        sa.Column('priority', sa.Integer(), nullable=False), sa.Column('form_key', sa.String(length=160), nullable=True),
        sa.Column('access', sa.String(length=80), nullable=True), sa.Column('mi_key', sa.String(length=160), nullable=True),
        sa.Column('item', sa.Text(), nullable=False), sa.Column('outcome', sa.Text(), nullable=True),
        sa.Column('ended_at', sa.BigInteger(), nullable=True), sa.Column('ended_by', sa.String(length=80), nullable=True),
        sa.Column('urged', sa.Integer(), nullable=False), sa.Column('case_number', sa.String(length=80), nullable=False),
        sa.Column('title', sa.Text(), nullable=False), sa.Column('category', sa.String(length=80), nullable=True),
        sa.Column('place', sa.Text(), nullable=True), sa.Column('definition_id', sa.BigInteger(), nullable=False),
        sa.Column('process_key', sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(['instance_id'], ['process_instance.id']), sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('work_item_by_assignee', 'work_item', ['assignee', 'state', 'due_at'], unique=False)
    op.create_index('work_item_by_candidate', 'work_item', ['candidate_key', 'state', 'due_at'], unique=False)
    op.create_index('work_item_by_due', 'work_item', ['state', 'due_at'], unique=False)
    op.create_index('work_item_by_ender', 'work_item', ['ended_by', 'state', 'ended_at'], unique=False)
    op.create_index('work_item_by_instance', 'work_item', ['instance_id', 'state'], unique=False)
    op.create_index('work_item_by_unit', 'work_item', ['unit_path', 'state'], unique=False)


def draft() -> None:
    op.create_table(
        'draft', sa.Column('work_item_id', sa.String(length=64), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False), sa.Column('values', sa.Text(), nullable=False),
        sa.Column('saved_at', sa.BigInteger(), nullable=False), sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id']),
        sa.PrimaryKeyConstraint('work_item_id', 'person_id'),
    )
    op.create_index('draft_by_person', 'draft', ['person_id'], unique=False)


def upgrade() -> None:
    for create in (
        api_token, category, command, diagram_draft, login_attempt, message, observation, parameter, person,
        process_definition, process_instance, record, saved_filter, session, unit, attachment, finding, incident,
        involvement, job, notice, post, subscription, timer, work_item, draft,
    ):
        create()
    for statement in POSTGRESQL if op.get_context().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
