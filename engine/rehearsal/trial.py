"""Trying a draft out (试运行): it runs on the real engine in a process and on a database of its own, with a clock that is wound by hand.

A trial is its script: the lines played so far. Every look plays them again from the beginning, so nothing has to be kept anywhere, a
step back is one line less, and what was tried becomes an example beside the process as it stands.
"""

import base64
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Timer
from typing import Any

from sqlalchemy import Connection, select

from engine.definitions import Package
from engine.definitions.tables import process_definition
from engine.errors import Busy, InvalidValues
from engine.rehearsal.past import Past
from engine.rehearsal.scenarios import Scenario

ROOT = Path(__file__).resolve().parents[2]
ORGANISATION = ROOT / "bpmn" / "organisation"
CPU, WALL, MEMORY = 60, 120.0, 700_000
"""Seconds of computing, seconds in all, kB of memory that one order may use."""
AT_ONCE = 3
"""Trials that run at the same time on one machine; who comes later is told to try again."""
_places = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Played:
    """One example as it was played. `stopped`: the line at which it did not hold, from 1, and why; `passed`: ids of elements.

    `lists`: after each line that held, role → steps on the list. `picture`: all that is to be seen at its end (`picture.of`), when
    that was asked for; `trail`: every passing in order and where it stands at last, when it was not.
    """

    name: str
    stopped: tuple[int, str] | None
    passed: tuple[str, ...]
    lists: tuple[Mapping[str, list[str]], ...]
    picture: Mapping[str, Any]
    trail: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Every line held."""
        return self.stopped is None


def shelf(c: Connection, leave_out: str = "") -> list[dict[str, Any]]:
    """The newest version of every process but one, with whatever those are pinned to, as they travel to the trial's process."""
    rows = c.execute(select(process_definition).where(process_definition.c.state == "published").order_by(process_definition.c.id)).all()
    newest = {row.key: row for row in rows}
    pinned = {identity for row in newest.values() for identity in row.called.values()}
    wanted = [row for row in rows if (row is newest[row.key] or row.id in pinned) and row.key != leave_out]
    return [{**row._mapping, "diagram": base64.b64encode(row.diagram).decode(), "deployed_at": row.deployed_at.isoformat(), "lint": []}
            for row in wanted]


def run(package: Package, around: Sequence[Mapping[str, Any]], scenarios: Iterable[Scenario], *, whole: bool = False,
        progress: Callable[[int], bool] | None = None) -> tuple[Played, ...]:
    """Play examples on a draft. `around`: its `shelf`. `whole`: tell everything that is to be seen at the end of each.

    `progress` is told how many are done and may answer True to stop there. Raises InvalidValues when the draft cannot be run at all
    (with the linter's words) or went beyond its limits, and Busy when too many trials run at once.
    """
    scripts: list[dict[str, Any]] = [{"name": one.name, "steps": [list(step) for step in one.steps], "whole": whole} for one in scenarios]
    order = {"package": _travelling(package), "shelf": list(around), "scripts": scripts, "organisation": str(ORGANISATION),
             "cpu": CPU + 3 * len(scripts), "memory": MEMORY}
    found: list[Played] = []
    with _place():
        for answer in _answers(order, WALL + 10 * len(scripts)):
            if "refused" in answer:
                raise InvalidValues({"draft": answer["refused"]}, f"草稿还不能运行：{answer['refused']}")
            found.append(_read(answer))
            if progress is not None and progress(len(found)):
                return tuple(found)
    if len(found) < len(scripts):
        name = scripts[len(found)]["name"]
        raise InvalidValues({"draft": name}, f"“{name}”运行时超出了允许的时间或内存，已停止。请检查草稿里有没有停不下来的循环。")
    return tuple(found)


def replay(package: Package, around: Sequence[Mapping[str, Any]], pasts: Sequence[Past]) -> Generator[Mapping[str, Any], None, None]:
    """Closed cases on a draft, one verdict after another: {"number", "verdict" (same, otherwise, stuck, skipped), "where", "why",
    "late", "before"}; see `replaying`. Whoever stops asking ends it. Raises InvalidValues, Busy, as `run` does."""
    order = {"package": _travelling(package), "shelf": list(around), "scripts": [], "pasts": [one.travelling() for one in pasts],
             "organisation": str(ORGANISATION), "cpu": CPU + len(pasts), "memory": MEMORY}
    told = 0
    with _place():
        for answer in _answers(order, WALL + 3 * len(pasts)):
            if "refused" in answer:
                raise InvalidValues({"draft": answer["refused"]}, f"草稿还不能运行：{answer['refused']}")
            told += 1
            yield answer
    if told < len(pasts):
        raise InvalidValues({"draft": "replay"}, f"重演到第 {told} 件时超出了允许的时间或内存，已停止。请检查草稿里有没有停不下来的循环。")


def _travelling(package: Package) -> dict[str, Any]:
    decisions = {name: document.decode("utf-8-sig") for name, document in package.decisions.items()}
    return {"key": package.key, "name": package.name, "diagram": base64.b64encode(package.diagram).decode(), "decisions": decisions,
            "forms": dict(package.forms), "parameters": dict(package.parameters)}


def _read(answer: Mapping[str, Any]) -> Played:
    stopped = answer.get("stopped")
    where = (stopped["number"], stopped["why"]) if stopped else None
    return Played(answer["name"], where, tuple(answer["passed"]), tuple(answer["lists"]), answer, tuple(answer.get("trail", ())))


@contextlib.contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=5):
        raise Busy("正在进行的试运行太多，请过一会儿再试。")
    try:
        yield
    finally:
        _places.release()


def _answers(order: Mapping[str, Any], wall: float) -> Iterator[dict[str, Any]]:
    """One answer a line. The process is gone when this ends, however it ends."""
    with subprocess.Popen([sys.executable, "-m", "engine.rehearsal.trial_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          cwd=ROOT, env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}, encoding="utf-8") as child:
        guard = Timer(wall, child.kill)
        guard.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                json.dump(order, child.stdin, ensure_ascii=False, default=str)  # type: ignore[arg-type]
                child.stdin.close()  # type: ignore[union-attr]
            for line in child.stdout or ():
                yield json.loads(line)
        finally:
            guard.cancel()
            child.kill()
