"""Leads for accountability (问责线索): kept apart from cases and from the ladder's own story, for those who act for the line alone."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, false, insert, or_, select, update

from engine import clock
from engine.errors import InvalidState, InvalidValues
from engine.people import Participant
from engine.supervision import addressees
from engine.supervision.lines import own
from engine.supervision.tables import ladder, lead

PROPOSED, HANDED_OVER, TALK, DROPPED = "proposed", "handed-over", "talk", "dropped"
STATES = {PROPOSED: "待研判", HANDED_OVER: "已按程序移交", TALK: "已约谈提醒", DROPPED: "不作线索处置"}
LONGEST = 1000

ADD = insert(lead)
OPEN = select(lead.c.id).where(lead.c.ladder_id == bindparam("i"), lead.c.state == PROPOSED)
SETTLE = update(lead).where(lead.c.ladder_id == bindparam("i"), lead.c.state == PROPOSED).values(
    state=bindparam("to"), decided_at=bindparam("at", type_=lead.c.decided_at.type), decided_by=bindparam("person"), note=bindparam("said"))


@dataclass(frozen=True)
class Lead:
    """One lead, with what it is about."""

    id: int
    ladder_id: int
    case_number: str
    step: str
    about: str
    ground: str
    state: str
    proposed_at: dt.datetime
    note: str | None


def propose(c: Connection, matter: Row[Any], ground: str, by: str | None) -> None:
    """Add a lead, unless one is open already."""
    if c.execute(OPEN, {"i": matter.id}).first() is None:
        c.execute(ADD, {"ladder_id": matter.id, "line": matter.line, "unit_path": matter.unit_path, "person_id": matter.person_id,
                        "person_key": matter.person_key, "ground": ground[:LONGEST], "state": PROPOSED, "proposed_at": clock.now(),
                        "proposed_by": by})


def settle(c: Connection, matter: Row[Any], outcome: str, note: str, by: Participant) -> None:
    """What becomes of the open lead. Raises InvalidValues (outcome, no words), InvalidState when none is open."""
    if outcome not in (HANDED_OVER, TALK, DROPPED):
        raise InvalidValues({"outcome": "请选择处置意见。"})
    if not note.strip() or len(note) > LONGEST:
        raise InvalidValues({"note": f"请写明处置说明，不超过 {LONGEST} 字。"})
    if c.execute(SETTLE, {"i": matter.id, "to": outcome, "at": clock.now(), "person": by.id, "said": note.strip()}).rowcount == 0:
        raise InvalidState("这条线索已经处置。")


def lay_down(c: Connection, matter: Row[Any], by: str | None) -> None:
    """The matter is closed: a lead that nobody has decided about is dropped, and stays on record."""
    c.execute(SETTLE, {"i": matter.id, "to": DROPPED, "at": clock.now(), "person": by, "said": "监督事项销号，不再处置。"})


def of(c: Connection, by: Participant, ladder_id: int | None = None) -> tuple[Lead, ...]:
    """The leads of the lines this person acts for, within their units, newest first; nothing for anybody else."""
    mine = [and_(lead.c.line == line, lead.c.unit_path.startswith(path, autoescape=True))
            for line, paths in own(by).items() for path in paths]
    query = (select(lead, ladder.c.case_number, ladder.c.step).join(ladder, ladder.c.id == lead.c.ladder_id)
             .where(or_(false(), *mine)).order_by(lead.c.id.desc()).limit(200))
    if ladder_id is not None:
        query = query.where(lead.c.ladder_id == ladder_id)
    return tuple(Lead(r.id, r.ladder_id, r.case_number, r.step, addressees.named(c, r.person_id, r.person_key).name, r.ground, r.state,
                      r.proposed_at, r.note) for r in c.execute(query).all())
