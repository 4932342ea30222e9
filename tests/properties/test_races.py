"""Two or three people, timers and messages reach one case at the same moment: one order's result, and a plain answer for everybody."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.runtime import commands
from engine.runtime.service_registry import function
from engine.runtime.tables import process_instance
from tests.notation import boundary, many, timer
from tests.properties.racing import Race, by, fire, letter, perform
from tests.properties.racing import run as check_race
from tests.town import BOSS, CADRE, COMMANDER, DISPATCHER, FINDER, GRID, LEADER, OFFICER, OTHER_CADRE, Town

HOURS = timer("Duration", 'duration("PT2H")')
CATCH = (
    '<intermediateCatchEvent id="mail" name="等待回函"><extensionElements><gl:correlation name="matter" expression="case.number"/>'
    '</extensionElements><messageEventDefinition messageRef="M"/></intermediateCatchEvent>'
)
TWO = """
start s
user fix name="纠正" gl:role="village_cadre"
user check name="复核" gl:role="village_cadre"
end e
s -> fix -> check -> e
"""


def limited(interrupting: bool) -> str:
    """A step with a deadline that takes it away, or only calls the area head."""
    more = f"{boundary('late', 'fix', HOURS, interrupting)}\nuser press name=\"督办\" gl:role=\"area_head\"\nend e2\nlate -> press -> e2"
    return TWO + more


FIRST = f"""
start s
first gate
{CATCH}
<intermediateCatchEvent id="bell" name="等待期满">{HOURS}</intermediateCatchEvent>
user yes name="办理回函" gl:role="village_cadre"
user no name="逾期处理" gl:role="village_cadre"
end e
end e2
s -> gate -> mail -> yes -> e
gate -> bell -> no -> e2
"""
THEN_MAIL = f"""
start s
user fix name="纠正" gl:role="village_cadre"
{CATCH}
user check name="复核" gl:role="village_cadre"
end e
s -> fix -> mail -> check -> e
"""
BOTH = """
start s
par split
user one name="左" gl:role="village_cadre"
user two name="右" gl:role="village_cadre"
par join
user check name="复核" gl:role="village_cadre"
end e
s -> split -> one -> join -> check -> e
split -> two -> join
"""
JOB = """
start s
<serviceTask id="call" name="通知" gl:function="walk.call"/>
user check name="复核" gl:role="village_cadre"
end e
s -> call -> check -> e
"""
_SIGNERS = many(f'<loopDataInputRef>["{OFFICER}", "{LEADER}"]</loopDataInputRef><inputDataItem id="who"/>')
SIGNING = f"""
start s
<userTask id="sign" name="会签" gl:role="case_officer" gl:assignee="who">{_SIGNERS}</userTask>
user check name="归档" gl:role="village_cadre"
end e
s -> sign -> check -> e
"""


def overdue(town: Town) -> None:
    """Two hours and more have gone by, and no worker has looked yet."""
    town.clock.advance(dt.timedelta(hours=2, minutes=1))


def fixed(town: Town) -> None:
    town.does(CADRE, "纠正")


def signed(town: Town) -> None:
    """Only one signature is missing."""
    town.does(LEADER, "会签")


FIX, FIX_TOO = by(CADRE, commands.complete, "纠正", {}), by(OTHER_CADRE, commands.complete, "纠正", {})
CHECK = by(OTHER_CADRE, commands.complete, "复核", {})
HALT = by(COMMANDER, commands.suspend, None, reason="雨")
CANCEL = by(BOSS, commands.cancel, None, reason="误报")
UNDO = by(CADRE, commands.withdraw, "纠正")
BACK = by(CADRE, commands.send_back, "复核", "fix", reason="不清楚")
GIVE, TAKE = by(CADRE, commands.transfer, "纠正", OTHER_CADRE), by(OTHER_CADRE, commands.claim, "纠正")

RACES = {
    "complete, complete": Race(TWO, (FIX, FIX_TOO)),
    "complete, the timer that interrupts it": Race(limited(True), (FIX, fire), overdue),
    "complete, the timer beside it": Race(limited(False), (FIX, fire), overdue),
    "complete, complete, the timer": Race(limited(True), (FIX, FIX_TOO, fire), overdue, 3),
    "send back, complete": Race(TWO, (BACK, CHECK), fixed),
    "send back, send back": Race(TWO, (BACK, by(OTHER_CADRE, commands.send_back, "复核", "fix", reason="不对")), fixed),
    "withdraw, complete": Race(TWO, (UNDO, CHECK), fixed),
    "transfer, claim": Race(TWO, (GIVE, TAKE)),
    "claim, claim, transfer": Race(TWO, (by(CADRE, commands.claim, "纠正"), TAKE, GIVE)),
    "suspend, complete": Race(TWO, (HALT, FIX)),
    "suspend, complete, the timer": Race(limited(False), (HALT, FIX, fire), overdue, 4),
    "cancel, complete, suspend": Race(TWO, (CANCEL, FIX, HALT), orders=4),
    "the message, the timer of its gateway": Race(FIRST, (letter(), fire), overdue),
    "the message, the timer, cancel": Race(FIRST, (letter("a"), fire, CANCEL), overdue, 3),
    "the same message twice": Race(FIRST, (letter("a"), letter("a")), orders=1),
    "two messages for one reader": Race(FIRST, (letter("a"), letter("b")), orders=1),
    "the message, the step before its reader": Race(THEN_MAIL, (letter(), FIX)),
    "both branches before a join": Race(BOTH, (by(CADRE, commands.complete, "左", {}), by(OTHER_CADRE, commands.complete, "右", {}))),
    "both branches from the same page": Race(
        BOTH, (by(CADRE, commands.complete, "左", {}, old=True), by(OTHER_CADRE, commands.complete, "右", {}, old=True))
    ),
    "the job, cancel": Race(JOB, (perform, CANCEL)),
    "the job, suspend": Race(JOB, (perform, HALT)),
    "one more signer, the last signature": Race(
        SIGNING, (by(DISPATCHER, commands.add_signer, "会签", OTHER_CADRE), by(OFFICER, commands.complete, "会签", {})), signed
    ),
    "one signer less, a signature": Race(
        SIGNING, (by(DISPATCHER, commands.remove_signer, "会签"), by(OFFICER, commands.complete, "会签", {})), signed
    ),
    "a reminder, complete": Race(TWO, (by(FINDER, commands.urge, "纠正"), FIX)),
}


@pytest.mark.parametrize("name", RACES)
def test_whoever_is_quicker_the_result_is_that_of_some_order(town: Town, name: str) -> None:
    town.functions["walk.call"] = function("walk.call", lambda payload: {})
    check_race(town, RACES[name])


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Run them side by side, beginning in the same moment; their answers."""
    together = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        together.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as people:
        return [future.result() for future in [people.submit(one, work) for work in works]]


def test_overlapping_lists_in_opposite_order_never_wait_in_a_circle(town: Town) -> None:
    town.draws(TWO)
    found = []
    for _ in range(6):
        town.report()
        found.append(town.item(CADRE, "纠正"))
    people = [town.person(CADRE), town.person(OTHER_CADRE)]
    lists = (found, found[::-1])

    answers = at_once([
        partial(town.run, partial(commands.claim_many, item_ids=items, by=who)) for who, items in zip(people, lists, strict=True)
    ] * 2)  # fmt: skip

    taken = [{one["item"] for one in answer["results"] if one["ok"]} for answer in answers]
    assert taken[0] == taken[2] and taken[1] == taken[3], "taking one's own again changes nothing"
    assert not taken[0] & taken[1] and taken[0] | taken[1] == set(found)
    assert town.faults() == []


def test_one_submission_sent_by_four_hands_is_done_once(town: Town) -> None:
    town.draws(TWO)
    who, before = town.person(FINDER), 0
    for number in range(5):
        work = partial(commands.start, key="p", values={}, by=who, unit=GRID)
        answers = at_once([partial(town.database.run, work, key=f"report-{number}", payload={})] * 4)
        with town.database.reading() as c:
            cases = c.execute(select(func.count()).select_from(process_instance)).scalar_one()
        assert [answer == answers[0] for answer in answers] == [True] * 4 and cases == before + 1
        before = cases
