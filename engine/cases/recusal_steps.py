"""Applications for recusal from a case's page: inside its lock, told in its record (行政处罚法第四十三条)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, recusal
from engine.errors import NotFound
from engine.people import Participant, directory
from engine.runtime import access


def apply(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> dict[str, Any]:
    """Write an application down for whoever sees the case. Raises NotFound and what `recusal.apply` raises."""
    case = access.seen_case(c, instance_id, by)
    case_file.open_file(c, instance_id)
    recusal.apply(c, instance_id, values, by.id)
    person = str(values["person_id"])
    name = directory.names(c, [person]).get(person, person)
    return case_file.told(case, f"登记回避申请：{recusal.ASKED_AS[values['asked_as']]}，{name}", person=person)


def decide(c: Connection, where: tuple[int, int], said: tuple[bool, str], by: Participant) -> dict[str, Any]:
    """Decide one application (case, application); said: (granted, reasons). Raises NotFound and what `recusal.decide` raises."""
    instance_id, recusal_id = where
    case = access.seen_case(c, instance_id, by)
    if recusal_id not in {one.id for one in recusal.of(c, instance_id)}:
        raise NotFound("没有这件回避申请。")
    done = recusal.decide(c, recusal_id, said[0], said[1], by.id)
    name = directory.names(c, [done.person_id]).get(done.person_id, done.person_id)
    return case_file.told(case, f"决定{name}{'回避本案' if said[0] else '不回避'}", person=done.person_id)
