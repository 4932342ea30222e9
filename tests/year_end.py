"""The working calendar in tests: an administrator changes it, the worker follows, and what open clocks say then."""

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine import clock
from engine.administration import calendar as administration
from engine.administration.calendar import Plan, Wish
from engine.clock import SHANGHAI
from engine.runtime import redating
from engine.runtime.tables import deadline_clock, redating_move
from tests.town import ADMIN, Town

NOTICE = (Path(__file__).parent / "notices" / "2027.json").read_bytes()
SAME = (Path(__file__).parent / "notices" / "2027.csv").read_bytes()
DRAWN = """
start s
par g
user days name="三日" gl:role="village_cadre" gl:limit="3" gl:limitUnit="workingDays" gl:scope="village"
user five name="五个工作日" gl:role="village_cadre" gl:limit="5" gl:limitUnit="workingDays" gl:scope="village"
user plain name="十个自然日" gl:role="village_cadre" gl:limit="10" gl:limitUnit="days" gl:scope="village"
user hours name="四十工作时" gl:role="village_cadre" gl:limit="40" gl:limitUnit="workingHours" gl:scope="village"
par j
end e
s -> g -> days -> j -> e
g -> five -> j
g -> plain -> j
g -> hours -> j
"""
BEFORE_THE_YEAR = dt.datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
"""A Monday. Without a notice, five working days later is Monday the 4th of January."""


def load(town: Town, document: bytes = NOTICE) -> Plan:
    by = town.person(ADMIN)
    return town.run(lambda c: administration.apply(c, by, administration.plan_notice(c, by, document)))


def set_day(town: Town, date: str, off: bool | None, reason: str = "三防指挥部通知", name: str = "台风停工") -> Plan:
    by = town.person(ADMIN)
    return town.run(lambda c: administration.apply(c, by, administration.plan_day(c, by, Wish(date, off, name, reason))))


def set_hours(town: Town, *rows: tuple[str, str], reason: str = "夏令作息") -> Plan:
    by = town.person(ADMIN)
    return town.run(lambda c: administration.apply(c, by, administration.plan_hours(c, by, rows, reason)))


def redate(town: Town, limit: int = redating.BATCH) -> int:
    """Everything that is left, batch by batch; how many clocks were looked at."""
    total = 0
    while done := redating.redate_due(town.database, limit):
        total += done
    return total


def ends(town: Town) -> dict[str, str]:
    """The end of each clock, in Shanghai."""
    with town.database.reading() as c:
        rows = c.execute(select(deadline_clock.c.name, deadline_clock.c.due_at).order_by(deadline_clock.c.id)).all()
    return {row.name: f"{clock.local(row.due_at):%Y-%m-%d %H:%M}" for row in rows}


def moves(town: Town) -> list[Any]:
    with town.database.reading() as c:
        return list(c.execute(select(redating_move).order_by(redating_move.c.clock_id)))


def count(town: Town, table: Any) -> int:
    with town.database.reading() as c:
        return int(c.execute(select(func.count()).select_from(table)).scalar_one())
