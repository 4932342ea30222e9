"""A random case under random hands: any command in any order, on random diagrams and both databases.

After every command, also a refused one: the rows are what the tokens wait for, nothing automatic is left ready, the record is whole and
explains the state, and somebody or something is waited for. A refused command has changed nothing; an accepted one, sent again under
its key, changes nothing more. In the end every case can be finished.

GRIDLOOP_PROFILE=deep walks for hours; GRIDLOOP_SEED repeats a printed seed.
"""

import os
import random
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from engine.runtime import case as cases
from engine.runtime import commands
from engine.runtime.tables import delegation
from engine.runtime.turn import turn
from tests.properties import approval_acts, clock_acts  # noqa: F401 - they register their acts
from tests.properties.acts import ACTS, MESSAGE, TROUBLES, WAITING, Steps, answers
from tests.properties.living_diagrams import publish
from tests.properties.walking import Tally
from tests.town import ADMIN, CADRE, COMMANDER, Town

PROFILES = {"quick": (20, 45), "deep": (5000, 100)}
WALKS, STEPS = PROFILES[os.environ.get("GRIDLOOP_PROFILE", "quick")]
SHARE = 0.8
ENOUGH = 400
LETTERS = 0.5


class Walk(RuleBasedStateMachine):
    """Any of these, in any order."""

    def __init__(self, town: Town, tally: Tally) -> None:
        super().__init__()
        self.town, self.steps, self.tally = town, Steps(town, tally), tally
        self.ground, self.count = self.steps.ground, 0

    @initialize(diagram=st.integers(0, 100_000), chance=st.integers(0, 2**32))
    def begin(self, diagram: int, chance: int) -> None:
        dice = random.Random(chance)
        self.tally.drawn += 1
        self.tally.published += self.town.run(lambda c: publish(c, diagram))
        self.steps.start(dice)

    @rule(act=st.sampled_from([name for name, (_, weight) in ACTS.items() for _ in range(weight)]), chance=st.integers(0, 2**32))
    def step(self, act: str, chance: int) -> None:
        self.count += 1
        dice = random.Random(f"{chance}-{self.count}")  # small numbers are drawn often, and must not mean the same each time
        if self.ground.ended() and dice.random() < 0.7:
            self.steps.start(dice)
        ACTS[act][0](self.steps, dice)

    @invariant()
    def all_is_well(self) -> None:
        if self.town.case:
            self.ground.check()

    def teardown(self) -> None:
        """Whatever happened: the case can be finished."""
        if not self.town.case:
            return
        self.ground.outside.mood = "works"
        if self.ground.row().status == cases.SUSPENDED:
            assert self.ground.attempt(commands.resume, COMMANDER, self.town.case)
        chance = random.Random(self.town.case)
        for _ in range(ENOUGH):
            if self.ground.ended():
                break
            self._one_more_step(chance)
        assert self.ground.ended(), "the case cannot be finished"
        self.all_is_well()

    def _one_more_step(self, chance: random.Random) -> None:
        troubles, found, waiting = self.ground.found(TROUBLES), self.ground.items(), self.ground.found(WAITING)
        if troubles:
            assert self.ground.attempt(commands.retry, ADMIN, troubles[0].id)
        elif found:
            item = chance.choice(found)
            for lent in self.ground.found(select(delegation).where(delegation.c.work_item_id == item.id)):
                assert self.ground.attempt(commands.recall, lent.owner, item.id)
                return
            assert self.ground.attempt(commands.complete, item.assignee or CADRE, item.id, answers(chance))
        else:
            self._something_happens(chance.choice(waiting) if waiting and chance.random() < LETTERS else None)

    def _something_happens(self, awaited: Any) -> None:
        """Time passes, and now and then a letter comes. One at every turn would begin some event sub-process for ever anew."""
        if awaited is not None and self.steps.send(awaited.correlation) != "delivered":
            self.town.run(lambda c: self._deliver(c, awaited.key))
        self.ground.time_passes(5)

    def _deliver(self, c: Any, key: str) -> None:
        """Two tokens of one case wait at one step: only a person could tell which of them is meant."""
        case = cases.locked(c, self.town.case)
        case.story.tell("message-received", key=key, message=MESSAGE)
        with turn(case) as tokens:
            tokens.deliver(key, {})


def test_any_command_in_any_order(town: Town) -> None:
    tally, number = Tally(), int(os.environ.get("GRIDLOOP_SEED", random.randrange(10**6)))
    print(f"GRIDLOOP_SEED={number}")
    run_state_machine_as_test(
        seed(number)(lambda: Walk(town, tally)),
        settings=settings(
            max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None, suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )  # fmt: skip

    print(tally.lines())
    assert town.faults() == []
    assert tally.published > SHARE * tally.drawn
