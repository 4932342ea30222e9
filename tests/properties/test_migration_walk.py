"""A random case under random hands while its process changes under it: moved in the middle along a chain of versions, and back.

After every command everything of `test_random_walk` holds. Besides: a step that is in both versions keeps its work item, drafts and votes
stay, limits of the law run on untouched, a refused move changes nothing, one that is undone leaves nothing behind, and every case ends.

GRIDLOOP_PROFILE=deep walks for hours; GRIDLOOP_SEED takes another way than the usual one.
"""

import os
import random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from engine import definitions
from engine.runtime import case as cases
from engine.runtime import commands
from engine.runtime.commands.migrating import Plan
from tests.properties.acts import ACTS
from tests.properties.changing_diagrams import Changing
from tests.properties.moving_checks import Before, Moved
from tests.properties.test_random_walk import Walk
from tests.properties.walking import Tally
from tests.town import ADMIN, CADRE, Town

PROFILES = {"quick": (8, 25), "deep": (3000, 80)}
WALKS, STEPS = PROFILES[os.environ.get("GRIDLOOP_PROFILE", "quick")]
ONWARDS = ("complete", "complete", "complete", "message_in_time", "time_passes", "send_back", "weather", "draft")
CHOICES = ("keep", "keep", "restart", "re-rule")
MOVING, MAPPING, UNDOING = 0.45, 0.7, 0.3
SEEN = ("migrate", "undo", "moved: chain", "moved: kept step", "moved: countersign", "moved: law", "moved: limit", "moved: timers")


class Moving(Walk):
    """Any command in any order, and moves to newer versions in between."""

    process: Changing
    versions: list[int]
    chain: int

    @initialize(diagram=st.integers(0, 100_000), chance=st.integers(0, 2**32))
    def begin(self, diagram: int, chance: int) -> None:
        self.process, self.chain = Changing(diagram), 0
        self.versions = [self.town.run(self.process.publish)]
        dice = random.Random(chance)
        self.steps.start(dice)
        self.go_on(dice, 12)

    def go_on(self, dice: random.Random, most: int) -> None:
        """Into the middle of the case."""
        for _ in range(dice.randint(0, most)):
            ACTS[dice.choice(ONWARDS)][0](self.steps, dice)
            if self.ground.ended():
                self.chain = 0
                self.steps.start(dice)

    @rule(chance=st.integers(0, 2**32))
    def move(self, chance: int) -> None:
        """To a version that has just been published; now and then to some older one."""
        self.count += 1
        dice = random.Random(f"{chance}-{self.count}")
        if not self.town.case or self.ground.row().status != cases.RUNNING or dice.random() > MOVING:
            return
        self.go_on(dice, 4)
        to = dice.choice(self.versions) if dice.random() < 0.2 else self.newer(dice)
        plan, before = Plan(to, {}, dice.choice(CHOICES), "流程改了"), Before(self.ground)
        done = self.moves(before, plan)
        if not done and dice.random() < MAPPING:
            done = self.moves(before, Plan(to, self.mapping(to, dice), plan.choice, "流程改了"))
        if done and dice.random() < UNDOING:
            self.undone(before)

    @rule(chance=st.integers(0, 2**32))
    def take_back(self, chance: int) -> None:
        """Whatever has happened since."""
        if not self.town.case or random.Random(chance).random() > 0.2:
            return
        if self.ground.attempt(commands.undo_move, ADMIN, self.town.case, reason="移错了"):
            self.ground.watched.forget_own()

    def newer(self, dice: random.Random) -> int:
        self.process.change(dice)
        self.versions.append(self.town.run(self.process.publish))
        return self.versions[-1]

    def moves(self, before: Before, plan: Plan) -> bool:
        """Move, and see what stays."""
        if not self.ground.attempt(commands.migrate, ADMIN, self.town.case, plan):
            assert before.is_all(), "a refused move has left something behind"
            return False
        self.chain += 1
        Moved(self.ground, before, plan).check()
        self.tally.done["moved: chain"] += self.chain == 2
        self.ground.watched.forget_own()
        self.ground.check()
        return True

    def mapping(self, to: int, dice: random.Random) -> dict[str, str | None]:
        """Somewhere for each step that is gone, and now and then for one that is not; events that are gone are dropped."""
        with self.town.database.reading() as c:
            old, new = (definitions.load(c, one).spec.elements for one in (self.ground.row().definition_id, to))
        steps = sorted(one for one in new if new[one].kind in ("userTask", "serviceTask", "subProcess", "callActivity"))
        gone = sorted(one for one in old if one not in new or dice.random() < 0.05)
        near = {one: [step for step in steps if step.rpartition(":")[0] == one.rpartition(":")[0]] or steps for one in gone}
        return {one: None if old[one].kind in ("boundaryEvent", "startEvent") else dice.choice(near[one]) for one in gone}

    def undone(self, before: Before) -> None:
        """At once; somebody may have looked at it or written a word."""
        if self.ground.ended():
            return
        if random.Random(self.count).random() < 0.3:
            self.ground.attempt(commands.comment, CADRE, self.town.case, "看过")
        if self.ground.attempt(commands.undo_move, ADMIN, self.town.case, reason="移错了"):
            self.chain -= 1
            self.ground.watched.forget_own()
            assert before.is_back(), "what was undone has left something behind"


def test_any_command_while_the_process_changes(town: Town) -> None:
    tally, number = Tally(), int(os.environ.get("GRIDLOOP_SEED", "77"))
    print(f"GRIDLOOP_SEED={number}")
    run_state_machine_as_test(
        seed(number)(lambda: Moving(town, tally)),
        settings=settings(max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None, phases=(Phase.generate,),
                          suppress_health_check=list(HealthCheck), print_blob=True))
    print(tally.lines())
    assert town.faults() == []
    assert all(tally.done[name] for name in SEEN) and tally.refused["migrate"]
