"""Random diagrams with random send-backs: whatever was sent back wherever it lawfully may, the case can be finished."""

import random
from typing import Any

import pytest

from engine.errors import JumpRefused
from engine.spiff import TimerWait, UserTaskWait
from tests.open_case import Case
from tests.properties.diagrams import VARIABLES, Dice, documents

DIAGRAMS, MOVES, ENOUGH = 100, 25, 600


class Walk:
    """One case under random hands."""

    def __init__(self, seed: int) -> None:
        self.chance, self.seed, self.jumps = random.Random(seed), seed, 0
        self.case = Case(*documents(Dice(seed)), **self.values())
        self.case.saved = seed % 3 > 0

    def values(self) -> dict[str, Any]:
        return {name: self.chance.random() < 0.5 for name in VARIABLES}

    def act(self, wait: Any, values: dict[str, Any]) -> None:
        if isinstance(wait, UserTaskWait):
            self.case.tokens.finish(wait.key, values)
        elif isinstance(wait, TimerWait):
            self.case.tokens.fire(wait.key)
        else:
            self.case.tokens.deliver(wait.key, values)
        self.case.after()

    def jump(self, wait: Any) -> bool:
        """To a lawful target, and it must arrive there; anywhere else is refused and changes nothing."""
        targets = self.case.tokens.targets(wait.key)
        elsewhere = self.chance.choice(sorted(self.case.spec.elements))
        if self.chance.random() < 0.3 or not targets:
            return self.anywhere(wait, elsewhere)
        target = self.chance.choice(targets)
        self.case.tokens.send_back(wait.key, target.id)
        self.case.after()
        assert wait.key not in {found.key for found in self.case.now.waits}, f"seed {self.seed}: the old token is still there"
        self.jumps += 1
        return True

    def anywhere(self, wait: Any, element: str) -> bool:
        before = self.case.tokens.dump()
        try:
            self.case.tokens.send_back(wait.key, element)
        except JumpRefused as refusal:
            assert refusal.message and self.case.tokens.dump() == before
            return False
        self.case.after()
        return True

    def wander(self) -> None:
        for _ in range(MOVES):
            if self.case.now.completed:
                return
            wait = self.chance.choice(self.case.now.waits)
            if not (isinstance(wait, UserTaskWait) and self.chance.random() < 0.4 and self.jump(wait)):
                self.act(wait, self.values())
            stuck = not self.case.now.completed and not self.case.now.waits
            assert not stuck, f"seed {self.seed}: stuck"

    def finish(self) -> None:
        """Everything on the way to the end, until nothing is left; events beside the way need not happen."""
        for _ in range(ENOUGH):
            waits = [wait for wait in self.case.now.waits if wait.element.kind not in ("startEvent", "boundaryEvent")]
            if not waits:
                break
            people = [wait for wait in waits if isinstance(wait, UserTaskWait)]
            self.act((people or waits)[0], dict.fromkeys(VARIABLES, False))
        done = self.case.now.completed
        assert done, f"seed {self.seed}: cannot be finished"


@pytest.mark.parametrize("block", range(5))
def test_after_any_send_back_a_case_can_be_finished(block):
    jumps = 0
    for seed in range(block * DIAGRAMS // 5, (block + 1) * DIAGRAMS // 5):
        walk = Walk(seed)
        walk.wander()
        walk.finish()
        jumps += walk.jumps
    assert jumps > 10
