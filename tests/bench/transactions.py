"""Completing a work item through the whole transaction, beside the very same row changes replayed without the engine."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from engine import clock
from engine.database import Database
from engine.definitions import Package
from engine.people import Participant, directory
from engine.runtime import commands, overview
from tests.bench import big
from tests.bench.figure import Figure, seconds
from tests.bench.stores import Store
from tests.town import FINDER, GRID, Town

CASES, COMPLETIONS, WARM = 150, 600, 20
DOOR = ("INSERT INTO command ", "UPDATE command ")  # sent again by the door itself
CHANGES = ("INSERT", "UPDATE", "DELETE", "SELECT process_instance.id")  # the last takes the case's lock
Statements = list[tuple[str, Any, bool]]


@dataclass
class Recorded:
    """What one command sent to the database. Each statement: text, parameters, whether for many rows at once."""

    every: int = 0
    writes: Statements = field(default_factory=list)

    @property
    def bytes(self) -> int:
        return sum(len(str(value)) for _, parameters, _ in self.writes for value in _flat(parameters))


def _flat(parameters: Any) -> Iterator[Any]:
    if isinstance(parameters, dict):
        yield from parameters.values()
    elif isinstance(parameters, list | tuple):
        for one in parameters:
            yield from _flat(one) if isinstance(one, list | tuple | dict) else [one]


def prepared(store: Store) -> None:
    """A town with open cases of the big process."""
    database = store.open()
    simulated = clock.Simulated(clock.now())
    with clock.use(simulated):
        town = Town(database, simulated)
        town.publishes(Package("p", "流程", big.ours()))
        for _ in range(CASES):
            town.opens(big.variables(), GRID)
    database.close()


def completions(database: Database, by: Participant) -> list[Callable[[], object]]:
    """One completion of each open item, as a person's request: with a key of its own."""
    with database.reading() as c:
        items = overview.opened_since(c, clock.now().replace(year=2000))
    return [lambda item=item: database.run(lambda c: commands.complete(c, item.id, {}, by=by), key=f"k{item.id}")  # type: ignore[misc]
            for item in items]


def rounds(database: Database, by: Participant, wanted: int) -> Iterator[Callable[[], object]]:
    """Completions one after another, looking for the newly opened items when a round is through."""
    done = 0
    while done < wanted:
        for one in completions(database, by)[:wanted - done]:
            yield one
            done += 1


def measure(store: Store) -> list[Figure]:
    prepared(store)
    engine_copy, recorded_copy, bare_copy = store.copy(), store.copy(), store.copy()
    recorded = _recorded(recorded_copy)
    rate, bare = _rates(engine_copy, bare_copy, recorded)
    each = len(recorded)
    return [
        Figure(f"每秒办结待办（{store.name}）", rate, "件/秒", bare, "同样的行改动，不经引擎", 0.6, lower_is_better=False),
        Figure(f"每次办结的 SQL 语句（{store.name}）", sum(r.every for r in recorded) / each, "条"),
        Figure(f"每次办结写入的字节（{store.name}）", sum(r.bytes for r in recorded) / each, "字节"),
    ]


def _rates(ours: Store, bare: Store, recorded: list[Recorded]) -> tuple[float, float]:
    """Completions per second and replays per second, one of each in turn, so that both meet the same machine."""
    with _opened(ours) as database, _opened(bare) as other:
        by = _person(database)
        pairs = zip(rounds(database, by, COMPLETIONS), _replays(other, recorded), strict=True)
        taken = [(seconds(one), seconds(again)) for one, again in pairs][WARM:]
    return tuple(1 / statistics.mean(times) for times in zip(*taken, strict=True))  # type: ignore[return-value]


@contextmanager
def _opened(store: Store) -> Iterator[Database]:
    database = store.open()
    try:
        yield database
    finally:
        database.close()


def _recorded(store: Store) -> list[Recorded]:
    database = store.open()
    by, found = _person(database), []
    for one in rounds(database, by, COMPLETIONS):
        with _listening() as seen:
            one()
        found.append(seen)
    database.close()
    return found


@contextmanager
def _listening() -> Iterator[Recorded]:
    seen = Recorded()

    def hear(c: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        seen.every += 1
        if statement.lstrip().startswith(CHANGES) and not statement.lstrip().startswith(DOOR):
            seen.writes.append((statement, parameters, many))

    with heard(hear):
        yield seen


@contextmanager
def heard(hear: Callable[..., None]) -> Iterator[None]:
    """Call `hear` before every statement that any engine of this process sends."""
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _replays(database: Database, recorded: list[Recorded]) -> Iterator[Callable[[], object]]:
    """The recorded lock and row changes again on a copy of the same database, through the same door, each with a key of its own."""
    def replay(one: Recorded) -> Callable[[Connection], int]:
        def work(c: Connection) -> int:
            for statement, parameters, many in one.writes:
                cursor = c.connection.cursor()
                (cursor.executemany if many else cursor.execute)(statement, parameters)
                if statement.startswith("SELECT"):
                    cursor.fetchone()
                cursor.close()
            return 1
        return work

    for number, one in enumerate(recorded):
        yield lambda one=one, number=number: database.run(replay(one), key=f"k{number}")  # type: ignore[misc]


def _person(database: Database) -> Participant:
    with database.reading() as c:
        return directory.participant(c, FINDER)
