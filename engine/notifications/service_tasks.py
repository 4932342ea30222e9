"""What a diagram may ask of the notices, by name: `notifications.remind`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import ids
from engine.notifications import inbox
from engine.people import directory
from engine.runtime import lookup


def remind(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Tell everybody who holds `role` at the case's unit of level `scope` the words of `text`.

    payload: role, scope, case_number, text. Answers how many were told. Runs in the finishing turn, so it happens once.
    """
    case = lookup.by_number(c, str(payload["case_number"]))
    unit = directory.ancestor(c, case.unit_path, str(payload["scope"]))
    people = directory.holders(c, str(payload["role"]), unit.id) if unit is not None else ()
    told = inbox.tell(c, ids.new_key(), [person.id for person in people], str(payload["text"]), case.id)
    return {"told": told}
