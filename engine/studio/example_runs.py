"""The examples of a draft, run aside with progress, and remembered by everything they depend on: what was proved once is not run again.

A run may carry a wish: the publication to ask for when every example holds. The run belongs to one process; it notes its progress in the
row as it goes, so any node shows it, and a run whose process died is seen by its last beat.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.database import Database, canonical
from engine.errors import Conflict, EngineError, InvalidValues, NotFound
from engine.people import Participant, directory
from engine.rehearsal import scenarios, trial
from engine.studio import drafts, folder_rights, publishing, trials
from engine.studio.drafts import Draft
from engine.studio.example_run_tables import example_run as table
from engine.studio.folder import SCENARIOS
from engine.studio.trials import Coverage

SILENT = dt.timedelta(minutes=5)
"""After so long without a beat the process of a run is taken for dead."""
RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"

LAST = select(table).where(table.c.draft_id == bindparam("d")).order_by(table.c.id.desc()).limit(1)
ONE = select(table).where(table.c.id == bindparam("i"))
NOTE = update(table).where(table.c.id == bindparam("i"))


@dataclass(frozen=True)
class Wish:
    """The publication to ask for; see `publishing.ask`."""

    revision: int
    reason: str
    effective_on: dt.date
    confirmed: tuple[str, ...]

    def wanted(self) -> dict[str, Any]:
        """As `publishing.ask` takes it."""
        return {"revision": self.revision, "reason": self.reason, "effective_on": self.effective_on, "confirmed": self.confirmed}

    def travelling(self) -> dict[str, Any]:
        """As it is kept."""
        return {"revision": self.revision, "reason": self.reason, "effective_on": self.effective_on.isoformat(),
                "confirmed": list(self.confirmed)}


@dataclass(frozen=True)
class Run:
    """How far a run has come. `found`: None until every example has been played; `is_current`: nothing it depends on has changed since;
    `request_id`: the publication that was asked for at its end; `message`: why it has none, or why it did not come to its end."""

    id: int
    state: str
    total: int
    done: int
    found: Coverage | None
    message: str
    wish: Wish | None
    request_id: int | None
    asked_by: str
    asked_at: dt.datetime
    is_current: bool
    is_dead: bool

    @property
    def is_running(self) -> bool:
        """Somebody is still at it."""
        return self.state == RUNNING and not self.is_dead


def last(c: Connection, by: Participant, draft: Draft) -> Run | None:
    """The latest run of a draft's examples. Raises NotAllowed."""
    folder_rights.must_read(by)
    row = c.execute(LAST, {"d": draft.id}).first()
    return None if row is None else _run(row, about(c, draft))


def about(c: Connection, draft: Draft) -> str:
    """A digest of everything that the outcome depends on: the files, and the versions of other processes that are around them."""
    around = [(one["id"], one["content_hash"]) for one in trial.shelf(c, leave_out=draft.key)]
    return hashlib.sha256(canonical([draft.key, dict(draft.files), around]).encode()).hexdigest()


def held(c: Connection, by: Participant, draft: Draft) -> bool:
    """Whether nothing has to be run before publishing: no examples, or all of them are known to hold as the draft is now.

    Raises NotAllowed, InvalidValues (the file of examples).
    """
    if not _here(draft):
        return True
    known = last(c, by, draft)
    return known is not None and known.is_current and known.found is not None and known.found.holds


def publish(c: Connection, by: Participant, draft_id: int, wish: Wish) -> tuple[int | None, int | None]:
    """Ask for a publication: (the id of the request, None) when the examples are known to hold; else a run begins that asks for it at its
    end: (None, its id, or None when one under way takes the wish along).

    Raises as `publishing.must_be_askable` does, and InvalidValues (the file of examples).
    """
    draft, _ = publishing.must_be_askable(c, by, draft_id, **wish.wanted())
    if held(c, by, draft):
        return publishing.ask(c, by, draft_id, **wish.wanted()), None
    return None, begin(c, by, draft, wish)


def begin(c: Connection, by: Participant, draft: Draft, wish: Wish | None = None) -> int | None:
    """Note that a run begins; answers its id, None when one that is under way takes the wish along. One of an older state is stopped.

    Raises NotAllowed, InvalidValues (the file of examples).
    """
    folder_rights.must_read(by)
    total, now, known = len(_here(draft)), clock.now(), last(c, by, draft)
    carried = wish.travelling() if wish else None
    if known is not None and known.is_running:
        if known.is_current and (wish is None or known.asked_by == by.id or known.wish is None):
            c.execute(NOTE.values(**({"wish": carried, "asked_by": by.id} if wish else {}), stop_asked=False), {"i": known.id})
            return None
        c.execute(NOTE.values(stop_asked=True), {"i": known.id})
    row = {"draft_id": draft.id, "about": about(c, draft), "state": RUNNING, "stop_asked": False, "total": total, "done": 0, "found": {},
           "message": "", "wish": carried, "asked_by": by.id, "asked_at": now, "beat_at": now}
    return int(c.execute(insert(table).returning(table.c.id), row).scalar_one())


def stop(c: Connection, by: Participant, draft_id: int) -> None:
    """Ask the run to stop after the example it is at; nothing is asked for. Raises NotAllowed."""
    folder_rights.must_read(by)
    c.execute(update(table).where(table.c.draft_id == draft_id, table.c.state == RUNNING).values(stop_asked=True))


def run(database: Database, run_id: int) -> None:
    """Play the examples, noting progress, and ask for what was wished when they hold; however it ends, the row says how."""
    with database.reading() as c:
        row = c.execute(ONE, {"i": run_id}).first()
        if row is None:
            raise NotFound(run=run_id)
        by = directory.participant(c, row.asked_by)
        draft = drafts.open_draft(c, by, row.draft_id)
        is_same = about(c, draft) == row.about
    try:
        if not is_same:
            raise Conflict("草稿在运行例子之前又有保存，请重新运行。")
        found = trials.examples(database, draft, lambda done: _note(database, run_id, done))
        database.run(lambda c: _end(c, run_id, found))
    except EngineError as refusal:
        said = trials.told(refusal)
        database.run(lambda c: c.execute(NOTE.values(state=FAILED, message=said, ended_at=clock.now()), {"i": run_id}) and None)


def refusal_of(run: Run) -> EngineError | None:
    """Why what was wished was not asked for; None when it was, or may still be."""
    if run.found is not None and not run.found.holds:
        return trials.not_holding(run.found)
    said = run.message
    if run.is_dead:
        said = f"运行例子时中断了（服务器重启过），停在 {run.done} / {run.total} 个，没有提交。请再提交一次。"
    elif not said and run.request_id is None and not run.is_running:
        said = f"已停止运行例子，停在 {run.done} / {run.total} 个，没有提交。要发布请再提交一次。"
    return InvalidValues({"examples": said}, "没有提交审批。") if said else None


def _end(c: Connection, run_id: int, found: Coverage) -> None:
    """Keep the outcome; in the same transaction ask for what was wished, or write down why not."""
    row = c.execute(ONE.with_for_update(), {"i": run_id}).one()
    whole = len(found.examples) == row.total
    kept = {"found": _travelling(found) if whole else {}, "state": DONE if whole else STOPPED, "done": len(found.examples),
            "ended_at": clock.now()}
    c.execute(NOTE.values(**kept), {"i": run_id})
    if whole and found.holds and row.wish and not row.stop_asked:
        c.execute(NOTE.values(**_asked(c, row)), {"i": run_id})


def _asked(c: Connection, row: Any) -> dict[str, Any]:
    by, wish = directory.participant(c, row.asked_by), _wish(row.wish)
    try:
        if about(c, drafts.open_draft(c, by, row.draft_id)) != row.about:
            raise Conflict("运行例子的时候草稿又有保存，或者相关流程有了新版本，没有提交。请核对后再提交，例子会重新运行。")
        return {"request_id": publishing.ask(c, by, row.draft_id, **wish.wanted())}
    except EngineError as refusal:
        return {"message": trials.told(refusal)}


def _note(database: Database, run_id: int, done: int) -> bool:
    """Write down how far it is; whether somebody asked to stop."""
    def write(c: Connection) -> bool:
        c.execute(NOTE.values(done=done, beat_at=clock.now()), {"i": run_id})
        return bool(c.execute(select(table.c.stop_asked).where(table.c.id == run_id)).scalar_one())
    return database.run(write)


def _here(draft: Draft) -> Sequence[scenarios.Scenario]:
    return [one for one in scenarios.read(draft.files.get(SCENARIOS, "")) if not one.language]


def _wish(kept: Mapping[str, Any]) -> Wish:
    return Wish(kept["revision"], kept["reason"], dt.date.fromisoformat(kept["effective_on"]), tuple(kept["confirmed"]))


def _travelling(found: Coverage) -> dict[str, Any]:
    examples = [{"name": one.name, "stopped": list(one.stopped) if one.stopped else None} for one in found.examples]
    return {"examples": examples, "passed": sorted(found.passed), "missed": [list(one) for one in found.missed],
            "elements": found.elements, "elsewhere": found.elsewhere, "ways": dict(found.ways), "taken": sorted(found.taken)}


def coverage_of(kept: Mapping[str, Any]) -> Coverage:
    """What a run found, as it was kept: which examples hold and what they passed, without what was to be seen on the way."""
    examples = tuple(trial.Played(one["name"], (one["stopped"][0], one["stopped"][1]) if one["stopped"] else None, (), (), {})
                     for one in kept["examples"])
    return Coverage(examples, frozenset(kept["passed"]), tuple((key, name) for key, name in kept["missed"]), kept["elements"],
                    kept["elsewhere"], kept.get("ways", {}), frozenset(kept.get("taken", ())))


def _run(row: Any, now_about: str) -> Run:
    dead = row.state == RUNNING and clock.now() - row.beat_at > SILENT
    return Run(row.id, row.state, row.total, row.done, coverage_of(row.found) if row.found else None, row.message,
               _wish(row.wish) if row.wish else None, row.request_id, row.asked_by, row.asked_at, row.about == now_about, dead)
