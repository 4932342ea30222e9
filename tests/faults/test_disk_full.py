"""A disk that is full now and then: nothing acknowledged is missing afterwards, the refusal is said in words, and work goes on."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from engine.database import Database, command
from engine.errors import EngineError, Unavailable
from engine.runtime import commands
from engine.runtime.tables import record
from tests import small_town as town
from tests.faults import checker

CLIENTS, REMARKS = 16, 40
LARGE, SMALL = "远" * 1900, "近"


def limit(database: Database, pages: int) -> None:
    """Let the file grow to that many pages and no further."""
    database.run(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar())


def pages(database: Database) -> int:
    return int(database.run(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar()))


def remark(c: Connection, text: str) -> dict[str, Any]:
    return commands.comment(c, 1, text, by=town.person(c))


def test_nothing_acknowledged_is_missing_after_the_disk_was_full(sqlite_database: Database, tmp_path: Path) -> None:
    database = sqlite_database
    town.build(database)
    database.run(town.report, key="start-1", payload="start-1")
    limit(database, pages(database) + 40)

    def client(number: int) -> list[tuple[str, Any]]:
        answers: list[tuple[str, Any]] = []
        for n in range(REMARKS):
            key = f"remark-{number}-{n}"
            try:
                answers.append((key, database.run(partial(remark, text=LARGE if n % 7 == 0 else SMALL), key=key)))
            except EngineError as refusal:
                answers.append((key, refusal))
        return answers

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = [answer for answers in clients.map(client, range(CLIENTS)) for answer in answers]
    refused = {key: answer for key, answer in answers if isinstance(answer, EngineError)}
    accepted = {key: answer for key, answer in answers if key not in refused}
    limit(database, 1_000_000)

    assert accepted and refused
    assert all(isinstance(refusal, Unavailable) and "磁盘空间不足" in refusal.message for refusal in refused.values())
    with database.reading() as c:
        stored = {row.key: json.loads(row.answer) for row in c.execute(select(command.c.key, command.c.answer)) if "remark" in row.key}
        remarks = c.execute(select(func.count(record.c.id)).where(record.c.kind == "commented")).scalar_one()
        assert c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert stored == accepted and remarks == len(accepted)


def test_when_there_is_space_again_what_was_refused_can_be_sent_again(sqlite_database: Database, tmp_path: Path) -> None:
    database = sqlite_database
    town.build(database)
    database.run(town.report, key="start-1", payload="start-1")
    with database.reading() as c:
        step = town.todo(c)[0]
    limit(database, pages(database))
    for text in (LARGE, SMALL):
        with pytest.raises(Unavailable):
            for _ in range(1000):
                database.run(partial(remark, text=text))
    with pytest.raises(Unavailable, match="磁盘空间不足"):
        database.run(partial(town.complete, item=step), key=f"do-{step}", payload="form")

    limit(database, 1_000_000)
    answer = database.run(partial(town.complete, item=step), key=f"do-{step}", payload="form")

    assert answer["item"] == step
    (tmp_path / "acknowledged").write_text(json.dumps([f"do-{step}", answer]), encoding="utf-8")
    with database.reading() as c:
        assert checker.broken(c, tmp_path / "acknowledged", tmp_path / "gateway") == []
