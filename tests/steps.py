"""Cases with open steps as the runtime writes them, for tests of what only reads them."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, insert

from engine import clock
from engine.runtime import history
from engine.runtime.tables import process_instance, work_item


def a_case(c: Connection, number: int, path: str, steps: list[tuple[str, str | None, dt.timedelta | None, str | None]]) -> None:
    unit_id = path.strip("/").rpartition("/")[2]
    c.execute(insert(process_instance), {
        "id": number, "definition_id": 1, "process_key": "p",
        "business_key": f"SJ-{number}", "title": f"事项{number}", "unit_id": unit_id, "unit_path": path,
        "status": "running", "revision": 1, "state": "", "variables": {}, "record_seq": 0, "record_hash": history.ZERO, "priority": 0,
        "started_at": clock.now()})
    for key, link, left, assignee in steps:
        c.execute(insert(work_item), a_step(number, unit_id, path, key=key, link=link, left=left, assignee=assignee))


def a_step(number: int, unit_id: str, path: str, *, key: str, link: str | None, left: dt.timedelta | None,
           assignee: str | None) -> dict[str, Any]:
    return {"id": key, "instance_id": number, "element_id": key, "name": f"步骤{key}", "link": link, "unit_id": unit_id, "unit_path": path,
            "state": "claimed" if assignee else "open", "candidate_key": f"village_cadre@{unit_id}", "candidate_role": "village_cadre",
            "assignee": assignee, "created_at": clock.now() - dt.timedelta(hours=40),
            "claimed_at": clock.now() - dt.timedelta(hours=1) if assignee else None,
            "due_at": None if left is None else clock.now() + left, "priority": 0, "item": {}, "urged": 0, "case_number": f"SJ-{number}",
            "title": f"事项{number}", "definition_id": 1, "process_key": "p"}
