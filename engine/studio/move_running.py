"""Batches at work, in the background: each case in a transaction of its own, so that a killed process goes on where it stopped.

What is left to do is what the rows of a batch say. A case that was finished or moved meanwhile is told so; one that cannot move is left as
it was, with everything in its way. A dry run really moves each case and rolls that back.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from engine import clock
from engine.database import Database, UTCDateTime, loses_transaction
from engine.errors import EngineError
from engine.people import Participant, directory
from engine.runtime import case as cases
from engine.runtime import commands, failing
from engine.runtime.commands import Plan
from engine.runtime.moving_tables import case_move, move_batch, move_item
from engine.runtime.tables import process_instance
from engine.studio.move_reading import (
    AT_WORK,
    BACK,
    BLOCKED,
    DONE,
    FITS,
    MOVED,
    SKIPPED,
    STAYED,
    UNDOING,
    UNDONE,
    WAITING,
)
from engine.studio.move_tables import move_act
from engine.supervision import audit

AT_ONCE = 20
"""Cases between two looks at whatever else is due."""

BATCH = select(move_batch).where(move_batch.c.id == bindparam("b"))
WORKING = select(move_batch.c.id).where(move_batch.c.state.in_(AT_WORK)).order_by(move_batch.c.id)
LEFT = (select(move_item.c.instance_id).where(move_item.c.batch_id == bindparam("b"), move_item.c.state == bindparam("s"))
        .order_by(move_item.c.instance_id).limit(bindparam("n")))
TAKE = (select(move_item.c.state).where(move_item.c.batch_id == bindparam("b"), move_item.c.instance_id == bindparam("i"),
                                        move_item.c.state == bindparam("s")).with_for_update(skip_locked=True))
MARK = update(move_item).where(move_item.c.batch_id == bindparam("b"), move_item.c.instance_id == bindparam("i")).values(
    state=bindparam("to"), text=bindparam("said"), at=bindparam("now", type_=UTCDateTime))
STANDS = select(process_instance.c.status, process_instance.c.definition_id).where(
    process_instance.c.id == bindparam("i")).with_for_update()
STATUS = select(process_instance.c.status).where(process_instance.c.id == bindparam("i"))
LAST_MOVE = select(case_move.c.batch_id).where(case_move.c.instance_id == bindparam("i"), case_move.c.undone_at.is_(None)).order_by(
    case_move.c.id.desc()).limit(1)
UNDO = select(move_act).where(move_act.c.batch_id == bindparam("b"), move_act.c.kind == "undone").order_by(move_act.c.id.desc()).limit(1)
SUMS = select(move_item.c.state, func.count().label("number")).where(move_item.c.batch_id == bindparam("b")).group_by(move_item.c.state)

Result = tuple[str, str]
"""What became of a case, and why."""


def advance(database: Database, batch_id: int, limit: int = AT_ONCE) -> int:
    """Deal with up to `limit` cases of a batch and answer how many; 0 when there is nothing to do. Doing it again changes nothing."""
    with database.reading() as c:
        batch = c.execute(BATCH, {"b": batch_id}).first()
        if batch is None or batch.state not in AT_WORK:
            return 0
        ids = list(c.execute(LEFT, {"b": batch_id, "s": _queue(batch), "n": limit}).scalars())
    done = database.run_each([_work(batch_id, one) for one in ids]) if ids else []
    if len(ids) < limit:
        database.run(lambda c: _close(c, batch_id))
    return sum(done) or int(not ids)


def advance_due(database: Database, limit: int = AT_ONCE) -> int:
    """A piece of every batch at work; answers how many cases were dealt with."""
    with database.reading() as c:
        working = list(c.execute(WORKING).scalars())
    return sum(advance(database, one, limit) for one in working)


def next_due(c: Connection) -> dt.datetime | None:
    """Now, while a batch is at work."""
    return clock.now() if c.execute(WORKING.limit(1)).first() is not None else None


def _queue(batch: Any) -> str:
    return MOVED if batch.state == UNDOING else WAITING


def _work(batch_id: int, instance_id: int) -> Callable[[Connection], int]:
    return lambda c: one_case(c, batch_id, instance_id)


def one_case(c: Connection, batch_id: int, instance_id: int) -> int:
    """One case of a batch, in the transaction of the caller; 0 when somebody asked to stop, or it is done or in another process's hands."""
    batch = c.execute(BATCH, {"b": batch_id}).one()
    if batch.state not in AT_WORK or c.execute(TAKE, {"b": batch_id, "i": instance_id, "s": _queue(batch)}).first() is None:
        return 0
    state, text = _taken_back(c, batch, instance_id) if batch.state == UNDOING else _moved(c, batch, instance_id)
    c.execute(MARK, {"b": batch_id, "i": instance_id, "to": state, "said": text, "now": clock.now()})
    return 1


def _moved(c: Connection, batch: Any, instance_id: int) -> Result:
    now = c.execute(STANDS, {"i": instance_id}).one()
    if now.status not in (cases.RUNNING, cases.SUSPENDED):
        return SKIPPED, f"该事项{cases.STATUS_WORDS[now.status]}，不需要移动。"
    if now.definition_id == batch.to_definition:
        return SKIPPED, "该事项已经按这一版办理，不需要移动。"
    plan = Plan(batch.to_definition, batch.mapping, batch.choice, batch.reason, batch.id)
    failed = within(c, lambda: commands.migrate(c, instance_id, plan, by=_mover(c, batch.asked_by)), keep=not batch.dry)
    if failed:
        return BLOCKED, failed
    return (FITS, "") if batch.dry else (MOVED, "")


def _taken_back(c: Connection, batch: Any, instance_id: int) -> Result:
    c.execute(STANDS, {"i": instance_id})
    forbidden = held_by_another(c, batch.id, instance_id)
    if forbidden:
        return STAYED, forbidden
    asked = c.execute(UNDO, {"b": batch.id}).one()
    failed = within(c, lambda: commands.undo_move(c, instance_id, by=_mover(c, asked.by_id), reason=asked.why), keep=True)
    return (STAYED, failed) if failed else (BACK, "")


def held_by_another(c: Connection, batch_id: int, instance_id: int) -> str:
    """Why the move of this batch is not what would be taken back from a case, in words; "" when it is."""
    status = c.execute(STATUS, {"i": instance_id}).scalar_one()
    if status not in (cases.RUNNING, cases.SUSPENDED):
        return f"该事项{cases.STATUS_WORDS[status]}，不能撤销移动。"
    if c.execute(LAST_MOVE, {"i": instance_id}).scalar() != batch_id:
        return "该事项之后又移动过或已单独撤销，这一批的移动不再撤销。"
    return ""


def within(c: Connection, act: Callable[[], object], *, keep: bool) -> str:
    """Do it; what it refuses in words, with nothing changed. Not kept: nothing is changed either way."""
    try:
        with c.begin_nested() as part:
            act()
            if not keep:
                part.rollback()
    except Exception as error:
        if loses_transaction(error):
            raise
        return error.message if isinstance(error, EngineError) else failing.reason(error)
    return ""


def _mover(c: Connection, person_id: str) -> Participant:
    """Whoever asked, even if they have left since: they are who moved it."""
    return Participant(person_id, directory.names(c, [person_id]).get(person_id, person_id), ())


def _close(c: Connection, batch_id: int) -> None:
    """Nothing is left: the batch is done, once."""
    batch = c.execute(BATCH.with_for_update(), {"b": batch_id}).one()
    if batch.state not in AT_WORK or c.execute(LEFT, {"b": batch_id, "s": _queue(batch), "n": 1}).first() is not None:
        return
    state = UNDONE if batch.state == UNDOING else DONE
    c.execute(update(move_batch).where(move_batch.c.id == batch_id).values(state=state))
    if batch.dry:
        return
    sums = {row.state: row.number for row in c.execute(SUMS, {"b": batch_id})}
    said = (f"撤销 {sums.get(BACK, 0)} 件，撤销不了 {sums.get(STAYED, 0)} 件" if state == UNDONE else
            f"已移 {sums.get(MOVED, 0)} 件，不能移 {sums.get(BLOCKED, 0)} 件，不需要移 {sums.get(SKIPPED, 0)} 件")
    audit.note(c, None, f"moves-{state}", f"流程“{batch.process_key}”第 {batch_id} 批移动结束：{said}。", batch=batch_id)
