"""What is watched for reminders: one row for each limit that runs, with the moment at which somebody is to be told next.

A pass touches only cases in which something happened and rows whose moment has come, so what it costs does not depend on how many
cases are open.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update

from engine import clock
from engine.clock import local
from engine.database import UTCDateTime
from engine.deadlines import Calendar, calendars
from engine.notifications import hours, limits, stages
from engine.notifications.hours import Leads
from engine.notifications.kinds import Kind
from engine.notifications.limits import Subject
from engine.notifications.outbox import Message, post
from engine.notifications.stages import Stage
from engine.notifications.tables import delivery, reminder

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_S: BindParameter[Any] = bindparam("s")
_AT, _DUE = bindparam("at", type_=UTCDateTime), bindparam("due", type_=UTCDateTime)
KNOWN = select(reminder.c.subject).where(reminder.c.instance_id.in_(_IDS))
ADD = insert(reminder)
ARM = update(reminder).where(reminder.c.subject == _S).values(due_at=_DUE, next_at=_AT)
FORGET = delete(reminder).where(reminder.c.subject == _S)
DUE = (select(reminder.c.subject, reminder.c.instance_id).where(reminder.c.next_at <= bindparam("now", type_=UTCDateTime))
       .order_by(reminder.c.next_at).limit(bindparam("n")))
NEXT = select(reminder.c.next_at).where(reminder.c.next_at.is_not(None)).order_by(reminder.c.next_at).limit(1)
WAITING = select(delivery.c.id, delivery.c.subject).where(delivery.c.instance_id.in_(_IDS), delivery.c.status == "due",
                                                          delivery.c.subject.is_not(None))
DROP = (update(delivery).where(delivery.c.id == bindparam("i"), delivery.c.status == "due")
        .values(status="dropped", ended_at=_AT, last_error="已经办完或停止计时，不再提醒。"))


@dataclass
class Pass:
    """What one pass looks up once: the calendar, the lead times, who holds which post."""

    c: Connection
    now: dt.datetime = field(default_factory=clock.now)
    calendar: Calendar = field(init=False)
    leads: Leads = field(init=False)
    holders: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.leads, self.calendar = hours.in_force(self.c).leads, calendars.of(self.c)

    def stages(self, subject: Subject) -> tuple[Stage, ...]:
        """What is said about a limit, and when."""
        return stages.of(subject.limit, self.leads, self.calendar)

    def people(self, items: Collection[Any]) -> tuple[str, ...]:
        """Whose move it is."""
        return limits.holders(self.c, items, self.holders)


def arm(one: Pass, instances: Collection[int], items: list[Any]) -> None:
    """Watch every limit that runs in these cases, forget what no longer runs, and drop what still waits to be said about it."""
    c, found = one.c, limits.running(one.c, instances, items)
    known = set(c.execute(KNOWN, {"ids": sorted(instances)}).scalars())
    for key in sorted(known - found.keys()):
        c.execute(FORGET, {"s": key})
    for key, subject in found.items():
        begun = stages.reached(one.stages(subject), one.now) is not None
        at = one.now if begun else stages.following(one.stages(subject), one.now)
        if key in known:
            c.execute(ARM, {"s": key, "due": subject.limit.due, "at": at})
        else:
            c.execute(ADD, {"subject": key, "instance_id": subject.instance_id, "due_at": subject.limit.due, "next_at": at})
    _drop(one, instances, {*found, *(f"item:{item.id}" for item in items)})


def _drop(one: Pass, instances: Collection[int], alive: set[str]) -> None:
    for row in one.c.execute(WAITING, {"ids": sorted(instances)}).all():
        if row.subject not in alive:
            one.c.execute(DROP, {"i": row.id, "at": one.now})


def remind(one: Pass, limit: int) -> int:
    """Say what is to be said by now, of at most `limit` limits, and note when to look next; answers how many were looked at."""
    rows = one.c.execute(DUE, {"now": one.now, "n": limit}).all()
    instances = {row.instance_id for row in rows}
    found = limits.running(one.c, instances, limits.live_items(one.c, instances)) if rows else {}
    for row in rows:
        if row.subject not in found:
            one.c.execute(FORGET, {"s": row.subject})
            continue
        subject = found[row.subject]
        planned = one.stages(subject)
        stage = stages.reached(planned, one.now)
        if stage is not None:
            post(one.c, _message(subject, stage), one.people(subject.items))
        one.c.execute(ARM, {"s": row.subject, "due": subject.limit.due, "at": stages.following(planned, one.now)})
    return len(rows)


def _message(subject: Subject, stage: Stage) -> Message:
    due = f"{local(subject.limit.due):%Y-%m-%d %H:%M}"
    words = (f"{subject.number}“{subject.step}”已超期，原定 {due} 前办完，请尽快办理。" if stage.kind is Kind.OVERDUE
             else f"{subject.number}“{subject.step}”将于 {due} 到期，请及时办理。")
    return Message(stage.kind, f"{subject.key}:{stage.name}", words, subject.instance_id, subject=subject.key, urgent=subject.urgent,
                   about=subject.about())


def next_due(c: Connection) -> dt.datetime | None:
    """When something is to be said next."""
    moment: dt.datetime | None = c.execute(NEXT).scalar()
    return moment
