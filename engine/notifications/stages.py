"""When people are told about one time limit: some way before its end, and once it is over. Computes only."""

import datetime as dt
from dataclasses import dataclass

from engine.clock import local
from engine.deadlines import Calendar, DayCount
from engine.notifications.hours import Leads
from engine.notifications.kinds import Kind

OVERDUE, WARN = "overdue", "warn"
MOMENT = dt.timedelta(milliseconds=1)
LONG, MIDDLE = 60, 15  # days


@dataclass(frozen=True)
class Limit:
    """A limit that runs. `warn` is the moment its own rule or diagram names; `hourly`: it counts hours, not days.

    `led`: it stands under a rule of law, whose lead times are those of `Leads`; else only its own warning counts, if it has one.
    """

    started: dt.datetime
    due: dt.datetime
    warn: dt.datetime | None
    hourly: bool
    led: bool


@dataclass(frozen=True)
class Stage:
    """One thing to be said, from this moment on. The name stays the same when the end moves, so nobody hears it twice."""

    name: str
    at: dt.datetime
    kind: Kind


def of(limit: Limit, leads: Leads, calendar: Calendar) -> tuple[Stage, ...]:
    """All stages in their order; the last is that the limit is over."""
    early = {} if limit.warn is not None and not limit.led else _leads(limit, leads, calendar)
    early = {name: at for name, at in early.items() if limit.started < at < limit.due}
    if not early and limit.warn is not None and limit.warn < limit.due:
        early = {WARN: limit.warn}
    stages = [Stage(name, at, Kind.SOON) for name, at in sorted(early.items(), key=lambda pair: pair[1])]
    return (*stages, Stage(OVERDUE, limit.due + MOMENT, Kind.OVERDUE))


def _leads(limit: Limit, leads: Leads, calendar: Calendar) -> dict[str, dt.datetime]:
    if limit.hourly:
        return {f"T-{n}h": limit.due - dt.timedelta(hours=n) for n in leads.hours}
    days = (local(limit.due).date() - local(limit.started).date()).days
    if days < MIDDLE:
        return {f"T-{n}wd": DayCount(n, working=True).before(limit.due, calendar) for n in leads.short}
    numbers = leads.long if days >= LONG else leads.middle
    return {f"T-{n}d": DayCount(n, working=False).before(limit.due, calendar) for n in numbers}


def reached(stages: tuple[Stage, ...], now: dt.datetime) -> Stage | None:
    """What is to be said now: the last stage that has begun; those before it are told no more."""
    return next((stage for stage in reversed(stages) if stage.at <= now), None)


def following(stages: tuple[Stage, ...], now: dt.datetime) -> dt.datetime | None:
    """When the next one begins."""
    return next((stage.at for stage in stages if stage.at > now), None)
