"""Ladders and the clocks they watch: one begins when a clock's warning has come, hears when the clock moves, and never loses a rung.

`start_due` and `follow` are passes of the worker. What a ladder does next is drawn in `bpmn/supervision`; nothing here climbs a rung.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from engine import clock, definitions, ids
from engine.clock import local
from engine.database import Database, UTCDateTime
from engine.errors import NotFound
from engine.people import Participant
from engine.runtime import messages
from engine.runtime.commands import Opening, open_case
from engine.runtime.tables import deadline_clock, process_instance
from engine.supervision import diary
from engine.supervision.lines import DISCIPLINE, ORDER
from engine.supervision.tables import ladder

PROCESS, PREFIX, OPEN = "supervision", "JD", "open"
MOVED, DECIDED, EXTENDED, ESCALATED, SETTLED = "监督对象变动", "监督员决定", "延长回复期限", "监督员升级", "线索已处置"

_NOW = bindparam("now", type_=UTCDateTime)
CLOCK = deadline_clock.c
STATUSES = ("running", "stopped")
"""A clock that stopped before anybody looked is looked at all the same: the work may have been done late."""
WATCHED = (CLOCK.status.in_(STATUSES), CLOCK.watch_at < _NOW)
DUE = (select(deadline_clock, process_instance.c.business_key.label("case_number"), process_instance.c.title)
       .join(process_instance, process_instance.c.id == CLOCK.instance_id)
       .where(*WATCHED).order_by(CLOCK.watch_at, CLOCK.id).limit(1).with_for_update(skip_locked=True, of=deadline_clock))
BEGUN = update(deadline_clock).where(CLOCK.id == bindparam("clock"), *WATCHED).values(watch_at=None)
NEXT_DUE = (select(CLOCK.watch_at).where(CLOCK.status == bindparam("status"), CLOCK.watch_at.is_not(None))
            .order_by(CLOCK.watch_at).limit(1))
FOUND = select(ladder).where(ladder.c.case_id == bindparam("case"), ladder.c.element_id == bindparam("element"),
                             ladder.c.rule == bindparam("of"), ladder.c.line == bindparam("on"), ladder.c.state == OPEN)
ONE = select(ladder).where(ladder.c.id == bindparam("i"))
LOCKED = ONE.with_for_update()
ADD = insert(ladder).returning(ladder.c.id)
NAME = update(ladder).where(ladder.c.id == bindparam("i")).values(number=bindparam("said"), instance_id=bindparam("instance"))
SEE = update(ladder).where(ladder.c.id == bindparam("i")).values(
    clock_id=bindparam("clock"), seen_status=bindparam("status"), seen_due=bindparam("due", type_=UTCDateTime))
RAISE = update(ladder).where(ladder.c.id == bindparam("i"), ladder.c.rung < bindparam("to")).values(rung=bindparam("to"))
CHANGED = (
    select(ladder.c.id, CLOCK.id.label("clock_id"), CLOCK.status, CLOCK.due_at)
    .join(deadline_clock, CLOCK.id == ladder.c.clock_id)
    .where(ladder.c.state == OPEN, ladder.c.rung.between(1, ORDER - 1),
           or_(ladder.c.seen_status != CLOCK.status, ladder.c.seen_due != CLOCK.due_at))
    .order_by(ladder.c.id).limit(bindparam("n"))
)


@dataclass(frozen=True)
class Matter:
    """What is supervised: one step of one case under one rule ("" for a limit of the diagram's own)."""

    case_id: int
    case_number: str
    title: str
    element_id: str
    step: str
    link: str | None
    rule: str
    unit_id: str
    unit_path: str
    clock_id: int | None = None


def next_due(c: Connection) -> dt.datetime | None:
    """When the worker should look for the next ladder to begin; None too where the supervision process has not been published."""
    found = [c.execute(NEXT_DUE, {"status": status}).scalar() for status in STATUSES]
    moments = [moment for moment in found if moment is not None]
    return min(moments) if moments and _published(c) else None


def start_due(database: Database, limit: int = 100, *, guard: Callable[[Connection], bool] | None = None) -> int:
    """Begin the ladders of clocks whose warning has come, and tell ladders whose clock has moved; answers how many of both.

    Each in a transaction of its own, exactly once. guard: asked in each transaction; False (a clock that jumped) ends the pass.
    """
    with database.reading() as c:
        due = next_due(c)
        waits = due is not None and due < clock.now()
        moved = c.execute(CHANGED, {"n": limit}).all()
    begun = 0
    while waits and begun < limit and database.run(lambda c: (guard is None or guard(c)) and _begin_one(c)):
        begun += 1
    return begun + sum(database.run(lambda c, row=row: _tell(c, row)) for row in moved)  # type: ignore[misc]


def _published(c: Connection) -> bool:
    try:
        definitions.latest(c, PROCESS)
    except NotFound:
        return False
    return True


def _begin_one(c: Connection) -> bool:
    now = clock.now()
    row = c.execute(DUE, {"now": now}).first()
    if row is None or c.execute(BEGUN, {"clock": row.id, "now": now}).rowcount != 1:
        return row is not None
    if row.stopped_at is None or row.stopped_at > row.due_at:
        start(c, of_clock(row), DISCIPLINE)
    return True


def of_clock(row: Row[Any]) -> Matter:
    """The matter a clock belongs to."""
    return Matter(row.instance_id, row.case_number, row.title, row.element_id, row.name, row.link, row.rule, row.unit_id, row.unit_path,
                  row.id)


def start(c: Connection, matter: Matter, line: str, *, by: Participant | None = None,
          decision: Mapping[str, Any] | None = None) -> tuple[int, bool]:
    """(the matter's ladder, whether it has just begun). An open one is joined and told: coming back takes nothing back.

    decision: what an inspector wants at once, see `orders`.
    """
    known = c.execute(FOUND, {"case": matter.case_id, "element": matter.element_id, "of": matter.rule, "on": line}).first()
    if known is not None:
        if matter.clock_id is not None and known.clock_id != matter.clock_id:
            _moved(c, known.id)
            c.execute(SEE, {"i": known.id, "clock": matter.clock_id, "status": None, "due": None})
            diary.note(c, known.id, "joined", "同一环节又开始计时，并入本监督事项，不退级。", clock=matter.clock_id)
        return known.id, False
    return _opened(c, matter, line, by, decision), True


def _opened(c: Connection, matter: Matter, line: str, by: Participant | None, decision: Mapping[str, Any] | None) -> int:
    now, deployed = clock.now(), definitions.latest(c, PROCESS)
    row = {"number": ids.new_key(), "line": line, "case_id": matter.case_id, "case_number": matter.case_number, "title": matter.title,
           "element_id": matter.element_id, "step": matter.step, "link": matter.link, "rule": matter.rule, "clock_id": matter.clock_id,
           "unit_id": matter.unit_id, "unit_path": matter.unit_path, "rung": 0, "state": OPEN, "opened_at": now,
           "opened_by": by.id if by else None}
    ladder_id = int(c.execute(ADD, row).scalar_one())
    said = f"{PREFIX}{local(now):%Y%m%d}-{ladder_id:06d}"
    values = {"ladder": ladder_id, "line": line, "rule": matter.rule, "by_hand": by is not None, "decision": decision}
    opening = Opening(matter.unit_id, number=said, title=f"{matter.step}：{matter.title}"[:200], parent=matter.case_id)
    opened = open_case(c, deployed, values, opening, by=by)
    c.execute(NAME, {"i": ladder_id, "said": said, "instance": opened["instance"]})
    text = f"{by.name}发起监督。" if by else "期限触发监督。"
    diary.note(c, ladder_id, "begun", text, by=by.id if by else None, clock=matter.clock_id)
    return ladder_id


def _tell(c: Connection, row: Row[Any]) -> bool:
    """What is seen now is written down with it, so that one change is told once. The case is locked first, as in its own turns."""
    _moved(c, row.id)
    c.execute(SEE, {"i": row.id, "clock": row.clock_id, "status": row.status, "due": row.due_at})
    return True


def _moved(c: Connection, ladder_id: int) -> None:
    messages.correlate(c, MOVED, {"ladder": ladder_id}, {})


def one(c: Connection, ladder_id: int, *, lock: bool = False) -> Row[Any]:
    """One ladder. Raises NotFound."""
    row = c.execute(LOCKED if lock else ONE, {"i": ladder_id}).first()
    if row is None:
        raise NotFound("没有这个监督事项，请返回列表重新选择。")
    return row


def climb(c: Connection, ladder_id: int, rung: int) -> None:
    """Up to that rung; a ladder that is higher stays there."""
    c.execute(RAISE, {"i": ladder_id, "to": rung})


def change(c: Connection, ladder_id: int, **values: Any) -> None:
    """Columns other than the rung, of an open ladder."""
    c.execute(update(ladder).where(and_(ladder.c.id == ladder_id, ladder.c.state == OPEN)).values(**values))
