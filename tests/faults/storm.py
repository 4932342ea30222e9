"""Processes that work and are killed, and whoever kills them: after a number of answers that a seed decides, not after a time."""

import json
import multiprocessing
import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from engine.database import Database, connect
from engine.errors import EngineError
from tests import small_town as town
from web.scheduler import Worker

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.faults.storm"])
PROGRESS, IDLE = b".", b"i"
PATIENCE = 300
REPEATED = 0.2


@dataclass(frozen=True)
class Site:
    """Where a storm takes place: a database, and two journals that its victims cannot take back."""

    url: str
    acknowledged: Path
    gateway: Path
    cases: int


Told = Callable[[bytes], None]


def node(site: Site, pipe: Pipe, roles: tuple[str, ...], seed: int) -> None:
    """One process: some clients and perhaps a worker, side by side, until it is killed."""
    database, lock = connect(site.url), threading.Lock()

    def tell(what: bytes) -> None:
        with lock:
            pipe.send_bytes(what)

    threads = [threading.Thread(target=ROLES[role], args=(site, database, tell, seed + n)) for n, role in enumerate(roles)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def work(site: Site, database: Database, tell: Told, seed: int) -> None:
    """A worker that never rests."""
    worker = Worker(database, functions=town.functions(site.gateway))
    while True:
        if worker.drain():
            tell(PROGRESS)
        else:
            rest(tell)


def submit(site: Site, database: Database, tell: Told, seed: int) -> None:
    """A client: reports its cases and does whatever is to be done, and writes down every answer it got."""
    dice = random.Random(seed)
    journal = os.open(site.acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    starts = [f"start-{n}" for n in range(site.cases)]
    dice.shuffle(starts)
    answered: list[tuple[str, Any]] = []
    while True:
        with database.reading() as c:
            open_steps = town.todo(c)
        if starts and (not open_steps or dice.random() < 0.3):
            key = starts.pop()
        elif open_steps:
            key = f"do-{dice.choice(open_steps)}"
        else:
            rest(tell)
            continue
        if dice.random() < REPEATED and answered:
            key, first = dice.choice(answered)
            if send(database, key) != first:
                os.write(journal, line(key, "another answer"))
        answer = send(database, key)
        if answer is not None:
            answered.append((key, answer))
            os.write(journal, line(key, answer))
            tell(PROGRESS)


def send(database: Database, key: str) -> Any:
    """Submit; None when it was refused because somebody else was quicker."""
    _, _, item = key.partition("do-")
    try:
        return database.run((lambda c: town.complete(c, item)) if item else town.report, key=key, payload={"key": key})
    except EngineError:
        return None


def line(key: str, answer: Any) -> bytes:
    return f"{json.dumps([key, answer], ensure_ascii=False)}\n".encode()


def rest(tell: Told) -> None:
    tell(IDLE)
    threading.Event().wait(0.01)


ROLES = {"worker": work, "client": submit}


@dataclass
class Storm:
    """Keeps some processes alive and kills them, again and again."""

    site: Site
    shifts: tuple[tuple[str, ...], ...]
    seed: int
    kills: int = 0
    alive: dict[Pipe, tuple[ForkServerProcess, tuple[str, ...]]] = field(default_factory=dict)

    def rage(self, kills: int) -> None:
        """Kill `kills` times, or until nothing more is to be done; then kill all that is left."""
        dice, idle = random.Random(self.seed), 0
        for shift in self.shifts:
            self._begin(shift, dice)
        left = dice.randint(1, 20)
        while self.kills < kills and idle < PATIENCE:
            for pipe in wait(list(self.alive)):
                heard = self._hear(pipe)
                idle, left = (idle + 1, left) if heard == IDLE else (0, left - 1)
            if left <= 0:
                self._begin(self._kill(dice.choice(list(self.alive))), dice)
                left = dice.randint(1, 20)
        for pipe in list(self.alive):
            self._kill(pipe)

    def _hear(self, pipe: Any) -> bytes:
        try:
            return bytes(pipe.recv_bytes())
        except EOFError as error:
            process, roles = self.alive[pipe]
            process.join()
            raise AssertionError(f"{roles} ended by itself with {process.exitcode}") from error

    def _begin(self, roles: tuple[str, ...], dice: random.Random) -> None:
        ours, theirs = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=node, args=(self.site, theirs, roles, dice.randrange(10**9)), daemon=True)
        process.start()
        theirs.close()
        self.alive[ours] = (process, roles)

    def _kill(self, pipe: Pipe) -> tuple[str, ...]:
        process, roles = self.alive.pop(pipe)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, f"{roles} ended by itself with {process.exitcode}"
        process.close()
        pipe.close()
        self.kills += 1
        return roles
