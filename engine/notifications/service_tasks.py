"""What a diagram may ask of the notices, by name: `notifications.remind`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import ids
from engine.notifications.kinds import Kind
from engine.notifications.outbox import Message, post
from engine.people import directory
from engine.runtime import lookup

NEEDS = {"remind": {"role": "提醒哪个岗位", "scope|unit": "岗位在哪一级，或者哪个单位", "case_number": "事项编号，一般写 case.number",
                     "text": "提醒的内容"}}
"""What it cannot do without, as the diagram passes it."""


def remind(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Tell everybody who holds `role` at the unit `unit`, else at the case's unit of level `scope`, the words of `text`.

    payload: role, scope, case_number, text; unit may be left out or null. Answers how many were told. Runs in the finishing turn, so it
    happens once. Through other channels goes only that there is something about this case, because nobody has looked at what the words
    contain. Raises NotFound for a unit that does not exist.
    """
    case = lookup.by_number(c, str(payload["case_number"]))
    named = payload.get("unit")
    unit = directory.ancestor(c, case.unit_path, str(payload["scope"])) if named is None else directory.unit_of(c, str(named))
    people = directory.holders(c, str(payload["role"]), unit.id) if unit is not None else ()
    about = {"case_number": case.number, "title": case.title}
    message = Message(Kind.ORDER, ids.new_key(), str(payload["text"]), case.id, about=about)
    return {"told": post(c, message, [person.id for person in people])}
