"""What changes of the working calendar moved: every clock with its end before and after, for administrators and those who answer for it.

An administrator sees which cases, never what is in them; others see the cases of their own area.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true

from engine.administration.calendar import READERS
from engine.errors import NotAllowed
from engine.people import Participant
from engine.runtime import access
from engine.runtime.tables import redating_move
from engine.supervision import audit

PAGE, MOST = 50, 100_000


@dataclass(frozen=True)
class Move:
    """One clock that moved, or (`failure`) could not be dated again. `seen`: the reader may open its case."""

    instance_id: int
    case_number: str
    rule: str
    name: str
    holder: str
    old_due: dt.datetime
    new_due: dt.datetime | None
    failure: str | None
    at: dt.datetime
    seen: bool


@dataclass(frozen=True)
class Listed:
    """One page of moves."""

    moves: Sequence[Move]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def listed(c: Connection, by: Participant, version: int | None = None, page: int = 1) -> Listed:
    """What moved under one version of the calendar, or ever; the newest first. Raises NotAllowed."""
    wanted = _wanted(by, version)
    total = c.execute(select(func.count()).select_from(redating_move).where(wanted)).scalar_one()
    number = min(max(1, page), max(1, -(-total // PAGE)))
    rows = c.execute(_query(by, wanted).limit(PAGE).offset((number - 1) * PAGE))
    return Listed([_move(row) for row in rows], total, number)


def export(c: Connection, by: Participant, version: int | None = None) -> list[Move]:
    """The same as a whole, to be taken away; that is recorded. Raises NotAllowed."""
    rows = c.execute(_query(by, _wanted(by, version)).limit(MOST))
    found = [_move(row) for row in rows]
    audit.note(c, by, "exported", f"{by.name}导出因工作日历变动而移动的期限，共 {len(found)} 行。", rows=len(found))
    return found


def _wanted(by: Participant, version: int | None) -> ColumnElement[bool]:
    if not any(by.may(capability) for capability in READERS):
        raise NotAllowed()
    scope = true() if by.may("administer") else access.visible(by, redating_move)
    return scope if version is None else and_(scope, redating_move.c.version == version)


def _query(by: Participant, wanted: ColumnElement[bool]) -> Select[Any]:
    seen = access.visible(by, redating_move).label("seen")
    return select(redating_move, seen).where(wanted).order_by(redating_move.c.at.desc(), redating_move.c.clock_id)


def _move(row: Any) -> Move:
    return Move(row.instance_id, row.case_number, row.rule, row.name, row.holder, row.old_due, row.new_due, row.failure, row.at,
                bool(row.seen))
