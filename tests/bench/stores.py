"""Throw-away databases that can be copied with everything in them, on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Table, insert

from engine.database import Database, connect
from tests.postgres import Cluster, cluster
from tests.town import Town


class Store(Protocol):
    name: str

    @property
    def url(self) -> str: ...
    def open(self) -> Database: ...
    def copy(self) -> "Store": ...


class SqliteStore:
    """A file in a folder of its own."""

    name = "SQLite"
    _numbers = itertools.count()

    def __init__(self, root: Path, source: Path | None = None) -> None:
        self.root, self.folder = root, root / f"db{next(self._numbers)}"
        self.folder.mkdir(parents=True)
        if source is not None and source.exists():
            shutil.copyfile(source, self.folder / "a.db")

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'a.db'}"

    def open(self) -> Database:
        database = connect(self.url)
        database.create_schema()
        return database

    def copy(self) -> "SqliteStore":
        return SqliteStore(self.root, self.folder / "a.db")


class PostgresStore:
    """A database of a running cluster; a copy is made from it as its template."""

    name = "PostgreSQL"

    def __init__(self, server: Cluster, template: str = "template1") -> None:
        self.server = server
        self._address = server.create(template)

    @property
    def url(self) -> str:
        return self._address.render_as_string(hide_password=False)

    def open(self) -> Database:
        database = connect(self.url)
        database.create_schema()
        return database

    def copy(self) -> "PostgresStore":
        return PostgresStore(self.server, str(self._address.database))


def add(town: Town, rows: Mapping[Table, Sequence[dict[str, Any]]]) -> None:
    """Insert rows of several tables in one transaction."""
    def work(c: Connection) -> int:
        for table, values in rows.items():
            c.execute(insert(table), list(values))
        return len(rows)
    town.run(work)


@contextmanager
def stores(root: Path) -> Iterator[tuple[Store, Store]]:
    with cluster() as server:
        yield SqliteStore(root), PostgresStore(server)
