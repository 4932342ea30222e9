"""Under random hands: everybody's time adds up to the case's time, and every open case has one sentence with somebody who can move it.

Whoever is named is tried: they do what they are said to be able to do. Then they leave, and whoever is named next is tried.
"""

import os
import random
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import Connection, select

from engine.administration import people
from engine.errors import EngineError
from engine.people import Participant, directory
from engine.runtime import commands, incidents
from engine.runtime.tables import work_item
from engine.supervision import standing, whose_time
from engine.supervision.standing import Can, Standing
from engine.supervision.stays import OPEN
from engine.supervision.time_parts import ZERO, CaseTime, Length, Part
from tests.properties.acts import answers
from tests.properties.test_random_walk import Walk
from tests.properties.walking import Tally
from tests.town import ADMIN, INSPECTOR, Town

PROFILES = {"quick": (8, 30), "deep": (1000, 100)}
WALKS, STEPS = PROFILES[os.environ.get("GRIDLOOP_PROFILE", "quick")]


class Undone(EngineError):
    """Ends a trial, so that nothing of it stays."""


class Watched(Walk):
    """Any command in any order, with somebody who looks after each."""

    def __init__(self, town: Town, tally: Tally, seen: set[standing.Why]) -> None:
        super().__init__(town, tally)
        self.seen = seen

    @invariant()
    def time_adds_up(self) -> None:
        if not self.town.case:
            return
        inspector = self.town.person(INSPECTOR)
        with self.town.database.reading() as c:
            time = whose_time.of_case(c, self.town.case, inspector).time
            live = {row.id: row.assignee for row in c.execute(select(work_item).where(
                work_item.c.instance_id == self.town.case, work_item.c.state.in_(("open", "claimed", "suspended"))))}
        check_sums(time)
        told = {stay.key: stay.holds[-1].person for stay in time.told.stays if stay.end_by == OPEN}
        assert told == live, "the record says another holder than the list of work"
        assert time.told.is_open == (not self.ground.ended())

    @invariant()
    def somebody_can_move_it(self) -> None:
        if not self.town.case:
            return
        with self.town.database.reading() as c:
            found = standing.of_cases(c, [self.town.case])
        assert len(found) == (0 if self.ground.ended() else 1)
        for one in found:
            self.seen.add(one.why)
            assert one.sentence.endswith("。") and one.sentence.count("；") >= 1
            self._tries(one, leaves=())
            if one.mover is not None and one.mover.person != ADMIN:
                self._tries(one, leaves=(one.mover.person,))

    def _tries(self, one: Standing, leaves: tuple[str, ...]) -> None:
        """Do it, or see that whoever is named once these people have left can; nothing of it stays."""

        def trial(c: Connection) -> None:
            for person in leaves:
                directory.save_person(c, person, {"name": person, "active": False}, None)
            now = standing.of_cases(c, [self.town.case])[0] if leaves else one
            assert now.mover is not None and now.mover.person not in leaves, now.sentence
            assert now.mover.name in now.sentence
            acts(c, now, self.town.case)
            raise Undone()

        try:
            self.town.database.run(trial)
        except Undone:
            return
        raise AssertionError("a trial was not undone")


def check_sums(time: CaseTime) -> None:
    """Every account has the length of the case, nothing is negative, and nobody's hands hold more than their own account says."""
    assert sum(time.parts.values(), Length()) == time.whole
    assert time.whole.wall == time.told.end - time.told.start
    lengths = [*time.parts.values(), *(length for one in time.accounts for length in (one.mine, one.suspended, *one.waits.values()))]
    assert all(ZERO <= length.work <= length.wall for length in lengths)
    for one in time.accounts:
        assert one.whole == time.whole
        hands = sum((p.length.wall for p in time.pieces if p.part is Part.HANDS and p.person == one.person), ZERO)
        assert hands <= one.mine.wall <= time.parts[Part.HANDS].wall
        assert one.suspended.wall >= time.parts[Part.SUSPENDED].wall
    for stay in time.told.stays:
        assert sum((length.wall for length in time.steps.get(stay.key, {}).values()), ZERO) == stay.ended - stay.opened


def acts(c: Connection, one: Standing, case: int) -> None:
    """What the person who is named can do, done by them."""
    by, chance = directory.participant(c, one.mover.person), random.Random(case)  # type: ignore[union-attr]
    tries: dict[Can, Any] = {
        Can.RESUME: lambda: commands.resume(c, case, by=by),
        Can.RETRY: lambda: commands.retry(c, one.incident, by=by),
        Can.COMPLETE: lambda: commands.complete(c, one.item, answers(chance), by=by),
        Can.HAND_BACK: lambda: commands.hand_back(c, one.item, answers(chance), by=by),
        Can.CLAIM: lambda: commands.claim(c, one.item, by=by) and commands.complete(c, one.item, answers(chance), by=by),
        Can.TRANSFER: lambda: commands.transfer(c, one.item, commands.receivers(c, one.item, by=by)[0].id, by=by),
        Can.CANCEL: lambda: commands.cancel(c, case, reason="不必再等", by=by),
        Can.LOOK: lambda: by.may("administer") and incidents.of(c, by) is not None,
        Can.APPOINT: lambda: appoints(c, one, by),
    }
    assert tries[one.can](), one


def appoints(c: Connection, one: Standing, by: Participant) -> bool:
    """A new colleague is put into the post that is missing; then somebody but the administrator is named."""
    item = c.execute(select(work_item).where(work_item.c.id == one.item)).first() if one.item else None
    role, unit = (item.candidate_role, item.candidate_key.partition("@")[2]) if item and item.candidate_key else ("leader", "qs")
    people.add(c, by, "new", {"name": "新来的"}, [(role, unit)])
    after = standing.of_cases(c, [one.instance_id])[0]
    return after.mover is not None and after.mover.person != by.id


def test_time_adds_up_and_every_case_has_somebody_who_can_move_it(town: Town) -> None:
    tally, seen, number = Tally(), set[standing.Why](), int(os.environ.get("GRIDLOOP_SEED", random.randrange(10**6)))
    print(f"GRIDLOOP_SEED={number}")
    run_state_machine_as_test(
        seed(number)(lambda: Watched(town, tally, seen)),
        settings=settings(max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None,
                          suppress_health_check=list(HealthCheck), print_blob=True))
    print(sorted(seen), tally.lines())
    assert len(seen) >= 3
