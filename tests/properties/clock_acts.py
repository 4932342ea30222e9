"""What people do to clocks on a random walk: enter in their ledgers, lawfully or not, and change the working calendar under them."""

import datetime as dt
import random
from typing import Any

from sqlalchemy import select

from engine.runtime import commands, ledgers
from engine.runtime.commands import Paper, Stretch
from engine.runtime.tables import deadline_clock
from tests.properties.acts import Steps, often
from tests.properties.walking import INSTANCE
from tests.town import BOSS, COMMANDER, LEADER, OFFICER

CLOCKS = select(deadline_clock).where(deadline_clock.c.instance_id == INSTANCE).order_by(deadline_clock.c.id)
KEEPERS = (LEADER, LEADER, LEADER, OFFICER, COMMANDER)
GROUNDS = ("testing", "hearing", "suspended", "testing-notified", "rain", "")


def paper(chance: random.Random) -> Paper:
    """Mostly in order."""
    return Paper(chance.choice(("委托书〔2026〕1号", "审批表", "审批表", "")), chance.choice((BOSS, BOSS, BOSS, LEADER, "")),
                 chance.choice(GROUNDS), chance.choice(("送检", "")))


def moment(walk: Steps, chance: random.Random) -> dt.datetime:
    """Mostly in the recent past."""
    return walk.town.clock() - dt.timedelta(hours=chance.choice((0, 1, 3, 24, 50, -1, 100_000)))


def of_law(walk: Steps, chance: random.Random) -> Any:
    """Some clock; mostly an open one of the law."""
    found = walk.ground.found(CLOCKS)
    lawful = [row for row in found if row.rule and row.status in ledgers.LIVE]
    return chance.choice(lawful if lawful and chance.random() < 0.85 else found) if found else None


@often(5)
def stop_and_go(walk: Steps, chance: random.Random) -> None:
    """Suspend and resume."""
    row = of_law(walk, chance)
    if row is not None:
        act = commands.resume_clock if (row.status == ledgers.SUSPENDED) == (chance.random() < 0.9) else commands.suspend_clock
        at = None if chance.random() < 0.5 else moment(walk, chance)
        walk.ground.attempt(act, chance.choice(KEEPERS), row.id, at, paper(chance))


@often(4)
def leave_out_or_prolong(walk: Steps, chance: random.Random) -> None:
    """Exclude a period, extend."""
    row = of_law(walk, chance)
    if row is None:
        return
    if chance.random() < 0.5:
        ends = sorted((moment(walk, chance), moment(walk, chance)), reverse=chance.random() < 0.1)
        walk.ground.attempt(commands.exclude_period, chance.choice(KEEPERS), row.id, Stretch(*ends), paper(chance))
    else:
        length = chance.choice((1, 15, 30, 31, 0, -3))
        walk.ground.attempt(commands.extend_clock, chance.choice(KEEPERS), row.id, length, paper(chance))


@often(2)
def think_again(walk: Steps, chance: random.Random) -> None:
    """Correct or revoke an entry, perhaps one that is none."""
    row = of_law(walk, chance)
    if row is None:
        return
    seq = chance.randint(1, row.entries + 1)
    if chance.random() < 0.5:
        walk.ground.attempt(commands.revoke_entry, chance.choice(KEEPERS), row.id, seq, paper(chance))
    else:
        stretch = Stretch(moment(walk, chance), chance.choice((None, moment(walk, chance))))
        walk.ground.attempt(commands.correct_entry, chance.choice(KEEPERS), row.id, seq, stretch, paper(chance))
