"""Opening the database for a command, with its schema brought up to date or checked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import database, migrations
from engine.database import Database
from engine.documents import fonts
from engine.errors import Unavailable
from web import settings
from web.settings import Settings


@contextmanager
def opened(*, write: bool = False, migrate: bool = False, given: Settings | None = None) -> Iterator[tuple[Settings, Database]]:
    """The settings in force and the database they name.

    Raises Unavailable when the schema is missing or older than this program and `migrate` is off.
    """
    in_force = given or settings.load()
    fonts.use(Path(in_force.data) / "fonts")
    db = database.connect(in_force.database_url, readonly=not write and in_force.embedded)
    try:
        if migrate:
            migrations.upgrade(db)
        else:
            _must_be_current(db)
        yield in_force, db
    finally:
        db.close()


def _must_be_current(db: Database) -> None:
    found, wanted = migrations.state(db)
    if found is None:
        raise Unavailable("数据库还没有建表，请先运行 gridloop migrate。")
    if found != wanted:
        raise Unavailable(f"数据库版本是 {found}，程序需要 {wanted}，请先运行 gridloop migrate。")
