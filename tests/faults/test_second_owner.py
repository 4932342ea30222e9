"""A SQLite folder has one owner; whoever else comes is told so in words, and changes nothing."""

import hashlib
import os
import pwd
import signal
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.database import connect
from engine.errors import Unavailable
from tests.faults.storm import PROCESSES


def own(url: str, told: Pipe) -> None:
    """Hold the folder until killed."""
    database = connect(url)
    told.send(True)
    signal.pause()
    database.close()


def nothing(c: Connection) -> None:
    """A command that only proves that commands can run."""


def without_rights(url: str, told: Pipe) -> None:
    """Try to open it as an account that may not write there."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setuid(pwd.getpwnam("nobody").pw_uid)
    refused(url, told)


def refused(url: str, told: Pipe) -> None:
    """Try to open it and tell what was said."""
    try:
        connect(url).close()
    except Unavailable as refusal:
        told.send(refusal.message)
    else:
        told.send("")


def test_a_second_process_is_refused_while_the_first_lives_and_let_in_when_it_died(sqlite_url: str) -> None:
    ours, theirs = PROCESSES.Pipe(duplex=False)
    first = PROCESSES.Process(target=own, args=(sqlite_url, theirs), daemon=True)
    first.start()
    assert ours.recv()

    with pytest.raises(Unavailable, match="另一个 Gridloop 进程正在使用"):
        connect(sqlite_url)
    first.kill()
    first.join()

    database = connect(sqlite_url)
    database.run(nothing)
    database.close()


def test_a_second_process_is_refused_while_this_one_lives(sqlite_url: str) -> None:
    database = connect(sqlite_url)
    ours, theirs = PROCESSES.Pipe(duplex=False)
    second = PROCESSES.Process(target=refused, args=(sqlite_url, theirs), daemon=True)
    second.start()

    assert "另一个 Gridloop 进程正在使用" in ours.recv()
    second.join()
    database.run(nothing)
    database.close()


def test_a_second_owner_in_the_same_process_is_refused_too(sqlite_url: str) -> None:
    database = connect(sqlite_url)

    with pytest.raises(Unavailable):
        connect(sqlite_url)

    database.run(nothing)
    database.close()


def test_a_refused_second_owner_leaves_every_file_as_it_was(sqlite_url: str, tmp_path: Path) -> None:
    database = connect(sqlite_url)
    before = digests(tmp_path)

    with pytest.raises(Unavailable):
        connect(sqlite_url)

    assert digests(tmp_path) == before
    database.close()


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def test_a_folder_that_cannot_be_written_is_refused_in_words(sqlite_url: str, tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o555)
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=without_rights, args=(sqlite_url, theirs), daemon=True)
    process.start()

    assert "不能写入" in ours.recv()
    process.join()
    os.chmod(tmp_path, 0o755)


def test_a_damaged_file_is_refused_and_left_as_it_is(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "gridloop.db"
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])
    before = path.read_bytes()

    with pytest.raises(Unavailable):
        connect(sqlite_url)

    assert path.read_bytes() == before
