"""What people and machines may do on a random walk, each with how often it is tried.

An act picks whom and what by the `chance` it is given. Most of what it tries is lawful, some is not; what must be refused is said so.
"""

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, InvalidState, InvalidValues, NotFound
from engine.runtime import case as cases
from engine.runtime import commands, jobs, live
from engine.runtime.tables import delegation, incident, subscription
from tests.properties.diagrams import VARIABLES
from tests.properties.living_diagrams import SIGNERS
from tests.properties.walking import INSTANCE, Ground, Outside, Tally
from tests.town import ADMIN, BOSS, CADRE, COMMANDER, DISPATCHER, FAR_CADRE, FINDER, GRID, INSPECTOR, OTHER_CADRE, Town

MESSAGE = "消息"
TROUBLES = select(incident).where(incident.c.instance_id == INSTANCE, incident.c.resolved_at.is_(None)).order_by(incident.c.id)
WAITING = select(subscription).where(subscription.c.instance_id == INSTANCE).order_by(subscription.c.id)
NEIGHBOURS = (CADRE, OTHER_CADRE)
STEERING = (COMMANDER, COMMANDER, BOSS, CADRE)
ANYBODY = (CADRE, COMMANDER, BOSS, DISPATCHER, INSPECTOR, FAR_CADRE, FINDER)
Act = Callable[["Steps", random.Random], None]
ACTS: dict[str, tuple[Act, int]] = {}


def often(weight: int) -> Callable[[Act], Act]:
    """What the walk may do next, and how often compared with the rest."""

    def register(act: Act) -> Act:
        ACTS[act.__name__] = (act, weight)
        return act

    return register


class Steps:
    """One case, or one after the other. `done` are the items that somebody has completed, newest last."""

    def __init__(self, town: Town, tally: Tally) -> None:
        self.town, self.tally, self.ground = town, tally, Ground(town, tally)
        self.done: list[tuple[str, str]] = []
        self.lost: list[Any] = []
        self.letters: list[tuple[Any, str]] = []

    def start(self, chance: random.Random) -> None:
        values, who = answers(chance), self.town.person(FINDER)
        assert self.ground.submit("start", values, lambda c: commands.start(c, "p", values, by=who, unit=GRID))
        self.town.case, self.done = self.ground.sent[-1].answer["instance"], []

    def item(self, chance: random.Random, state: str | None = None, signed: bool = False) -> Any:
        """An open item, of that kind if there is one."""
        found = self.ground.items()
        fitting = [one for one in found if state in (None, one.state) and (not signed or one.mi_key is not None)]
        return chance.choice(fitting or found) if found else None

    def on_item(self, act: Any, chance: random.Random, state: str | None, *what: Any) -> bool:
        """A command on some item, mostly by whoever has it."""
        item = self.item(chance, state)
        if item is None:
            return False
        who = item.assignee if item.assignee and chance.random() < 0.8 else chance.choice(NEIGHBOURS)
        accepted = self.ground.attempt(act, who, item.id, *what)
        if accepted and act is commands.complete:
            self.done.append((item.id, who))
        return accepted

    def refused(self, kind: type, act: Any, who: str, *what: Any, **how: Any) -> None:
        assert not self.ground.attempt(act, who, *what, **how)
        assert type(self.ground.refusal) is kind

    def send(self, correlation: Any, key: str | None = None) -> str:
        """A message; one without a key is new."""
        if key is None:
            key = f"letter-{self.tally.submissions}"
            self.letters.append((correlation, key))
        assert self.ground.submit("correlate", key, lambda c: commands.correlate(c, MESSAGE, correlation, {}, key))
        outcome: str = self.ground.sent[-1].answer["outcome"]
        return outcome


def answers(chance: random.Random) -> dict[str, bool]:
    return {name: chance.random() < 0.5 for name in VARIABLES}


# -------------------------------------------------------------------------------------------------- work on steps


@often(10)
def complete(walk: Steps, chance: random.Random) -> None:
    walk.on_item(commands.complete, chance, None, answers(chance))


@often(3)
def claim(walk: Steps, chance: random.Random) -> None:
    walk.on_item(commands.claim, chance, "open")


@often(2)
def unclaim(walk: Steps, chance: random.Random) -> None:
    walk.on_item(commands.unclaim, chance, "claimed")


@often(2)
def transfer(walk: Steps, chance: random.Random) -> None:
    walk.on_item(commands.transfer, chance, None, chance.choice(NEIGHBOURS))


@often(2)
def draft(walk: Steps, chance: random.Random) -> None:
    walk.on_item(commands.save_draft, chance, None, answers(chance))


@often(1)
def no_draft(walk: Steps, chance: random.Random) -> None:
    walk.on_item(commands.discard_draft, chance, None)


@often(2)
def many_at_once(walk: Steps, chance: random.Random) -> None:
    found = [item.id for item in walk.ground.items()] + ["0" * 32] * chance.randint(0, 1)
    who, before = chance.choice(NEIGHBOURS), walk.ground.picture()[0]
    if chance.random() < 0.5:
        assert walk.ground.attempt(commands.claim_many, who, found)
    else:
        assert walk.ground.attempt(commands.transfer_many, who, found, chance.choice(NEIGHBOURS))
    results = walk.ground.sent[-1].answer["results"]
    assert [one["item"] for one in results] == found and all(one["ok"] != bool(one["message"]) for one in results)
    assert any(one["ok"] for one in results) or walk.ground.picture()[0] == before


@often(4)
def send_back(walk: Steps, chance: random.Random, **how: bool) -> None:
    places = []
    for item in walk.ground.items():
        who = walk.town.person(item.assignee or CADRE)
        with walk.town.database.reading() as c:
            places += [(who.id, item.id, target.element_id) for target in commands.targets(c, item.id, by=who)]
    if places:
        who, item, target = chance.choice(places)
        walk.ground.attempt(commands.send_back, who, item, target, reason="重办", **how)


@often(3)
def withdraw(walk: Steps, chance: random.Random) -> None:
    """Mostly at once, when it may still succeed."""
    if chance.random() < 0.7:
        complete(walk, chance)
    if walk.done:
        item, who = walk.done[-1] if chance.random() < 0.8 else chance.choice(walk.done)
        walk.ground.attempt(commands.withdraw, who, item)


@often(4)
def signers(walk: Steps, chance: random.Random) -> None:
    item = walk.item(chance, signed=True)
    if item is not None and (item.mi_key is not None or chance.random() < 0.1):
        who = chance.choice((item.assignee or CADRE, DISPATCHER, FINDER))
        if chance.random() < 0.5:
            walk.ground.attempt(commands.add_signer, who, item.id, chance.choice(SIGNERS))
        else:
            walk.ground.attempt(commands.remove_signer, who, item.id)


# -------------------------------------------------------------------------------------------------- the case as a whole


@often(2)
def halt_or_go_on(walk: Steps, chance: random.Random) -> None:
    who, halted = chance.choice(STEERING), walk.ground.row().status == cases.SUSPENDED
    if halted == (chance.random() < 0.9):
        walk.ground.attempt(commands.resume, who, walk.town.case)
    else:
        walk.ground.attempt(commands.suspend, who, walk.town.case, reason="雨" if chance.random() < 0.8 else " ")


@often(2)
def go_on(walk: Steps, chance: random.Random) -> None:
    if walk.ground.row().status == cases.SUSPENDED:
        walk.ground.attempt(commands.resume, COMMANDER, walk.town.case)


@often(1)
def cancel(walk: Steps, chance: random.Random) -> None:
    walk.ground.attempt(commands.cancel, chance.choice((*STEERING, INSPECTOR)), walk.town.case, reason=chance.choice(("", "误报")))


@often(1)
def words(walk: Steps, chance: random.Random) -> None:
    walk.ground.attempt(commands.comment, chance.choice(ANYBODY), walk.town.case, "看过")
    item = walk.item(chance)
    if item is not None:
        walk.ground.attempt(commands.urge, chance.choice((FINDER, *ANYBODY)), item.id)


# -------------------------------------------------------------------------------------------------- messages and machines


@often(4)
def message_in_time(walk: Steps, chance: random.Random) -> None:
    waiting = walk.ground.found(WAITING)
    if waiting:
        walk.send(chance.choice(waiting).correlation)


@often(1)
def message_too_early(walk: Steps, chance: random.Random) -> None:
    """For a step that perhaps nobody has reached yet, or never will."""
    of = walk.ground.row()
    walk.send({"k0": of.business_key, "k1": f"c{chance.randint(1, 12)}"})


@often(1)
def message_twice(walk: Steps, chance: random.Random) -> None:
    if walk.letters:
        walk.ground.works()
        before = walk.ground.picture()[:-1]  # all but the submission itself
        walk.send(*chance.choice(walk.letters))
        assert walk.ground.picture()[:-1] == before, "the same letter was read twice"


@often(3)
def time_passes(walk: Steps, chance: random.Random) -> None:
    walk.ground.time_passes(chance.choice((0.1, 0.6, 1, 2, 5)))


@often(3)
def weather(walk: Steps, chance: random.Random) -> None:
    walk.ground.outside.mood = chance.choice(Outside.moods)
    walk.ground.works()


@often(3)
def retry(walk: Steps, chance: random.Random) -> None:
    troubles = walk.ground.found(TROUBLES)
    if troubles:
        walk.ground.attempt(commands.retry, chance.choice((*STEERING, ADMIN)), chance.choice(troubles).id)


@often(1)
def worker_dies_and_comes_back(walk: Steps, chance: random.Random) -> None:
    """Somebody takes a job and is not seen again before its lease has run out, or perhaps never."""
    if not walk.lost or chance.random() < 0.5:
        walk.lost += [row for row in [walk.town.run(jobs.lease)] if row is not None]
        return
    row = walk.lost.pop()
    before = walk.ground.picture()
    held = [one for one in before[3] if (one.id, one.lease_token, one.status) == (row.id, row.lease_token, "leased")]
    done = walk.town.run(lambda c: jobs.finish(c, row, lambda c: {}))
    assert done == bool(held) and (done or walk.ground.picture() == before)


@often(1)
def restart(walk: Steps, chance: random.Random) -> None:
    live.forget()


# -------------------------------------------------------------------------------------------------- what must be refused


@often(1)
def strangers_and_old_pages(walk: Steps, chance: random.Random) -> None:
    item, of = walk.item(chance), walk.ground.row()
    if item is None or of.status != cases.RUNNING:
        return
    act = chance.choice((commands.claim, commands.unclaim, commands.complete))
    what = (item.id, answers(chance)) if act is commands.complete else (item.id,)
    walk.refused(NotFound, act, FAR_CADRE, *what)
    walk.refused(Conflict, act, item.assignee or CADRE, *what, revision=of.revision - 1)
    lent = bool(walk.ground.found(select(delegation).where(delegation.c.work_item_id == item.id)))
    walk.refused(InvalidState if lent else InvalidValues, commands.complete, item.assignee or CADRE, item.id, {"x0": "maybe"})


@often(1)
def old_pages_of_the_case(walk: Steps, chance: random.Random) -> None:
    act = chance.choice((commands.cancel, commands.suspend, commands.resume))
    how = {} if act is commands.resume else {"reason": "雨"}
    walk.refused(Conflict, act, COMMANDER, walk.town.case, revision=walk.ground.row().revision + 1, **how)


@often(1)
def twice(walk: Steps, chance: random.Random) -> None:
    if walk.done:
        item, who = chance.choice(walk.done)
        walk.refused(InvalidState, commands.complete, who, item, answers(chance))


@often(3)
def sent_again(walk: Steps, chance: random.Random) -> None:
    walk.ground.repeat(chance.choice(walk.ground.sent))
