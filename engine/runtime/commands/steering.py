"""Ending, halting and resuming a whole case (终止、挂起、恢复), from a post that steers the cases of that area."""

from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, case, select, type_coerce, update

from engine import definitions
from engine.database import UTCDateTime
from engine.errors import InvalidState, NotAllowed
from engine.people import Participant
from engine.runtime import access, timekeeping
from engine.runtime.case import CANCELLED, RUNNING, STATUS_WORDS, SUSPENDED, Case
from engine.runtime.commands.wording import stated
from engine.runtime.offers import CLAIMED, OPEN
from engine.runtime.tables import timer, work_item
from engine.runtime.turn import turn

_NOW = bindparam("now", type_=BigInteger)
_ITEM_DUE = type_coerce(work_item.c.due_at, BigInteger)


def _moment(value: Any) -> Any:
    return type_coerce(value, UTCDateTime)


HALT_ITEMS = (
    update(work_item)
    .where(work_item.c.instance_id == bindparam("i"), work_item.c.state.in_((OPEN, CLAIMED)))
    .values(state="suspended", remaining_ms=_ITEM_DUE - _NOW)
)
HALT_TIMERS = (
    update(timer)
    .where(timer.c.instance_id == bindparam("i"), timer.c.status == "due")
    .values(status="suspended", remaining_ms=type_coerce(timer.c.planned_at, BigInteger) - _NOW)
)
GO_ITEMS = (
    update(work_item)
    .where(work_item.c.instance_id == bindparam("i"), work_item.c.state == "suspended")
    .values(
        state=case((work_item.c.assignee.is_(None), OPEN), else_=CLAIMED),
        remaining_ms=None,
    )
)
GO_TIMERS = (
    update(timer)
    .where(timer.c.instance_id == bindparam("i"), timer.c.status == "suspended")
    .values(
        status="due",
        due_at=_moment(_NOW + timer.c.remaining_ms),
        planned_at=_moment(_NOW + timer.c.remaining_ms),
        remaining_ms=None,
    )
)
GOING = select(timer.c.key, timer.c.planned_at).where(timer.c.instance_id == bindparam("i"), timer.c.status == "due")


def cancel(c: Connection, instance_id: int, *, reason: str, by: Participant, revision: int | None = None) -> dict[str, Any]:
    """End a case for good before its time. Raises NotFound, NotAllowed, InvalidState, InvalidValues without a reason."""
    held = _steered(c, instance_id, by, reason, revision)
    if held.status not in (RUNNING, SUSPENDED):
        raise _not_now(held, "终止")
    with turn(held) as tokens:
        held.status = CANCELLED
        held.story.tell("cancelled", None, reason=reason.strip())
        tokens.cancel()
    return held.answer(status=held.status)


def suspend(c: Connection, instance_id: int, *, reason: str, by: Participant, revision: int | None = None) -> dict[str, Any]:
    """Halt a case: nobody can work on it, and its own limits stand. A statutory clock runs on, unless its rule says otherwise."""
    held = _steered(c, instance_id, by, reason, revision)
    if held.status != RUNNING:
        raise _not_now(held, "挂起")
    with turn(held):
        held.status = SUSPENDED
        held.story.tell("suspended", None, reason=reason.strip())
        c.execute(HALT_ITEMS, {"i": held.id, "now": _ms(held)})
        c.execute(HALT_TIMERS, {"i": held.id, "now": _ms(held)})
        timekeeping.halt(held, held.host)
        held.host.clocks_moved()
    return held.answer(status=held.status)


def resume(c: Connection, instance_id: int, *, by: Participant, revision: int | None = None) -> dict[str, Any]:
    """Let a halted case go on: every limit that stood runs again, without the days or hours it stood."""
    held = _steered(c, instance_id, by, "恢复", revision)
    if held.status != SUSPENDED:
        raise _not_now(held, "恢复")
    held.status = RUNNING
    with turn(held) as tokens:
        held.story.tell("resumed", None)
        c.execute(GO_ITEMS, {"i": held.id, "now": _ms(held)})
        c.execute(GO_TIMERS, {"i": held.id, "now": _ms(held)})
        for row in c.execute(GOING, {"i": held.id}).all():
            tokens.move_timer(row.key, row.planned_at)
        timekeeping.unhalt(held, held.host)
        held.host.clocks_moved()
        tokens.date_again()
    return held.answer(status=held.status)


def _steered(c: Connection, instance_id: int, by: Participant, reason: str, revision: int | None) -> Case:
    held = access.seen_case(c, instance_id, by, revision)
    if not by.may("steer", held.row.unit_path):
        raise NotAllowed("只有指挥长或分管领导可以终止、挂起或恢复事项。", instance=instance_id, person=by.id)
    if not definitions.load(c, held.row.definition_id).steered:
        raise NotAllowed("这类事项不能由统筹岗位挂起、恢复或终止。", instance=instance_id, person=by.id)
    stated(reason, "请写明理由。")
    held.story.acting_for = next((post.title for post in by.posts if held.row.unit_path.startswith(post.unit_path)), None)
    return held


def _not_now(held: Case, wanted: str) -> InvalidState:
    return InvalidState(f"该事项{STATUS_WORDS[held.status]}，不能{wanted}。", instance=held.id)


def _ms(held: Case) -> int:
    return int(held.at.timestamp() * 1000)
