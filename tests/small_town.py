"""A town of one village with one small process, for tests of what may go wrong around a case.

Each round of a case: a person's step, a timer that is due at once, a call to the outside, a row of the town's own; three rounds.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select

from engine import definitions
from engine.database import BIGKEY, Database
from engine.definitions import Package
from engine.people import Participant, directory
from engine.runtime import commands
from engine.runtime.service_registry import Function, function
from engine.runtime.tables import work_item
from tests.notation import EVENTS, NAMESPACES, body

KEY, ROUNDS = "rounds", 3
STEP, CADRE, LEADER, ADMIN = "step", "cadre", "leader", "admin"
VILLAGE = "v1"

ROUND = f"""
start s
user {STEP} name="现场核查" gl:role="village_cadre" gl:scope="village" gl:limit="1" gl:limitUnit="days"
<boundaryEvent id="late" name="核查超期" attachedToRef="{STEP}" cancelActivity="false">
<timerEventDefinition><timeDate>deadline.due</timeDate></timerEventDefinition></boundaryEvent>
end noted
<intermediateCatchEvent id="pause" name="稍候"><timerEventDefinition>
<timeDuration>duration("PT0S")</timeDuration></timerEventDefinition></intermediateCatchEvent>
<serviceTask id="outside" name="通知外部系统" gl:function="tests.outside"/>
<serviceTask id="inside" name="登记台账" gl:function="tests.inside"/>
script count n = if n = null then 1 else n + 1
xor again default="f_again_{STEP}"
end e
s -> {STEP} -> pause -> outside -> inside -> count -> again -> {STEP}
again -> e [n >= {ROUNDS}]
late -> noted
"""

def diagram(drawn: str, key: str = KEY) -> bytes:
    """A process of the village in the notation of the tests."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions id="D" {NAMESPACES}>{EVENTS}'
        f'<process id="{key}" name="核查" isExecutable="true" gl:startRoles="village_cadre">{body(drawn)}</process></definitions>'
    ).encode()


effect = Table("test_effect", MetaData(), Column("id", BIGKEY, primary_key=True),
               Column("job", String(160), nullable=False))


def build(database: Database, package: Package | None = None) -> None:
    """Units, people and the process."""
    def work(c: Connection) -> None:
        for unit, name, level, parent in (("c1", "某市", "city", None), ("t1", "某镇", "town", "c1"), (VILLAGE, "一村", "village", "t1")):
            directory.save_unit(c, {"id": unit, "name": name, "level": level, "parent_id": parent})
        for person, name, post in ((CADRE, "村干部", ("village_cadre", VILLAGE)), (LEADER, "分管领导", ("leader", "t1")),
                                   (ADMIN, "管理员", ("system_admin", "c1"))):
            directory.save_person(c, person, {"name": name}, None)
            directory.set_posts(c, person, [post])
        definitions.deploy(c, package or Package(KEY, "三轮核查", diagram(ROUND)), by=ADMIN)
        effect.create(c)
    database.run(work)


def person(c: Connection, name: str = CADRE) -> Participant:
    """One of the people of the town."""
    return directory.participant(c, name)


def report(c: Connection) -> dict[str, Any]:
    """Begin a case."""
    return commands.start(c, KEY, {}, by=person(c), unit=VILLAGE)


def complete(c: Connection, item: str) -> dict[str, Any]:
    """Do a step."""
    return commands.complete(c, item, {}, by=person(c))


def todo(c: Connection) -> list[str]:
    """The open steps of everybody."""
    return list(c.execute(select(work_item.c.id).where(work_item.c.state == "open").order_by(work_item.c.id)).scalars())


def functions(journal: Path) -> Mapping[str, Function]:
    """What the service tasks do: tell an outside gateway, which keeps a journal of the keys it saw, and write a row here."""
    def outside(payload: Mapping[str, Any]) -> dict[str, Any]:
        with open(journal, "a", encoding="ascii") as lines:
            os.write(lines.fileno(), f"{payload['job']}\n".encode())
        return {}

    def inside(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
        c.execute(insert(effect), {"job": payload["job"]})
        return {}

    return {one.name: one for one in (function("tests.outside", outside), function("tests.inside", inside))}
