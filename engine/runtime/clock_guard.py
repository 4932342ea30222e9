"""A wrong clock expires no case: when it jumps, timers stop firing, an alarm is raised, and an administrator says what is right.

Two clocks are compared: the one that can be set, and the machine's monotonic one, which cannot. Between two runs of the program
there is only the moment last seen: time never goes back, and a machine that was off for longer than a month is asked about.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.database import UTCDateTime
from engine.errors import InvalidState, NotAllowed
from engine.people import Participant
from engine.runtime import incidents
from engine.runtime.incidents import Trouble
from engine.runtime.tables import observation

BACK, FORWARD, OFF = dt.timedelta(seconds=5), dt.timedelta(hours=1), dt.timedelta(days=31)
FINE = dt.timedelta(seconds=10)
A_DAY = 86400.0
SUBJECT, KIND = "clock", "clock"

SEEN = select(observation.c.value, observation.c.seen_at).where(observation.c.subject == SUBJECT)
ADD = {
    "sqlite": sqlite.insert(observation).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(observation).on_conflict_do_nothing(),
}
SAVE = (
    update(observation)
    .where(observation.c.subject == SUBJECT)
    .values(value=bindparam("found"), seen_at=bindparam("at", type_=UTCDateTime))
)


@dataclass
class ClockGuard:
    """Asked in each transaction that would fire a timer; one for each worker.

    `at` and `ticks` are what both clocks said at one moment of the last day, so that many small jumps count as the one they make.
    """

    at: dt.datetime | None = None
    ticks: float = 0.0

    def __call__(self, c: Connection) -> bool:
        """True while the clock can be trusted. The first doubt is written down and stays until somebody confirms the time."""
        now, ticks = clock.now(), clock.monotonic()
        row = c.execute(SEEN).first()
        if row is None:
            c.execute(ADD[c.dialect.name], {"subject": SUBJECT, "value": {}, "seen_at": now})
        elif row.value:
            return False
        elif self._jumped(now, ticks, row.seen_at):
            _stop(c, row.seen_at, now)
            self.at = None
            return False
        elif now - row.seen_at >= FINE:
            c.execute(SAVE, {"found": {}, "at": now})
        if self.at is None or ticks - self.ticks > A_DAY:
            self.at, self.ticks = now, ticks
        return True

    def _jumped(self, now: dt.datetime, ticks: float, seen: dt.datetime) -> bool:
        if now < seen - BACK:
            return True
        if self.at is None:
            return now - seen > OFF
        drift = now - self.at - dt.timedelta(seconds=ticks - self.ticks)
        return not -BACK <= drift <= FORWARD


def _stop(c: Connection, before: dt.datetime, now: dt.datetime) -> None:
    shown = [f"{clock.local(moment):%Y-%m-%d %H:%M:%S}" for moment in (before, now)]
    why = f"系统时钟异常：上次为 {shown[0]}，现在为 {shown[1]}。时限已暂停触发，请核对服务器时间后确认。"
    opened = incidents.open_one(c, Trouble(KIND, why))
    c.execute(SAVE, {"found": {"incident": opened, "reason": why}, "at": before})


def doubt(c: Connection) -> str | None:
    """Why timers do not fire at present, in plain Chinese; None while the clock is trusted."""
    value: dict[str, Any] | None = c.execute(select(observation.c.value).where(observation.c.subject == SUBJECT)).scalar()
    return str(value["reason"]) if value else None


def confirm(c: Connection, *, by: Participant) -> dict[str, Any]:
    """An administrator says that the time is right now: timers fire again. Raises NotAllowed, InvalidState when nothing is in doubt."""
    if not by.may("administer"):
        raise NotAllowed()
    row = c.execute(SEEN).first()
    if row is None or not row.value:
        raise InvalidState("系统时钟没有异常，无需确认。")
    incidents.resolve(c, row.value["incident"], by)
    c.execute(SAVE, {"found": {}, "at": clock.now()})
    return {"incident": row.value["incident"]}
