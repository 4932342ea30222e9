"""Whatever happens to a case, by day or by night, whoever has the step hears that it is late, and nobody hears the same twice.

The channel fails now and then, and workers die after sending. What is counted is what arrives on the other side, not what we wrote down.
"""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import clock
from engine.errors import EngineError
from engine.notifications import choices, delivering, limits, reminders
from engine.notifications.channels import Down
from engine.notifications.kinds import Kind
from engine.notifications.letters import Letter
from engine.notifications.tables import delivery, notice
from engine.runtime import commands
from tests.town import CADRE, COMMANDER, OTHER_CADRE, Town

STEP = """
start s
user fix name="村社纠正" gl:role="village_cadre" gl:scope="village" gl:limit="{limit}" gl:limitUnit="{unit}" {more}
end e
s -> fix -> e
"""
LIMITS = ((2, "workingDays", ""), (3, "hours", 'gl:warnBefore="50%"'), (20, "days", ""), (1, "workingHours", ""), (70, "days", ""))
HANDS = (CADRE, OTHER_CADRE)
ACTS = ("report", "claim", "unclaim", "transfer", "complete", "halt", "resume", "minutes", "hours", "days", "look", "carry", "die")
FAILED = (select(delivery.c.person_id, notice.c.about, notice.c.shown, notice.c.kind)
          .join(notice, notice.c.id == delivery.c.notice_id).where(delivery.c.status == "failed"))


class Died(BaseException):
    """A worker that was killed after the other side took the message."""


@dataclass
class Unsure:
    """A channel that takes every message it is given, and does not always live to say so."""

    dice: random.Random
    dies: bool = False
    sound: bool = False
    got: list[Letter] = field(default_factory=list)
    woken: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        if not self.sound and self.dice.random() < 0.2:
            raise Down("kein Netz")
        self.got.append(letter)
        if is_night(clock.now()) and not letter.urgent:
            self.woken.append(letter)
        if self.dies:
            raise Died


def is_night(moment: dt.datetime) -> bool:
    return clock.local(moment).hour >= 22 or clock.local(moment).hour < 6


@dataclass
class Story:
    """One case after another in one town, under random hands."""

    town: Town
    dice: random.Random

    def __post_init__(self) -> None:
        self.way = Unsure(self.dice)
        self.cases: list[int] = []

    def act(self, name: str) -> None:
        try:
            getattr(self, f"_{name}")()
        except EngineError:
            assert self.town.faults() == []

    def _report(self) -> None:
        self.cases.append(self.town.report())

    def _command(self, command: object, *what: object, **how: object) -> None:
        items = self._items()
        if items:
            item = self.dice.choice(items)
            self.town.acts(command, item.assignee or self.dice.choice(HANDS), item.id, *what, **how)

    def _claim(self) -> None:
        self._command(commands.claim)

    def _unclaim(self) -> None:
        self._command(commands.unclaim)

    def _transfer(self) -> None:
        self._command(commands.transfer, to=self.dice.choice(HANDS), reason="轮班")

    def _complete(self) -> None:
        self._command(commands.complete, {})

    def _halt(self) -> None:
        self.town.acts(commands.suspend, COMMANDER, self.town.case, reason="等待鉴定")

    def _resume(self) -> None:
        self.town.acts(commands.resume, COMMANDER, self.town.case)

    def _minutes(self) -> None:
        self.town.waits(minutes=self.dice.randint(1, 59))

    def _hours(self) -> None:
        self.town.waits(hours=self.dice.randint(1, 13))

    def _days(self) -> None:
        self.town.waits(days=self.dice.randint(1, 6))

    def _look(self) -> None:
        while reminders.plan_due(self.town.database):
            pass

    def _carry(self) -> None:
        while delivering.deliver_due(self.town.database, {"webhook": self.way}):
            pass

    def _die(self) -> None:
        self.way.dies = True
        try:
            self._carry()
        except Died:
            assert self.way.got
        finally:
            self.way.dies = False

    def _items(self) -> list[object]:
        with self.town.database.reading() as c:
            return limits.live_items(c, [self.town.case])

    # ---------------------------------------------------------------------------------------- what must hold

    def ends(self) -> None:
        """The storm is over: the record settles, the morning comes, and everything that waits goes out."""
        self.way.sound = True
        self.town.waits(minutes=3)
        self._look()
        for _ in range(3):
            self.town.waits(hours=12)
            self._look()
            self.town.waits(minutes=3)
            self._look()
            self._carry()
        self.town.until(clock.local(clock.now()).replace(hour=9, minute=0) + dt.timedelta(days=1))
        self._look()
        self._carry()

    def rows(self, person: str) -> str:
        with self.town.database.reading() as c:
            query = select(delivery.c.subject, delivery.c.status, delivery.c.last_error, delivery.c.due_at, delivery.c.attempts)
            found = c.execute(query.where(delivery.c.person_id == person).order_by(delivery.c.id.desc()).limit(30))
            return "\n".join(map(str, found))

    def check(self) -> None:
        keys: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for letter in self.way.got:
            if letter.kind in (Kind.OVERDUE, Kind.RESULT):
                keys[(letter.person_id, letter.kind, letter.about["case_number"])].add(letter.key)
        assert {who: found for who, found in keys.items() if len(found) > 1} == {}
        with self.town.database.reading() as c:
            told = {(row.person_id, row.key) for row in c.execute(select(notice.c.person_id, notice.c.key))}
            late = [item for item in limits.live_items(c, self.cases) if item.due_at < clock.now()]
            waiting = c.execute(select(delivery).where(delivery.c.status.in_(("due", "leased")), delivery.c.due_at < clock.now())).all()
            failed = c.execute(FAILED).all()
            subjects = {item.id: key for item in late for key, one in limits.running(c, [item.instance_id], [item]).items()
                        if item in one.items}
        arrived = {(letter.person_id, letter.about["case_number"]) for letter in self.way.got if letter.kind == Kind.OVERDUE}
        arrived |= {(row.person_id, row.about["case_number"]) for row in failed if row.shown and row.kind == Kind.OVERDUE}
        for item in late:
            for person in [item.assignee] if item.assignee else HANDS:
                assert (person, f"{subjects[item.id]}:overdue") in told
                assert (person, item.case_number) in arrived, self.rows(person)
        assert (waiting, [row for row in failed if not row.shown], self.way.woken) == ([], [], [])


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=12, max_size=35), limit=st.sampled_from(LIMITS), chance=st.integers(0, 2**32))
def test_nobody_hears_the_same_twice_and_nothing_late_is_lost(town: Town, acts: list[str], limit: tuple[object, ...], chance: int) -> None:
    length, unit, more = limit
    town.draws(STEP.format(limit=length, unit=unit, more=more))
    town.run(lambda c: choices.offer(c, ["webhook"]))
    story = Story(town, random.Random(chance))
    story.act("look")
    story.act("report")
    for name in acts:
        story.act(name)

    story.ends()

    story.check()
