"""What a ladder does next, from how its clock stands: the one place where thresholds are compared. It only ever goes up."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from engine import clock
from engine.clock import SHANGHAI
from engine.deadlines import Calendar
from engine.runtime import ledgers
from engine.supervision import diary, ladder, papers, telling
from engine.supervision.addressees import Addressee
from engine.supervision.lateness import AWAY, NONE, OVER, Standing
from engine.supervision.lines import RED

SOON = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Advice:
    """`act`: yellow, red, order, over or wait; `look_at`: when to look again if nothing is heard before."""

    act: str
    look_at: dt.datetime


def of(matter: Row[Any], standing: Standing, order_after: dt.timedelta, calendar: Calendar, now: dt.datetime) -> Advice:
    """What to do now. While the clock lawfully stands nothing climbs; once the work is over only an inspector goes on from red."""
    if matter.rung < RED:
        if standing.is_late:
            return Advice("red", now)
        if standing.status in (OVER, NONE):
            return Advice("over", now)
        look = standing.due if standing.status == ledgers.RUNNING and standing.due is not None else None
        return Advice("yellow" if matter.rung == 0 else "wait", _later(look, calendar, now))
    moment = standing.reaches(order_after, matter.red_at, calendar) if standing.status in (ledgers.RUNNING, AWAY) else None
    if moment is not None and moment <= now:
        return Advice("order", now)
    if moment is None and standing.status == ledgers.RUNNING and standing.due is not None and standing.due > now:
        moment = standing.due
    return Advice("wait", _later(moment, calendar, now))


def _later(moment: dt.datetime | None, calendar: Calendar, now: dt.datetime) -> dt.datetime:
    """Never at once; without a moment of its own when the offices open on the next working day."""
    if moment is None:
        moment = calendar.opening(calendar.add_working_days(now.astimezone(SHANGHAI).date(), 1))
    return max(moment, now + SOON)


def seen(c: Connection, matter: Row[Any], standing: Standing) -> None:
    """Remember which clock was looked at and how it stood, so that its next change is heard."""
    if standing.newest is not None:
        row = standing.newest.row
        c.execute(ladder.SEE, {"i": matter.id, "clock": row.id, "status": row.status, "due": row.due_at})


def talk(c: Connection, matter: Row[Any], to: Addressee, most: int) -> None:
    """Suggest a talk (约谈) when a person has had that many red cards this month. It is a suggestion to inspectors, never a verdict."""
    if to.person is None or papers.red_cards(c, to.person, matter.line) < most:
        return
    ladder.change(c, matter.id, talk_at=clock.now())
    text = f"{to.name}本月红牌已达 {papers.red_cards(c, to.person, matter.line)} 张，建议约谈。"
    diary.note(c, matter.id, "talk", text, person=to.person)
    telling.inspectors(c, matter, text)
