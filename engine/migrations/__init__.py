"""The database's schema over time: alembic revisions, one head, applied inside one write transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, exc, func, select

from engine.database import Database
from engine.errors import Unavailable

FOLDER = Path(__file__).parent
LOCK = 7_062_503_419


def upgrade(database: Database) -> None:
    """Bring the schema to the newest revision; two processes that start at once do it one after the other."""
    database.run(_upgrade, timeout=600)


def state(database: Database) -> tuple[str | None, str]:
    """(the revision found, the revision this program needs). None: no tables yet. Raises Unavailable when it cannot be read."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head() or ""
    if database.dialect == "sqlite" and not Path(database.url.database or "").exists():
        return None, wanted
    try:
        with database.reading() as c:
            return MigrationContext.configure(c).get_current_revision(), wanted
    except exc.OperationalError as error:
        raise Unavailable(cause=str(error.orig)) from error
    except exc.DatabaseError as error:
        raise Unavailable("数据库文件打不开，请检查路径、权限，以及它是不是 Gridloop 的数据库。", cause=str(error.orig)) from error


def _upgrade(c: Connection) -> None:
    if c.dialect.name == "postgresql":
        c.execute(select(func.pg_advisory_xact_lock(LOCK)))
    config = _config()
    config.attributes["connection"] = c
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
