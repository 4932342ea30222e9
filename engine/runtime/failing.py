"""What timers and jobs do when something fails where nobody watched: try again later, and in the end say so aloud."""

import datetime as dt
import random

from sqlalchemy import bindparam, select

from engine.errors import EngineError
from engine.runtime import incidents
from engine.runtime.case import Case
from engine.runtime.incidents import Trouble
from engine.runtime.tables import incident

MOST_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(seconds=10), dt.timedelta(hours=1)
SPREAD = 0.2
LONGEST_REASON = 500
OPEN = select(incident.c.id).where(
    incident.c.kind == bindparam("kind"), incident.c.source_id == bindparam("source"), incident.c.resolved_at.is_(None)
)


def pause(attempts: int) -> dt.timedelta:
    """How long to wait after the n-th failure: 10 s, 20 s, 40 s … an hour at most, spread by a fifth, so that what is down is not
    hit by everybody at once."""
    length: dt.timedelta = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return length * random.uniform(1 - SPREAD, 1 + SPREAD)


def reason(error: BaseException) -> str:
    """What went wrong, for an administrator: the engine's own words, else the kind of fault and its text."""
    text = error.message if isinstance(error, EngineError) else f"程序内部错误（{type(error).__name__}：{error}）"
    return text[:LONGEST_REASON]


def give_up(case: Case, trouble: Trouble, name: str) -> None:
    """Open an incident of a case and tell it, unless one is open already for that job or timer. `name` is the step's."""
    asked = {"kind": trouble.kind, "source": trouble.source_id}
    if case.c.execute(OPEN, asked).first() is None:
        incidents.open_one(case.c, trouble)
        case.story.tell("incident-opened", trouble.element_id, item=name, reason=trouble.message)
