"""The first case of an item in a town (首案): when it is filed, the department that handed the power down is asked to guide it.

The department that is asked is the item's own, where the city has a unit of that name; else whoever holds the post at the city.
行政处罚法第二十四条第三款. The request is a process of its own under the case, `first_case_guidance`: what the department answers is
written into the case for its officers. It advises and never decides; the case goes on, and is closed, without it unless a parameter of the
town says otherwise.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine import definitions
from engine.cases import case_file, powers_in_use
from engine.cases.case_file import Penalty
from engine.errors import NotFound
from engine.law import statutes
from engine.law.powers import Power
from engine.notifications import Kind, Message, post
from engine.people import directory
from engine.people.directory import Unit
from engine.runtime import case as cases
from engine.runtime import posting
from engine.runtime.case import RUNNING, SUSPENDED
from engine.runtime.commands import Opening, open_case
from engine.runtime.posting import Letter
from engine.runtime.tables import process_instance

PROCESS, ROLE, LEVEL = "first_case_guidance", "empowering_department", "city"
CLOSED = "首案已结案"
"""The message that ends a request: its case is closed."""
HIDDEN = "＊＊＊"
OF_CASE = (select(process_instance).where(process_instance.c.parent_id == bindparam("i"), process_instance.c.process_key == PROCESS)
           .order_by(process_instance.c.id.desc()).limit(1))


@dataclass(frozen=True)
class Guidance:
    """What was asked of the department, and what it said. `text` "" while it has not answered."""

    instance_id: int
    number: str
    department: str
    asked_at: dt.datetime
    is_open: bool
    text: str
    contact: str
    by: str
    at: dt.datetime | None

    @property
    def words(self) -> str:
        """待答复, 已答复, or that the case was closed first."""
        return "已答复" if self.text else "待答复" if self.is_open else "案件已结案，没有答复"


def begin(c: Connection, one: Penalty, power: Power, number: str) -> bool:
    """Ask the department where a case that is filed just now is its town's first of the item. Answers whether it was asked; no town is
    asked for twice. Does nothing where the process is not published."""
    if not powers_in_use.is_first_case(c, one.unit_id, one.item, but=one.instance_id):
        return False
    try:
        deployed = definitions.latest(c, PROCESS)
    except NotFound:
        return False
    asked = directory.department(c, one.unit_path, power.department)
    known = {**_known(c, one, power, number), "department_unit": asked.id if asked else None}
    opening = Opening(one.unit_id, title=f"首案指导：{known['town_name']}，{power.name}"[:200], parent=one.instance_id)
    made = open_case(c, deployed, known, opening, by=None)
    text = f"{known['town_name']}第一次办理“{power.name}”，请{power.department}指导。"
    post(c, Message(Kind.WORK, f"first-case:{made['instance']}", text, made["instance"]), _people(c, one, asked))
    return True


def record(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Write the department's advice into the case and tell its officers. Answers {"by", "on"}. Raises InvalidState for a frozen file."""
    one = case_file.open_file(c, case_file.above(c, int(payload["case"])))
    values, by = payload["values"], directory.participant(c, str(payload["person"]))
    department = str(payload["variables"].get("department") or "")
    case = cases.locked(c, one.instance_id, by=by)
    case_file.told(case, "答复首案指导（仅供参考，不代替审核和决定）", advice=str(values["guidance_text"]), department=department)
    said = f"{department or '赋权部门'}已答复首案指导，请到案件中查看。"
    post(c, Message(Kind.RESULT, f"first-case-answered:{payload['case']}", said, one.instance_id), list(one.officers))
    return {"by": by.name, "at": case.at.isoformat()}


def of_case(c: Connection, case_id: int) -> Guidance | None:
    """The request of a case; None where none was made. Whoever calls has checked that the case may be seen."""
    row = c.execute(OF_CASE, {"i": case_id}).first()
    if row is None:
        return None
    known, guided = row.variables, row.variables.get("guided") or {}
    return Guidance(
        row.id, row.business_key, str(known.get("department") or ""), row.started_at, row.status in (RUNNING, SUSPENDED),
        str(known.get("guidance_text") or "") if guided else "", str(known.get("guidance_contact") or ""), str(guided.get("by") or ""),
        dt.datetime.fromisoformat(guided["at"]) if guided else None)


def end(c: Connection, case_id: int) -> None:
    """The case is closed: a request that nobody has answered ends with it."""
    found = of_case(c, case_id)
    if found is not None and found.is_open and not found.text:
        posting.post(c, case_id, Letter(CLOSED, {"case_instance": case_id}, {}), f"first-case-closed-{case_id}")


def _known(c: Connection, one: Penalty, power: Power, number: str) -> dict[str, Any]:
    """What the department may read of the case: nothing that identifies the party."""
    articles = [article.citation for basis in power.bases if one.act_day for article in statutes.in_force(c, [basis.article], one.act_day)]
    return {"case_instance": one.instance_id, "parent_number": number, "department": power.department, "item": one.item,
            "town_name": directory.unit_of(c, one.unit_id).name, "item_name": power.name, "facts": _without_party(one),
            "act_day": one.act_day.isoformat() if one.act_day else "", "basis_text": "、".join(dict.fromkeys(articles))}


def _without_party(one: Penalty) -> str:
    said = one.facts
    for party in (one.party, *(other for _, other in one.others)):
        for word in (party.name, party.id_number, party.address, party.phone, party.legal_representative, party.operator, party.guardian):
            said = said.replace(word, HIDDEN) if word and len(word) > 1 else said
    return said


def _people(c: Connection, one: Penalty, asked: Unit | None) -> list[str]:
    unit = asked or directory.ancestor(c, one.unit_path, LEVEL)
    return [each.id for each in directory.holders(c, ROLE, unit.id)] if unit else []
