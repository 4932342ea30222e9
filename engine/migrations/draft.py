"""Drafting the next revision: `python -m engine.migrations.draft 0002 "what changes, in words"`.

Builds a throw-away database from the revisions, compares it with the tables of the program, and writes what is missing as a file for a
person to read and mend. Moving data is written by hand, in a revision of its own.
"""

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import MigrationScript, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from engine import migrations
from engine.database import BIGKEY, JSONText, UTCDateTime, connect, metadata

ENGINE = Path(migrations.FOLDER).parent
HEADER = '''"""{words}."""

import sqlalchemy as sa
from alembic import op

revision = {number!r}
down_revision = {before!r}
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
'''


def import_tables() -> None:
    """Every room's tables, wherever they are defined."""
    for path in sorted(ENGINE.rglob("*.py")):
        if "Table(" in path.read_text("utf-8") and migrations.FOLDER.name not in path.parts:
            importlib.import_module(".".join(("engine", *path.relative_to(ENGINE).with_suffix("").parts)))


def plain_type(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Our own column types by what they are in the database: a revision must not change when the program does."""
    if kind != "type":
        return False
    if isinstance(value, UTCDateTime):
        return "sa.BigInteger()"
    if isinstance(value, JSONText):
        return "sa.Text()"
    return "BIGKEY" if value is BIGKEY else False


def missing(c: Connection) -> MigrationScript:
    """What the database lacks or has too much, compared with the tables of the program."""
    return produce_migrations(MigrationContext.configure(c, opts={"target_metadata": metadata}), metadata)


def main() -> None:
    """Write `versions/<number>.py`."""
    number, words = sys.argv[1:3]
    import_tables()
    with tempfile.TemporaryDirectory() as folder:
        database = connect(f"sqlite:///{folder}/draft.db")
        migrations.upgrade(database)
        before = migrations.state(database)[0]
        with database.reading() as c:
            script = missing(c)
        database.close()
    body = render_python_code(script.upgrade_ops or UpgradeOps(), render_item=plain_type)
    path = migrations.FOLDER / "versions" / f"{number}.py"
    path.write_text(HEADER.format(words=words, number=number, before=before) + f"    {body}\n", "utf-8")


if __name__ == "__main__":
    main()
