"""Firing what is due: one transaction a timer, oldest first. What a timer means is drawn in the diagram, not written here.

A timer fires strictly after its due moment, never before, never skipped; one that comes late says both times. The claim locks
the case, so a worker and a person take their one lock in the same order, and a case in use is left for the next round.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from engine import clock
from engine.database import Database, UTCDateTime, claim_due, loses_transaction
from engine.runtime import case as cases
from engine.runtime import failing, flood, incidents
from engine.runtime.incidents import Trouble
from engine.runtime.tables import observation, process_instance, timer
from engine.runtime.turn import turn

LATE = dt.timedelta(minutes=1)
MOST_DEATHS = 2
TOGETHER = 16  # transactions handed to the database at once
Guard = Callable[[Connection], bool]

CLAIM = claim_due(timer, process_instance, timer.c.instance_id == process_instance.c.id, status="fired",
                  fired_at=bindparam("now", type_=UTCDateTime))
FAILED = (
    update(timer)
    .where(timer.c.id == bindparam("i"))
    .values(status=bindparam("to"), due_at=bindparam("due", type_=UTCDateTime), fired_at=None, last_error=bindparam("error"))
)
NEXT_DUE = select(func.min(timer.c.due_at)).where(timer.c.status == "due")
OLDEST = (
    select(timer.c.id, timer.c.instance_id, timer.c.key, timer.c.element_id, timer.c.name)
    .join(process_instance, process_instance.c.id == timer.c.instance_id)
    .where(timer.c.status == "due", timer.c.due_at < bindparam("now", type_=UTCDateTime))
    .order_by(timer.c.due_at, timer.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=process_instance)
)
NOTE = select(observation.c.value).where(observation.c.subject == bindparam("s"))
ADD_NOTE = insert(observation)
SET_NOTE = (
    update(observation)
    .where(observation.c.subject == bindparam("s"))
    .values(value=bindparam("deaths"), seen_at=bindparam("at", type_=UTCDateTime))
)
DROP_NOTE = delete(observation).where(observation.c.subject == bindparam("s"))
FORGET = delete(observation).where(observation.c.subject.startswith("timer:"))


def next_due(c: Connection) -> dt.datetime | None:
    """When the earliest timer is due; None when none waits."""
    due: dt.datetime | None = c.execute(NEXT_DUE).scalar()
    return due


def fire_due(database: Database, limit: int = 1000, *, guard: Guard | None = None, careful: bool = False) -> int:
    """Fire up to `limit` due timers and answer how many were handled; fewer means that nothing more is due now.

    guard: asked in each transaction; False (a clock that jumped) ends the round. careful: each timer is noted before it is tried,
    for a worker that has just started and may follow one that a timer killed.
    """
    handled = 0
    while handled < limit:
        if careful and not database.run(lambda c: note(c, guard)):
            return handled
        asked = 1 if careful else min(TOGETHER, limit - handled)
        fired = sum(database.run_each([lambda c: _fire_oldest(c, guard, careful)] * asked))
        handled += fired
        if fired < asked:
            return handled
    return limit


def _fire_oldest(c: Connection, guard: Guard | None, noted: bool) -> bool:
    """Fire the timer that has been due for longest. One that fails is undone alone and says why on its row."""
    if guard is not None and not guard(c):
        return False
    row = c.execute(CLAIM, {"now": clock.now(), "n": 1}).first()
    if row is None:
        return False
    try:
        with c.begin_nested():
            _fire(c, row)
    except Exception as error:
        if loses_transaction(error):
            raise
        _put_off(c, row, failing.reason(error), row.attempts >= failing.MOST_ATTEMPTS or isinstance(error, flood.Flood))
    if noted:
        c.execute(DROP_NOTE, {"s": _subject(row.id)})
    return True


def _fire(c: Connection, row: Row[Any]) -> None:
    case = cases.locked(c, row.instance_id)
    flood.must_be_calm(c, "timer", row.instance_id, row.element_id)
    case.closed.add(row.key)
    case.story.tell(
        "timer-fired",
        row.element_id,
        key=row.key,
        item=row.name,
        due=_shown(row.planned_at),
        fired=_shown(case.at),
        due_at=row.planned_at.isoformat(timespec="milliseconds"),
        fired_at=case.at.isoformat(timespec="milliseconds"),
        late=case.at - row.planned_at > LATE,
    )
    with turn(case) as tokens:
        tokens.fire(row.key)


def _shown(moment: dt.datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def _put_off(c: Connection, row: Row[Any], why: str, enough: bool) -> None:
    """Try again later, or (`enough`) no more before somebody has looked at it."""
    case = cases.locked(c, row.instance_id)
    due = row.due_at if enough else case.at + failing.pause(row.attempts)
    c.execute(FAILED, {"i": row.id, "to": "incident" if enough else "due", "due": due, "error": why})
    if enough:
        name = row.name or row.element_id
        why = f"时限“{name}”多次触发失败：{why}请排除原因后重试。"
        failing.give_up(case, Trouble(incidents.TIMER, why, case.id, row.key, row.element_id, row.id), name)
        case.save()


def _subject(timer_id: int) -> str:
    return f"timer:{timer_id}"


def note(c: Connection, guard: Guard | None) -> bool:
    """Write down which timer is tried next. One whose trial ended twice with the death of its worker is not tried again.

    Answers False when nothing is due.
    """
    if guard is not None and not guard(c):
        return False
    row = c.execute(OLDEST, {"now": clock.now()}).first()
    if row is None:
        return False
    subject = _subject(row.id)
    deaths = c.execute(NOTE, {"s": subject}).scalar()
    if deaths is None:
        c.execute(ADD_NOTE, {"subject": subject, "value": 1, "seen_at": clock.now()})
    elif deaths < MOST_DEATHS:
        c.execute(SET_NOTE, {"s": subject, "deaths": deaths + 1, "at": clock.now()})
    else:
        claimed = c.execute(select(timer).where(timer.c.id == row.id)).one()
        _put_off(c, claimed, "处理它的程序两次意外终止。", enough=True)
        c.execute(DROP_NOTE, {"s": subject})
        return note(c, guard)
    return True


def forget_notes(c: Connection) -> None:
    """Nothing due killed this worker: what was noted and then taken by another worker is of no use any more."""
    c.execute(FORGET)
