"""What people do on a random walk when they do not work alone: lend a step, hand it back, take it back, ask for it straight back, copy."""

import random

from sqlalchemy import select

from engine.runtime import commands
from engine.runtime.tables import delegation
from tests.properties.acts import ANYBODY, NEIGHBOURS, Steps, answers, often, send_back
from tests.town import BOSS, CADRE, COMMANDER, DISPATCHER, OTHER_CADRE

LENT = select(delegation).order_by(delegation.c.work_item_id)


@often(3)
def lend(walk: Steps, chance: random.Random) -> None:
    walk.on_item(commands.delegate, chance, None, chance.choice((*NEIGHBOURS, BOSS)))


@often(3)
def hand_back(walk: Steps, chance: random.Random) -> None:
    found = walk.ground.found(LENT)
    if found:
        one = chance.choice(found)
        walk.ground.attempt(commands.hand_back, chance.choice((one.delegate, one.delegate, CADRE)), one.work_item_id, answers(chance))


@often(1)
def recall(walk: Steps, chance: random.Random) -> None:
    found = walk.ground.found(LENT)
    if found:
        one = chance.choice(found)
        walk.ground.attempt(commands.recall, chance.choice((one.owner, one.owner, OTHER_CADRE)), one.work_item_id)


@often(4)
def straight_back(walk: Steps, chance: random.Random) -> None:
    send_back(walk, chance, straight=True)


@often(1)
def copies(walk: Steps, chance: random.Random) -> None:
    people = chance.sample((BOSS, COMMANDER, DISPATCHER, CADRE), chance.randint(0, 3))
    if not walk.ground.attempt(commands.copy_to, chance.choice(ANYBODY), walk.town.case, people):
        return
    walk.ground.attempt(commands.read_copy, chance.choice((BOSS, COMMANDER, DISPATCHER)), walk.town.case)
