"""A penalty case for tests of its pages: a small process, a file, two officers."""

from engine import definitions
from engine.cases import penalty
from engine.database import Database
from engine.definitions import Package
from engine.people import directory
from tests.notation import extension, xml

OFFICER, ASSISTANT, STRANGER, CAPTAIN, REVIEWER, BOSS, HEAD, DISPATCHER = "ba1", "ba2", "wg01", "dz1", "fzy1", "fgld", "zz", "dd1"
TOWN = "990100101"
DOCUMENT = extension('<gl:document template="DOC-03" name="立案审批表" required="true"/>')
STEP = 'gl:role="case_officer" gl:scope="town"'
KNOWN = extension("".join(f'<gl:variable name="{name}" type="text"/>' for name in ("officer", "assistant", "item_name", "party_name")))
SMALL = f"""
    {KNOWN}
    start s
    <userTask id="inquiry" name="调查取证" {STEP} gl:assignee="officer" gl:check="cases.has_evidence" gl:limit="5" gl:limitUnit="days">
    {DOCUMENT}</userTask>
    user review name="法制审核" gl:role="legal_reviewer" gl:scope="town"
    end e
    s -> inquiry -> review -> e
"""
FACTS = {"item": "SR-stall", "item_name": "擅自占用城市道路经营", "act_day": "2026-03-02", "act_place": "东街 12 号门前",
         "facts": "占道摆放桌椅经营。", "officer": OFFICER, "assistant": ASSISTANT, "party_name": "王小明", "party_kind": "natural",
         "party_id_number": "330106199003070014", "party_phone": "13800000000", "party_address": "东街 12 号"}


def publish(database: Database, diagram: str = SMALL, forms: dict[str, object] | None = None) -> None:
    """The small process stands for the ordinary procedure."""
    known = b'<process id="penalty" gl:startRoles="case_officer" gl:title="party_name + item_name"'
    document = xml(diagram, process="penalty").replace(b'<process id="penalty"', known)
    package = Package("penalty", "行政处罚普通程序", document, forms=forms or {})
    database.run(lambda c: definitions.deploy(c, package, by=None))


def opened(database: Database, by: str = OFFICER, **values: object) -> int:
    """A case that an officer has begun; answers its id."""
    with database.reading() as c:
        who = directory.participant(c, by)
    return int(database.run(lambda c: penalty.begin(c, {**FACTS, **values}, by=who, unit=TOWN))["instance"])
