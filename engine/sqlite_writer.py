"""The one writer of a SQLite file: a thread with a queue, group commit, and a lock on the folder's lock file.

Why one connection: SQLite 3.7.0 to 3.51.2 can corrupt a file in WAL mode when two connections write and checkpoint in the same
instant, and polling for the lock starves some callers. One queue is safe on every version, fair, and faster.
"""

import contextlib
import contextvars
import fcntl
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool

from engine.errors import Busy, Unavailable, UnknownOutcome

GROUP, QUEUE = 32, 1000
OLDEST = (3, 35)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "recursive_triggers=ON")
Once = Callable[[Connection, Callable[[Connection], Any], str | None, str], Any]


@dataclass
class _Request:
    work: Callable[[Connection], Any]
    key: str | None
    digest: str
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    answer: Future[Any] = field(default_factory=Future)


class SqliteWriter:
    """Runs commands one after another; several that wait share one flush to disk. One that fails is undone alone."""

    def __init__(self, url: URL, once: Once) -> None:
        if sqlite3.sqlite_version_info < OLDEST:
            raise Unavailable(f"SQLite {sqlite3.sqlite_version} 过旧，至少需要 3.35。")
        if not url.database or url.database == ":memory:":
            raise Unavailable("SQLite 数据库必须是一个文件，例如 sqlite:///var/gridloop.db。")
        self._once = once
        self._lock = _lock_folder(Path(url.database))
        self._engine = _engine(url)
        self._queue: queue.Queue[_Request | None] = queue.Queue(QUEUE)
        self._thread = threading.Thread(target=self._serve_forever, name="gridloop-writer", daemon=True)
        self._connection = self._open()
        self._thread.start()

    def _open(self) -> Connection:
        try:
            return self._engine.connect()
        except exc.DBAPIError as error:
            self._lock.close()
            raise Unavailable("数据库文件打不开，请检查路径、权限和磁盘空间。", cause=str(error.orig)) from error

    def run(self, work: Callable[[Connection], Any], key: str | None, digest: str, timeout: float) -> Any:
        """Queue a command and wait (seconds) for its commit. A time-out means unknown, not failed."""
        return _answer(self._queued(work, key, digest), timeout)

    def run_each(self, works: Sequence[Callable[[Connection], Any]], timeout: float) -> list[Any]:
        """Queue several commands at once, so that they share a flush, and wait for all. Raises what the first failed one raised."""
        requests = [self._queued(work, None, "") for work in works]
        futures.wait([request.answer for request in requests], timeout)
        return [_answer(request, 0) for request in requests]

    def _queued(self, work: Callable[[Connection], Any], key: str | None, digest: str) -> _Request:
        if threading.current_thread() is self._thread:
            raise RuntimeError("a command must not start another write transaction")
        request = _Request(work, key, digest)
        try:
            self._queue.put_nowait(request)
        except queue.Full:
            raise Busy() from None
        return request

    def close(self) -> None:
        """Finish the queue, then let go of the file and the folder. A second call does nothing."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        self._connection.close()
        self._engine.dispose()
        self._lock.close()

    def _serve_forever(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            while len(group) < GROUP and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    self._queue.put(None)
                    break
                group.append(more)
            self._serve(group)

    def _serve(self, group: list[_Request]) -> None:
        """One transaction for the group; if it is lost, every command has one of its own.

        On some errors (disk full, I/O) SQLite takes back the WHOLE transaction by itself and the next savepoint would silently
        begin another: commands that had already answered would be acknowledged and gone.
        """
        try:
            outcomes = self._attempt(group)
        except exc.DBAPIError as error:
            if len(group) == 1:
                outcomes = [(group[0], None, _plain(error))]
            else:
                for request in group:
                    self._serve([request])
                return
        for request, answer, failure in outcomes:
            if failure is not None:
                request.answer.set_exception(failure)
            else:
                request.answer.set_result(answer)

    def _attempt(self, group: list[_Request]) -> list[tuple[_Request, Any, BaseException | None]]:
        outcomes: list[tuple[_Request, Any, BaseException | None]] = []
        c, alone = self._connection, len(group) == 1
        transaction = c.begin()
        try:
            for request in group:
                try:
                    with contextlib.nullcontext() if alone else c.begin_nested():
                        answer = request.context.run(self._once, c, request.work, request.key, request.digest)
                    outcomes.append((request, answer, None))
                except BaseException as failure:
                    if alone or not _still_open(c):
                        raise
                    outcomes.append((request, None, _plain(failure) if isinstance(failure, exc.DBAPIError) else failure))
            transaction.commit()
        except exc.DBAPIError:
            _roll_back(c, transaction)
            raise
        except BaseException as failure:
            _roll_back(c, transaction)
            return [(group[0], None, failure)] if alone else [(r, None, failure) for r in group]
        return outcomes


def _answer(request: _Request, timeout: float) -> Any:
    try:
        return request.answer.result(timeout)
    except FutureTimeout:
        raise UnknownOutcome() from None


def _roll_back(c: Connection, transaction: Any) -> None:
    with contextlib.suppress(exc.DBAPIError):
        transaction.rollback()
    if _still_open(c):
        c.connection.dbapi_connection.rollback()  # type: ignore[union-attr]


def _still_open(c: Connection) -> bool:
    return bool(c.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def _plain(error: exc.DBAPIError) -> BaseException:
    """A full disk is said in words; a constraint that a command broke stays the error it is."""
    if isinstance(error, exc.OperationalError):
        text = str(error.orig)
        if "full" in text:
            return Unavailable("磁盘空间不足，本次操作没有保存。请联系管理员清理磁盘后重新提交。", cause=text)
        return Unavailable(cause=text)
    return error


def _lock_folder(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = open(f"{path}.lock", "w", encoding="utf-8")  # noqa: SIM115 - held for as long as the database is open
    except OSError as error:
        raise Unavailable(f"数据目录“{path.parent}”不能写入，请检查权限和磁盘空间。", cause=str(error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Unavailable(f"另一个 Gridloop 进程正在使用“{path}”。请先停止它，或改用 PostgreSQL 运行多个进程。") from error
    return lock


def _engine(url: URL) -> Engine:
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(c: Connection) -> None:
        c.exec_driver_sql("BEGIN IMMEDIATE")

    return engine



