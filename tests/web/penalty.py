"""A small penalty case for the pages about time limits: an inquiry, then the way from filing to the decision under DL-C6, the decision
itself not before the party's time to speak is over (DL-C1)."""

from engine import definitions
from engine.database import Database
from engine.definitions import Package
from engine.people import directory
from engine.runtime import clocks, commands, worklist
from tests.notation import extension
from tests.town import drawing

OFFICER, OTHER_OFFICER, CAPTAIN, REVIEWER, BOSS, HEAD, INSPECTOR = "ba1", "ba2", "dz1", "fzy1", "fgld", "zz", "jw1"
FOREIGN_OFFICER, FOREIGN_BOSS = "lx-ba1", "lx-fgld"
STEP = 'gl:role="case_officer" gl:scope="town"'
GATE = extension('<gl:gate rule="DL-C1"/>')
PENALTY = f"""
    start s
    user inquiry name="调查取证" {STEP} gl:limit="5" gl:limitUnit="workingDays"
    <subProcess id="whole" name="立案至决定" gl:deadline="DL-C6">
    <startEvent id="ws"/>
    <subProcess id="notice" name="告知" gl:deadline="DL-C1">
    <startEvent id="ns"/><userTask id="decide" name="作出决定" {STEP}>{GATE}</userTask><endEvent id="ne"/>
    <sequenceFlow id="n1" sourceRef="ns" targetRef="decide"/><sequenceFlow id="n2" sourceRef="decide" targetRef="ne"/>
    </subProcess>
    <endEvent id="we"/>
    <sequenceFlow id="w1" sourceRef="ws" targetRef="notice"/><sequenceFlow id="w2" sourceRef="notice" targetRef="we"/>
    </subProcess>
    end e
    s -> inquiry -> whole -> e
"""


def file_case(database: Database, rule_set: str = "RS-SAMR") -> int:
    """Open one as a grid worker; answers the case's id."""
    package = Package("p", "行政处罚", drawing(PENALTY, ruleSet=f'"{rule_set}"'))
    database.run(lambda c: definitions.deploy(c, package, by=None))
    with database.reading() as c:
        finder = directory.participant(c, "wg01")
    return database.run(lambda c: commands.start(c, "p", {}, by=finder, unit=finder.posts[0].unit_id))["instance"]


def do(database: Database, person: str, step: str) -> None:
    """A person does the step of that name."""
    with database.reading() as c:
        who = directory.participant(c, person)
        item = next(one.id for one in worklist.of(c, who).entries if one.name == step)
    database.run(lambda c: commands.complete(c, item, {}, by=who))


def clock_of(database: Database, case: int, rule: str = "DL-C6") -> clocks.Clock:
    """The case's clock of that rule as it stands."""
    with database.reading() as c:
        return next(one for one in clocks.of_case(c, case) if one.rule == rule)
