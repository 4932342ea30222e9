"""The pass that finds what people are to be told by now. Called by a worker whenever it looks; never by a turn.

It follows the record from where it stopped, and looks at limits whose next moment has come. Nothing goes through all open cases.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from engine.database import Database
from engine.notifications import digest, following, progress, watching
from engine.notifications.digest import Section
from engine.notifications.watching import Pass
from engine.runtime import clock_guard

NAME = "plan"
MOST = 200


def plan_due(database: Database, sections: Sequence[Section] = (), limit: int = MOST) -> int:
    """Write what people are to be told by now, at most `limit` entries of the record and as many limits; answers how much was done.

    `sections` add to the morning digest. Nothing happens while the clock is in doubt: a wrong clock makes nobody late.
    """
    with database.reading() as c:
        if clock_guard.doubt(c) is not None:
            return 0
    return database.run(lambda c: _plan(c, limit)) + digest.send_due(database, sections, min(limit, digest.PEOPLE))


def _plan(c: Connection, limit: int) -> int:
    if progress.hold(c, NAME) is None:
        return 0  # another worker is at it
    one = Pass(c)
    return following.step(one, limit) + watching.remind(one, limit)


def next_due(c: Connection) -> dt.datetime | None:
    """When a worker should look again, as far as anything is known now."""
    moments = [watching.next_due(c), digest.due_at(c)]
    return min((moment for moment in moments if moment is not None), default=None)
