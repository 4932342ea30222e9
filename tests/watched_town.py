"""A town that is supervised: the ladder's diagram is published, and the worker's pass looks at clocks whenever something is due."""

import datetime as dt
from typing import Any

from sqlalchemy import Row, select

from engine import definitions
from engine.clock import Simulated
from engine.database import Database
from engine.people import directory
from engine.runtime import jobs, timers
from engine.supervision import ladder
from engine.supervision.tables import ladder as ladders
from tests.town import ROOT, TICK, Town

JUSTICE, OTHER_INSPECTOR = "jiao", "shui"
STEP = """
    start s
    user work name="现场核查" gl:role="case_officer" gl:limit="7" gl:limitUnit="workingHours" gl:warnBefore="20%" gl:link="handling"
    user check name="复核" gl:role="team_leader"
    end e
    s -> work -> check -> e
"""


class WatchedTown(Town):
    """Cases of one step with a limit of seven business hours, watched. The supervised case stays the one of `case`."""

    def __init__(self, database: Database, clock: Simulated) -> None:
        super().__init__(database, clock)
        database.run(lambda c: directory.save_person(c, OTHER_INSPECTOR, {"name": "税庚"}, None))
        database.run(lambda c: directory.set_posts(c, OTHER_INSPECTOR, [("inspector", "qs")]))
        database.run(lambda c: directory.save_person(c, JUSTICE, {"name": "焦辛"}, None))
        database.run(lambda c: directory.set_posts(c, JUSTICE, [("justice_bureau", "x")]))
        package = definitions.read_folder(ROOT / "bpmn" / "supervision", ROOT / "forms")
        self.run(lambda c: definitions.deploy(c, package, by=None))
        self.draws(STEP)

    def works(self) -> None:
        """Jobs, then what the clocks call for, until nothing is left."""
        jobs.perform_due(self.database, self.functions)
        while ladder.start_due(self.database):
            jobs.perform_due(self.database, self.functions)

    def until(self, moment: dt.datetime) -> None:
        """Everything happens at its own moment, the beginning of ladders too."""
        while (due := self._next_due()) is not None and due < moment:
            self.clock.move_to(max(due + TICK, self.clock()))
            timers.fire_due(self.database)
            self.works()
        self.clock.move_to(moment)
        self.works()

    def _next_due(self) -> dt.datetime | None:
        with self.database.reading() as c:
            return min((at for at in (timers.next_due(c), ladder.next_due(c)) if at is not None), default=None)

    def ladders(self) -> list[Row[Any]]:
        """All ladders, oldest first."""
        with self.database.reading() as c:
            return list(c.execute(select(ladders).order_by(ladders.c.id)).all())

    def at_ladder(self) -> Row[Any]:
        """The only ladder; from now on `case` is its own, for `does` and `item`."""
        (one,) = self.ladders()
        self.case = one.instance_id
        return one
