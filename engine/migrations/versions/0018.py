"""Every edition of an article and every review of one; power lists waiting to be confirmed; standards of discretion that towns upload."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
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
ADDED = ("article_edition", "article_review")
KNOWN_EDITIONS = """
INSERT INTO article_edition (article_id, edition, text, valid_to, successor, tag, source, why, made_by, made_at)
SELECT a.id, a.edition, a.text, a.valid_to, a.successor, a.tag, a.source, '', s.loaded_by, s.loaded_at
FROM article a JOIN statute s ON s.id = a.statute_id ORDER BY a.id"""
KNOWN_REVIEWS = """
INSERT INTO article_review (article_id, edition, note, reviewed_by, reviewed_at)
SELECT id, edition, review_note, COALESCE(reviewed_by, ''), reviewed_at FROM article WHERE reviewed_at IS NOT NULL ORDER BY id"""


def editions() -> None:
    op.create_table('article_edition',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('article_id', sa.BigInteger(), nullable=False),
        sa.Column('edition', sa.Integer(), nullable=False), sa.Column('text', sa.Text(), nullable=False),
        sa.Column('valid_to', sa.String(length=10), nullable=True), sa.Column('successor', sa.String(length=60), nullable=False),
        sa.Column('tag', sa.String(length=10), nullable=False), sa.Column('source', sa.String(length=40), nullable=False),
        sa.Column('why', sa.Text(), nullable=False), sa.Column('made_by', sa.String(length=40), nullable=True),
        sa.Column('made_at', sa.BigInteger(), nullable=False), sa.ForeignKeyConstraint(['article_id'], ['article.id'], ),
        sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('article_id', 'edition'))
    op.create_table('article_review',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('article_id', sa.BigInteger(), nullable=False),
        sa.Column('edition', sa.Integer(), nullable=False), sa.Column('note', sa.Text(), nullable=False),
        sa.Column('reviewed_by', sa.String(length=40), nullable=False), sa.Column('reviewed_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['article_id'], ['article.id'], ), sa.PrimaryKeyConstraint('id'))
    op.create_index('review_of_article', 'article_review', ['article_id', 'edition'], unique=False)


def uploads() -> None:
    op.create_table('power_upload',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('body', sa.Text(), nullable=False), sa.Column('before', sa.String(length=64), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False), sa.Column('made_by', sa.String(length=40), nullable=False),
        sa.Column('made_at', sa.BigInteger(), nullable=False), sa.Column('ended_by', sa.String(length=40), nullable=True),
        sa.Column('ended_at', sa.BigInteger(), nullable=True), sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
        sa.PrimaryKeyConstraint('id'))
    op.create_index('upload_of_unit', 'power_upload', ['unit_id', 'state'], unique=False)
    op.create_table('discretion_table',
        sa.Column('id', BIGKEY, nullable=False), sa.Column('unit_id', sa.String(length=40), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False), sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False), sa.Column('document', sa.String(length=120), nullable=False),
        sa.Column('body', sa.Text(), nullable=False), sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('notes', sa.Text(), nullable=False), sa.Column('first', sa.String(length=10), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False), sa.Column('made_by', sa.String(length=40), nullable=False),
        sa.Column('made_at', sa.BigInteger(), nullable=False), sa.Column('decided_by', sa.String(length=40), nullable=True),
        sa.Column('decided_at', sa.BigInteger(), nullable=True), sa.Column('decision', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ), sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('unit_id', 'code', 'version'))
    op.create_index('table_of_item', 'discretion_table', ['code', 'state', 'first'], unique=False)


def upgrade() -> None:
    """What articles say today is their first kept edition; what was reviewed stays reviewed."""
    editions()
    uploads()
    op.execute(KNOWN_EDITIONS)
    op.execute(KNOWN_REVIEWS)
    for name in ADDED:
        for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
            op.execute(statement.format(name=name))
