"""Connecting to SQLite or PostgreSQL, the one place that commits, and the read-only door.

SQLite: one process, one writer thread that is the only connection to write and to checkpoint, with group commit.
PostgreSQL: any number of processes, one transaction a command, retried where a retry is safe.
"""

import contextlib
import datetime as dt
import hashlib
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    create_engine,
    delete,
    event,
    exc,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.types import TypeDecorator

from engine import clock
from engine.errors import Busy, KeyReused, Unavailable, UnknownOutcome
from engine.server_watch import ServerWatch
from engine.sqlite_writer import SqliteWriter

T = TypeVar("T")
metadata = MetaData()
BIGKEY = BigInteger().with_variant(Integer, "sqlite")
RETRY_STATES = {"40001", "40P01", "55P03", "25006"}
ATTEMPTS = 3
LONGEST_READ, LONGEST_PING = 60.0, 5.0  # seconds
PG_OPTIONS = ("-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s "
              "-c client_connection_check_interval=5s")


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, stored as milliseconds since 1970 (UTC) on both databases, so that order and arithmetic are the same."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> int | None:
        """Refuses a naive moment: nobody could say which one it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        return int(value.timestamp() * 1000)

    def process_result_value(self, value: int | None, dialect: Any) -> dt.datetime | None:
        """Aware, in UTC."""
        return None if value is None else dt.datetime.fromtimestamp(value / 1000, clock.UTC)


def canonical(value: object) -> str:
    """One text for one value: sorted keys, no spaces, no NaN. What is hashed is what is stored."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class JSONText(TypeDecorator[Any]):
    """A JSON value as canonical text, the same bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        """The canonical text; None stays NULL."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        """The value again."""
        return None if value is None else json.loads(value)


command = Table(
    "command", metadata,
    Column("key", String(80), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False, index=True))

KNOWN = select(command.c.digest, command.c.answer).where(command.c.key == bindparam("k"))
REMEMBER = insert(command)
FORGET = delete(command).where(command.c.at < bindparam("before", type_=UTCDateTime))
PG_NOW = select(func.clock_timestamp())
TAKE_KEY = (postgresql.insert(command).on_conflict_do_nothing(index_elements=[command.c.key])
            .returning(type_coerce(func.clock_timestamp(), DateTime(timezone=True))))
ANSWER = update(command).where(command.c.key == bindparam("k")).values(answer=bindparam("said"))


class _Execute(Protocol):
    def __call__(self, c: Connection) -> Any: ...


def once(c: Connection, work: Callable[[Connection], T], key: str | None, digest: str) -> T:
    """Run `work` inside the open transaction, at one pinned moment, at most once per key.

    Two equal submissions at the same moment go one after the other, so the second finds the answer of the first.
    Raises KeyReused when the key came before with other content.
    """
    if key is not None:
        return _once_per_key(c, work, key, digest)
    asked = c.dialect.name == "postgresql" and not clock.is_simulated()
    with clock.fixed(_moment(c.execute(PG_NOW).scalar_one()) if asked else clock.now()):
        return work(c)


def _once_per_key(c: Connection, work: Callable[[Connection], T], key: str, digest: str) -> T:
    """PostgreSQL: the key's own row, taken before the work, is what an equal submission waits for. SQLite has one writer."""
    if c.dialect.name == "postgresql":
        row = {"key": key, "digest": digest, "answer": "", "at": clock.now()}
        taken = c.execute(TAKE_KEY, row).scalar()
        if taken is None:
            return cast(T, _answered(c.execute(KNOWN, {"k": key}).one(), key, digest))
        with clock.fixed(_moment(taken)):
            answer = work(c)
            c.execute(ANSWER, {"k": key, "said": canonical(answer)})
            return answer
    with clock.fixed(clock.now()):
        known = c.execute(KNOWN, {"k": key}).first()
        if known is not None:
            return cast(T, _answered(known, key, digest))
        answer = work(c)
        c.execute(REMEMBER, {"key": key, "digest": digest, "answer": canonical(answer), "at": clock.now()})
        return answer


def _answered(known: Any, key: str, digest: str) -> Any:
    if known.digest != digest:
        raise KeyReused(key=key)
    return json.loads(known.answer)


def _moment(read: dt.datetime) -> dt.datetime:
    """One clock for many nodes is the database's; a simulated clock goes before it."""
    return clock.now() if clock.is_simulated() else read.astimezone(clock.UTC)


def forget_keys(c: Connection, before: dt.datetime) -> int:
    """Forget submissions older than `before`; from then on their keys would count as new."""
    return c.execute(FORGET, {"before": before}).rowcount


def digest_of(payload: object) -> str:
    """What tells a repeated submission from another one under the same key."""
    return hashlib.sha256(canonical(payload).encode()).hexdigest()


class Database:
    """An open database: `run` to write, `reading` to read. Close it when done."""

    def __init__(self, url: str, *, pool_size: int = 5, readonly: bool = False) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self._watch: ServerWatch | None = None
        if self.dialect == "sqlite":
            self._writer = None if readonly else SqliteWriter(self.url, once)
            self._engine = self._reader = _sqlite_reader(self.url)
        elif self.dialect == "postgresql":
            self._writer, self._watch = None, ServerWatch()
            self._engine = _postgresql(self.url, pool_size, self._watch)
            self._reader = self._engine.execution_options(postgresql_readonly=True)
        else:
            raise Unavailable(f"不支持的数据库类型“{self.dialect}”，请使用 sqlite 或 postgresql。")

    def run(self, work: Callable[[Connection], T], *, key: str | None = None, payload: object = None, timeout: float = 30) -> T:
        """Run `work` in one write transaction and return its answer after the commit.

        key: the submission's key; the same key and payload again give the first answer, with nothing done twice.
        timeout: seconds to wait for the writer (SQLite) or for the server (PostgreSQL).
        Raises Busy, KeyReused, UnknownOutcome, Unavailable, and what `work` raises.
        """
        digest = digest_of(payload) if key is not None else ""
        if self._writer is not None:
            return cast(T, self._writer.run(work, key, digest, timeout))
        if self.dialect == "sqlite":
            raise Unavailable("数据库以只读方式打开，不能写入。请停止正在运行的服务后再执行。")
        return self._run_postgresql(lambda c: once(c, work, key, digest), key is not None, clock.monotonic() + timeout)

    def run_each(self, works: Sequence[Callable[[Connection], T]], *, timeout: float = 30) -> list[T]:
        """Run each in a write transaction of its own, in order, and return the answers; on SQLite they may share one flush to disk.

        One that fails is undone alone; its error is raised. Without keys: for work that can be asked for again.
        """
        if self._writer is not None:
            return cast(list[T], self._writer.run_each(works, timeout))
        return [self.run(work, timeout=timeout) for work in works]

    def _run_postgresql(self, work: Callable[[Connection], T], keyed: bool, until: float) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._transaction(work, until)
            except UnknownOutcome:
                if not keyed or attempt == ATTEMPTS or clock.monotonic() > until:
                    raise
            except exc.DBAPIError as error:
                if not _may_retry(error):
                    raise
                if attempt == ATTEMPTS or clock.monotonic() > until:
                    raise (Unavailable if error.connection_invalidated else Busy)(cause=str(error.orig)) from error
            time.sleep(random.uniform(0.01, 0.05) * attempt)
        raise Busy()

    def _transaction(self, work: Callable[[Connection], T], until: float) -> T:
        """From the moment COMMIT is sent a failure is unknown, never failed (including a cancelled wait for the standby)."""
        with _opened(self._engine, self._watch, until) as c:
            transaction = c.begin()
            try:
                answer = work(c)
            except BaseException:
                transaction.rollback()
                raise
            c.info["unreplicated"] = False
            try:
                transaction.commit()
            except exc.DBAPIError as error:
                raise UnknownOutcome(cause=str(error.orig)) from error
            if c.info.get("unreplicated"):
                raise UnknownOutcome(cause="01000")
            return answer

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection that sees the newest commit, for a minute at most on PostgreSQL. Decisions are never made on it:
        those belong into `run`."""
        with _opened(self._reader, self._watch, clock.monotonic() + LONGEST_READ) as c:
            yield c

    def create_schema(self) -> None:
        """All tables at once, for throw-away databases; real ones are built by the migrations."""
        self.run(lambda c: metadata.create_all(c))

    def close(self) -> None:
        """Finish what is queued, close every connection, release the folder."""
        if self._writer is not None:
            self._writer.close()
        self._engine.dispose()
        if self._watch is not None:
            self._watch.close()


def connect(url: str, *, pool_size: int = 5, readonly: bool = False) -> Database:
    """Open a database by its SQLAlchemy URL. `readonly` opens a SQLite file beside the process that owns it.

    Raises Unavailable with the reason in plain words: wrong URL, no server, a folder that another process works on.
    """
    try:
        return Database(url, pool_size=pool_size, readonly=readonly)
    except (exc.ArgumentError, ModuleNotFoundError, exc.NoSuchModuleError) as error:
        raise Unavailable("数据库地址不正确，请检查 GRIDLOOP_DATABASE_URL，例如 sqlite:///var/gridloop.db。", cause=str(error)) from error


@contextlib.contextmanager
def _opened(engine: Engine, watch: ServerWatch | None, until: float) -> Iterator[Connection]:
    try:
        c = engine.connect()
    except (exc.DBAPIError, exc.InvalidRequestError) as error:
        raise Unavailable("连接不上数据库，请检查数据库是否启动、地址和口令是否正确。", cause=str(error)) from error
    with watch.bound(c.connection.dbapi_connection, until) if watch is not None else contextlib.nullcontext():
        try:
            yield c
        finally:
            c.close()


def _may_retry(error: exc.DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in RETRY_STATES


def loses_transaction(error: BaseException) -> bool:
    """True when nothing of the open transaction can be trusted any more (a full disk, a lost connection, a deadlock): a savepoint
    does not contain such an error, so it belongs to whoever runs the transaction."""
    if not isinstance(error, exc.DBAPIError):
        return False
    return _may_retry(error) or isinstance(error.orig, sqlite3.OperationalError)


def _postgresql(url: URL, pool_size: int, watch: ServerWatch) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, connect_args={
        "connect_timeout": 5, "tcp_user_timeout": 5000, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
        "options": PG_OPTIONS})

    @event.listens_for(engine, "connect")
    def _watch_notices(dbapi: Any, record: Any) -> None:
        def notice(diagnostic: Any) -> None:
            # Read only after COMMIT: the wait for the standby was cancelled. Its words depend on the server's language.
            if diagnostic.sqlstate == "01000":
                record.info["unreplicated"] = True
        dbapi.add_notice_handler(notice)

    @event.listens_for(engine, "checkout")
    def _is_there(dbapi: Any, record: Any, proxy: Any) -> None:
        """Asked before use, within a time of our own; a connection that does not answer is replaced by a new one."""
        with watch.bound(dbapi, clock.monotonic() + LONGEST_PING):
            try:
                engine.dialect.do_ping(dbapi)
            except dbapi.Error as error:
                raise exc.DisconnectionError(str(error)) from error

    return engine


def _sqlite_reader(url: URL) -> Engine:
    """Readers take no lock that the writer waits for, and can never checkpoint."""
    engine = create_engine(f"sqlite:///file:{url.database}?mode=ro&uri=true", pool_size=16, max_overflow=16)

    @event.listens_for(engine, "connect")
    def _only_read(dbapi: Any, record: Any) -> None:
        dbapi.execute("PRAGMA query_only=ON")
        dbapi.execute("PRAGMA wal_autocheckpoint=0")

    return engine


def claim_due(table: Table, lock: Table, on: Any = None, **stamp: Any) -> Any:
    """A statement that claims due rows (`status`, `due_at`, `attempts`), oldest first, safe on both databases.

    Parameters at execution: `now` (a moment) and `n` (how many). On PostgreSQL the rows of `lock` are locked and busy ones skipped;
    on SQLite the writer's transaction holds the lock already. Raises nothing by itself.
    """
    source = select(table.c.id)
    if on is not None:
        source = source.select_from(table.join(lock, on))
    ready = (source.where(table.c.status == "due", table.c.due_at < bindparam("now", type_=UTCDateTime))
             .order_by(table.c.due_at, table.c.id).limit(bindparam("n"))
             .with_for_update(skip_locked=True, of=lock).cte("ready"))
    # Looked at again on the newest row: it may have been fired, or moved to later, while its lock was waited for.
    still = (table.c.id.in_(select(ready.c.id)), table.c.status == "due", table.c.due_at < bindparam("now", type_=UTCDateTime))
    return (table.update().where(*still)
            .values(attempts=table.c.attempts + 1, **stamp).returning(*table.c))
