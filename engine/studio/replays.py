"""Closed cases on a draft, before it is published: asked for, run aside with progress, stopped when wanted, kept with its outcome.

The run belongs to one process; it notes its progress in the row as it goes, so any node shows it, and a run whose process died is seen by
its last beat.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.database import Database
from engine.errors import EngineError, InvalidState, InvalidValues, NotFound
from engine.people import Participant
from engine.rehearsal import past, trial
from engine.studio import drafts, folder, folder_rights
from engine.studio.replay_tables import replay as table
from engine.studio.tables import draft as draft_table

MOST, SHOWN, EVERY = 10_000, 200, 20
"""Cases of one replay, cases that are named, cases between two notes of progress."""
SILENT = dt.timedelta(minutes=3)
"""After so long without a beat the process of a run is taken for dead."""
RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"
VERDICTS = ("same", "otherwise", "stuck", "skipped")

LAST = select(table).where(table.c.draft_id == bindparam("d")).order_by(table.c.id.desc()).limit(1)
ONE = select(table).where(table.c.id == bindparam("i"))
NOTE = update(table).where(table.c.id == bindparam("i"))


@dataclass(frozen=True)
class Replay:
    """How far a replay has come. `counts`: verdict → cases, "late" → cases with a step late on the draft, "before" → in truth.

    `told`: the cases worth looking at, as `trial.replay` tells them."""

    id: int
    draft_id: int
    revision: int
    state: str
    total: int
    done: int
    counts: Mapping[str, int]
    told: tuple[Mapping[str, Any], ...]
    message: str
    asked_at: dt.datetime
    is_dead: bool

    @property
    def is_running(self) -> bool:
        """Somebody is still at it."""
        return self.state == RUNNING and not self.is_dead


def last(c: Connection, by: Participant, draft_id: int) -> Replay | None:
    """The latest replay of a draft. Raises NotAllowed."""
    folder_rights.must_read(by)
    row = c.execute(LAST, {"d": draft_id}).first()
    return None if row is None else _replay(row)


def ask(c: Connection, by: Participant, draft_id: int, most: int) -> int:
    """Note that a replay of the cases closed last begins; answers its id. Raises NotAllowed, NotFound, InvalidState, InvalidValues."""
    folder_rights.must(by, "design")
    draft = drafts.open_draft(c, by, draft_id)
    running = last(c, by, draft_id)
    if running is not None and running.is_running:
        raise InvalidState("这份草稿正在重演，请等它完成，或者先停止。")
    if not 1 <= most <= MOST:
        raise InvalidValues({"most": f"一次可以重演 1 到 {MOST} 件。"})
    total = min(past.count(c, draft.key), most)
    if total == 0:
        raise InvalidValues({"most": "这个流程还没有办结的事项，没有可以重演的。"})
    now = clock.now()
    row = {"draft_id": draft_id, "revision": draft.revision, "state": RUNNING, "stop_asked": False, "total": total, "done": 0, "counts": {},
           "told": [], "message": "", "asked_by": by.id, "asked_at": now, "beat_at": now}
    return int(c.execute(insert(table).returning(table.c.id), row).scalar_one())


def stop(c: Connection, by: Participant, draft_id: int) -> None:
    """Ask the running replay to stop; what it found so far stays. Raises NotAllowed."""
    folder_rights.must(by, "design")
    c.execute(update(table).where(table.c.draft_id == draft_id, table.c.state == RUNNING).values(stop_asked=True))


def run(database: Database, replay_id: int) -> None:
    """Play the cases, noting progress; however it ends, the row says how."""
    with database.reading() as c:
        row = c.execute(ONE, {"i": replay_id}).first()
    if row is None:
        raise NotFound(replay=replay_id)
    seen = _Seen()
    try:
        ended = _played(database, row, seen)
        _note(database, replay_id, seen, state=ended, ended_at=clock.now())
    except EngineError as refusal:
        _note(database, replay_id, seen, state=FAILED, message=refusal.message, ended_at=clock.now())


class _Seen:
    """What a run has found so far."""

    def __init__(self) -> None:
        self.done = 0
        self.counts: Counter[str] = Counter()
        self.told: list[Mapping[str, Any]] = []

    def take(self, one: Mapping[str, Any]) -> None:
        self.done += 1
        self.counts[one["verdict"]] += 1
        self.counts["late"] += bool(one["late"])
        self.counts["before"] += bool(one["before"])
        worth = one["verdict"] in ("otherwise", "stuck") or set(one["late"]) - set(one["before"])
        if worth and len(self.told) < SHOWN:
            self.told.append(one)


def _played(database: Database, row: Any, seen: _Seen) -> str:
    with database.reading() as c:
        key = c.execute(select(draft_table.c.key).where(draft_table.c.id == row.draft_id)).scalar_one()
        files = drafts.at_revision(c, row.draft_id, row.revision)
        around = trial.shelf(c, leave_out=key)
        pasts = tuple(past.closed(c, key, row.total))
    package = folder.package_of(key, key, files)
    told = trial.replay(package, around, pasts)
    for one in told:
        seen.take(one)
        if seen.done % EVERY == 0 and _note(database, row.id, seen):
            told.close()
            return STOPPED
    return DONE


def _note(database: Database, replay_id: int, seen: _Seen, **more: Any) -> bool:
    """Write down how far it is; whether somebody asked to stop."""
    def write(c: Connection) -> bool:
        values = {"done": seen.done, "counts": dict(seen.counts), "told": list(seen.told), "beat_at": clock.now(), **more}
        c.execute(NOTE.values(**values), {"i": replay_id})
        return bool(c.execute(select(table.c.stop_asked).where(table.c.id == replay_id)).scalar_one())
    return database.run(write)


def _replay(row: Any) -> Replay:
    dead = row.state == RUNNING and clock.now() - row.beat_at > SILENT
    return Replay(row.id, row.draft_id, row.revision, row.state, row.total, row.done, row.counts, tuple(row.told), row.message,
                  row.asked_at, dead)
