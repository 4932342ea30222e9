"""The process in which a draft runs: it reads one order from its input, plays every example on a town of its own, answers, and is gone.

It knows no address of any database but the file it makes, and it may use only so much time and memory: a draft that goes round in
circles ends this process and nothing else. Started by `trial`.
"""

import base64
import datetime as dt
import importlib
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import insert

import engine
from engine import clock, definitions
from engine.database import Database, connect
from engine.definitions import Package
from engine.definitions.tables import process_definition
from engine.errors import EngineError
from engine.rehearsal import lines, picture, replaying, sample_town, stand_in
from engine.rehearsal.stage import BEGIN, Stage, told
from engine.runtime import service_registry

ROOMS = Path(engine.__path__[0])
POLITE = 10
"""How much the process stands back: those who work come first, however busy a draft is."""
LOOK = 0.2
"""Seconds between two looks at the memory that is used."""


def package_of(order: Mapping[str, Any]) -> Package:
    """A package as it travels between processes."""
    return Package(order["key"], order["name"], base64.b64decode(order["diagram"]),
                   {name: text.encode() for name, text in order["decisions"].items()}, order["forms"], order["parameters"])


def _watch(most: int) -> None:
    """Ends the process when it holds more than `most` kB of its own; what `getrusage` calls its most is that of its parent at first."""
    stop, page = threading.Event(), resource.getpagesize() // 1024
    while not stop.wait(LOOK):
        if int(Path("/proc/self/statm").read_text("ascii").split()[1]) * page > most:
            os._exit(9)


def _schema() -> None:
    for path in sorted(ROOMS.rglob("*tables.py")):
        importlib.import_module(".".join(("engine", *path.relative_to(ROOMS).with_suffix("").parts)))


def _shelve(database: Database, shelf: list[dict[str, Any]]) -> None:
    """Versions that the draft may call or that may be started beside it, under the ids they have where they come from."""
    rows = [{**one, "diagram": base64.b64decode(one["diagram"]), "deployed_at": dt.datetime.fromisoformat(one["deployed_at"])}
            for one in shelf]
    if rows:
        database.run(lambda c: c.execute(insert(process_definition), rows) and None)


def _built(folder: Path, order: Mapping[str, Any]) -> Path:
    """A database with the town, the shelf and the draft; every example plays on a copy of it."""
    path = folder / "town.db"
    database = connect(f"sqlite:///{path}")
    database.create_schema()
    database.run(sample_town.settle)
    database.run(lambda c: sample_town.furnish(c, Path(order["organisation"])))
    _shelve(database, order["shelf"])
    database.run(lambda c: definitions.deploy(c, package_of(order["package"]), by=None, functions=service_registry.declared()).id)
    database.close()
    return path


def _played(folder: Path, built: Path, key: str, number: int, script: Mapping[str, Any]) -> dict[str, Any]:
    """One example on a town of its own: where it stopped, and what is to be seen then."""
    path = folder / f"{number}.db"
    shutil.copyfile(built, path)
    database, time = connect(f"sqlite:///{path}"), clock.Simulated(BEGIN)
    stage = Stage(database, time, key, service_registry.functions())
    stopped, lists = None, list[dict[str, list[str]]]()
    with clock.use(time), stand_in.on(stage):
        try:
            lines.play(stage, [(verb, what) for verb, what in script["steps"]], lambda now: lists.append(picture.lists(now)))
        except lines.Stopped as error:
            stopped = {"number": error.number, "why": error.why}
        found = picture.of(stage) if script.get("whole") else {"passed": picture.passed(stage), "trail": picture.trail(stage)}
    database.close()
    path.unlink()
    return {"name": script["name"], "stopped": stopped, "lists": lists, **found}


def _replayed(built: Path, key: str, pasts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Closed cases on the one town, from the beginning of the first."""
    begin = min(dt.datetime.fromisoformat(one["began"]) for one in pasts)
    database, time = connect(f"sqlite:///{built}"), clock.Simulated(begin)
    stage = Stage(database, time, key, service_registry.functions())
    with clock.use(time), stand_in.on(stage):
        yield from replaying.replay(stage, pasts)
    database.close()


def _answers(order: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="gridloop-trial-") as folder:
        place = Path(folder)
        try:
            with clock.use(clock.Simulated(BEGIN)):
                built = _built(place, order)
        except EngineError as refusal:
            yield {"refused": told(refusal)}
            return
        for number, script in enumerate(order["scripts"]):
            yield _played(place, built, order["package"]["key"], number, script)
        if order.get("pasts"):
            yield from _replayed(built, order["package"]["key"], order["pasts"])


def main() -> None:
    """Read the order, print one line of JSON for each answer."""
    os.nice(POLITE)
    order = json.load(sys.stdin)
    threading.Thread(target=_watch, args=(order["memory"],), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CPU, (order["cpu"], order["cpu"]))
    _schema()
    for answer in _answers(order):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
