"""A case that goes round in circles through timers or services: each round waits for nothing, and would keep everybody else's waiting.

The linter finds what is drawn so; this stops what only comes out when it runs (a length that is calculated, a way round that was thought
impossible). What is stopped is an incident: somebody mends the process or the data, and tries it again.
"""

import datetime as dt

from sqlalchemy import Connection, bindparam, select

from engine import clock
from engine.database import UTCDateTime
from engine.errors import StepBudgetExceeded
from engine.runtime.tables import incident, job, timer

MOST = 1000
"""Times that one element of one case may be passed in an hour."""
WITHIN = dt.timedelta(hours=1)

TIMER = (select(timer.c.id).where(timer.c.instance_id == bindparam("i"), timer.c.status == "fired", timer.c.element_id == bindparam("e"),
                                  timer.c.fired_at > bindparam("since", type_=UTCDateTime)).limit(1).offset(MOST))
JOB = (select(job.c.id).where(job.c.instance_id == bindparam("i"), job.c.status == "done", job.c.element_id == bindparam("e"),
                              job.c.created_at > bindparam("since", type_=UTCDateTime)).limit(1).offset(MOST))
STOPPED = "流程在原地打转，已停下"
OPEN = select(incident.c.id).where(incident.c.resolved_at.is_(None), incident.c.message.contains(STOPPED)).limit(1)


class Flood(StepBudgetExceeded):
    """One element was passed too often; trying again at once would go on."""


def must_be_calm(c: Connection, kind: str, instance_id: int, element_id: str | None) -> None:
    """`kind` is timer or job. Raises Flood."""
    asked = {"i": instance_id, "e": element_id, "since": clock.now() - WITHIN}
    if c.execute(TIMER if kind == "timer" else JOB, asked).first() is not None:
        raise Flood(f"一小时内经过这一步超过 {MOST} 次，{STOPPED}。请检查循环和时长，改好后再重试。")


def is_stopped(c: Connection) -> bool:
    """Whether some case has been stopped for that and nobody has seen to it yet."""
    return c.execute(OPEN).first() is not None
