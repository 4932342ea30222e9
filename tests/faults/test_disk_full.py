"""A disk that is full now and then: nothing acknowledged is missing afterwards, the refusal is said in words, and work goes on."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from engine.database import Database, command
from engine.errors import EngineError, Unavailable
from engine.runtime import commands, messages
from engine.runtime.tables import message
from tests import small_town as town
from tests.faults import checker

ROUNDS, CLIENTS, LETTERS = 30, 16, 3
LARGE, SMALL = "远" * 3000, "近"


def limit(database: Database, pages: int) -> None:
    """Let the file grow to that many pages and no further."""
    database.run(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar())


def pages(database: Database) -> int:
    return int(database.run(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one()))


def letter(c: Connection, text: str) -> dict[str, Any]:
    """A message that nobody waits for yet: as much to store as one likes."""
    return messages.correlate(c, "来信", {}, {"text": text})


def remark(c: Connection) -> dict[str, Any]:
    """The smallest thing that is recorded."""
    return commands.comment(c, 1, SMALL, by=town.person(c))


def send(database: Database, number: int, client: int) -> list[tuple[str, Any]]:
    """The letters of one client in one round, each with its answer or its refusal."""
    answers: list[tuple[str, Any]] = []
    for n in range(LETTERS):
        key = f"letter-{number}-{client}-{n}"
        try:
            answers.append((key, database.run(partial(letter, text=f"{key}{SMALL if (n + client) % 3 else LARGE}"), key=key)))
        except EngineError as refusal:
            answers.append((key, refusal))
    return answers


def test_nothing_acknowledged_is_missing_after_the_disk_was_full(sqlite_database: Database) -> None:
    database, answers = sqlite_database, dict[str, Any]()
    with ThreadPoolExecutor(CLIENTS) as clients:
        for number in range(ROUNDS):
            limit(database, pages(database) + 5 + number)
            for some in clients.map(partial(send, database, number), range(CLIENTS)):
                answers.update(some)
    refused = {key: answer for key, answer in answers.items() if isinstance(answer, EngineError)}
    accepted = {key: answer for key, answer in answers.items() if key not in refused}
    limit(database, 1_000_000)

    assert accepted and refused
    assert all(isinstance(refusal, Unavailable) and "磁盘空间不足" in refusal.message for refusal in refused.values())
    with database.reading() as c:
        stored = {row.key: json.loads(row.answer) for row in c.execute(select(command.c.key, command.c.answer))}
        letters = {row["text"].rstrip(LARGE + SMALL) for row in c.execute(select(message.c.payload)).scalars()}
        assert c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert stored == accepted and letters == set(accepted)


def test_when_there_is_space_again_what_was_refused_can_be_sent_again(sqlite_database: Database, tmp_path: Path) -> None:
    database = sqlite_database
    town.build(database)
    database.run(town.report, key="start-1", payload="start-1")
    with database.reading() as c:
        step = town.todo(c)[0]
    limit(database, pages(database))
    for write in (partial(letter, text=LARGE), partial(letter, text=SMALL), remark):
        with pytest.raises(Unavailable):
            for _ in range(1000):
                database.run(write)
    with pytest.raises(Unavailable, match="磁盘空间不足"):
        database.run(partial(town.complete, item=step), key=f"do-{step}", payload="form")

    limit(database, 1_000_000)
    answer = database.run(partial(town.complete, item=step), key=f"do-{step}", payload="form")

    assert answer["item"] == step
    (tmp_path / "acknowledged").write_text(json.dumps([f"do-{step}", answer]), encoding="utf-8")
    with database.reading() as c:
        assert checker.broken(c, tmp_path / "acknowledged", tmp_path / "gateway") == []
