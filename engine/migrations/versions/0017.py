"""Drafts of whole processes, who works on them, and requests to publish. Diagrams that were kept so far become drafts."""

import json
import re
import zlib

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
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
PROCESS = re.compile(r'<(?:[\w.-]+:)?process\b[^>]*?\bid="([A-Za-z_][A-Za-z0-9_\-]{0,79})"')
DECLARED = re.compile(rb'^\s*<\?xml[^>]*?encoding=["\']([A-Za-z0-9._-]+)["\'][^>]*\?>')


def studio_draft() -> None:
    op.create_table('studio_draft',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('key', sa.String(length=80), nullable=False),
        sa.Column('name', sa.Text(), nullable=False), sa.Column('base', sa.BigInteger(), nullable=True),
        sa.Column('revision', sa.Integer(), nullable=False), sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('begun_by', sa.String(length=80), nullable=True), sa.Column('begun_at', sa.BigInteger(), nullable=False),
        sa.Column('changed_by', sa.String(length=80), nullable=True), sa.Column('changed_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['base'], ['process_definition.id'], ), sa.PrimaryKeyConstraint('id'))
    op.create_index('studio_draft_by_time', 'studio_draft', ['changed_at'], unique=False)


def studio_file() -> None:
    op.create_table('studio_file',
        sa.Column('draft_id', sa.BigInteger(), nullable=False), sa.Column('name', sa.String(length=160), nullable=False),
        sa.Column('text', sa.Text(), nullable=False), sa.ForeignKeyConstraint(['draft_id'], ['studio_draft.id'], ),
        sa.PrimaryKeyConstraint('draft_id', 'name'))


def studio_revision() -> None:
    op.create_table('studio_revision',
        sa.Column('draft_id', sa.BigInteger(), nullable=False), sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('names', sa.Text(), nullable=False), sa.Column('changed', sa.LargeBinary(), nullable=False),
        sa.Column('note', sa.Text(), nullable=False), sa.Column('saved_by', sa.String(length=80), nullable=True),
        sa.Column('saved_at', sa.BigInteger(), nullable=False), sa.ForeignKeyConstraint(['draft_id'], ['studio_draft.id'], ),
        sa.PrimaryKeyConstraint('draft_id', 'number'))


def studio_presence() -> None:
    op.create_table('studio_presence',
        sa.Column('draft_id', sa.BigInteger(), nullable=False), sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('element', sa.String(length=200), nullable=False), sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['draft_id'], ['studio_draft.id'], ), sa.PrimaryKeyConstraint('draft_id', 'person_id'))


def studio_request() -> None:
    op.create_table('studio_request',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('draft_id', sa.BigInteger(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False), sa.Column('base', sa.BigInteger(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False), sa.Column('effective_at', sa.BigInteger(), nullable=False),
        sa.Column('confirmed', sa.Text(), nullable=False), sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('asked_by', sa.String(length=80), nullable=False), sa.Column('asked_at', sa.BigInteger(), nullable=False),
        sa.Column('judged_by', sa.String(length=80), nullable=True), sa.Column('judged_at', sa.BigInteger(), nullable=True),
        sa.Column('judged_why', sa.Text(), nullable=True), sa.Column('definition_id', sa.BigInteger(), nullable=True),
        sa.Column('ended_at', sa.BigInteger(), nullable=True), sa.Column('ended_why', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['draft_id'], ['studio_draft.id'], ), sa.ForeignKeyConstraint(['base'], ['process_definition.id'], ),
        sa.ForeignKeyConstraint(['definition_id'], ['process_definition.id'], ), sa.PrimaryKeyConstraint('id'))
    op.create_index('studio_request_by_state', 'studio_request', ['state', 'effective_at'], unique=False)
    op.create_index('studio_request_by_draft', 'studio_request', ['draft_id'], unique=False)


def the_rest() -> None:
    op.create_table('studio_folder_right',
        sa.Column('key', sa.String(length=80), nullable=False), sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False), sa.Column('given_by', sa.String(length=80), nullable=False),
        sa.Column('given_at', sa.BigInteger(), nullable=False), sa.PrimaryKeyConstraint('key', 'kind', 'person_id'))
    op.create_table('studio_source',
        sa.Column('definition_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('files', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['definition_id'], ['process_definition.id'], ), sa.PrimaryKeyConstraint('definition_id'))


def text_of(original: bytes) -> str:
    """What was uploaded, as text; a file that named another encoding now names the one it is kept in."""
    declared = DECLARED.match(original)
    encoding = declared[1].decode() if declared else "utf-8-sig"
    try:
        text = original.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
    except (LookupError, UnicodeDecodeError):
        return original.decode("utf-8", "replace")
    return text.replace(encoding, "UTF-8", 1) if declared else text


def kept_diagrams() -> None:
    """Each becomes a draft with one revision, under the key of its process."""
    c = op.get_bind()
    metadata = sa.MetaData()
    drafts, files, revisions = (sa.Table(name, metadata, autoload_with=c) for name in ('studio_draft', 'studio_file', 'studio_revision'))
    for row in c.execute(sa.text("SELECT id, name, original, stored_at, stored_by FROM diagram_draft ORDER BY id")).all():
        text = text_of(bytes(row.original))
        found = PROCESS.search(text)
        key = found[1] if found else f"imported_{row.id}"
        name, when, who = f"{key}.bpmn", row.stored_at, row.stored_by
        draft_id = c.execute(sa.insert(drafts).values(
            key=key, name=row.name, base=None, revision=1, state='open', begun_by=who, begun_at=when, changed_by=who,
            changed_at=when).returning(drafts.c.id)).scalar_one()
        c.execute(sa.insert(files).values(draft_id=draft_id, name=name, text=text))
        changed = zlib.compress(json.dumps({name: text}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(), 6)
        c.execute(sa.insert(revisions).values(
            draft_id=draft_id, number=1, names=json.dumps([name]), changed=changed, note='由原来的草稿转入', saved_by=who, saved_at=when))


def upgrade() -> None:
    """The tables, the old drafts in them, and the guard of the revisions; the old table goes."""
    for table in (studio_draft, studio_file, studio_revision, studio_presence, studio_request, the_rest):
        table()
    kept_diagrams()
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement.format(name="studio_revision"))
    op.drop_table('diagram_draft')
