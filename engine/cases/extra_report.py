"""A second report of a problem that is already being handled: it joins the open case instead of opening another one (新增线索)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import attachments, findings
from engine.errors import InvalidState, InvalidValues, NotFound
from engine.people import Participant, directory
from engine.runtime import case as cases
from engine.runtime import commands, lookup, messages

MESSAGE = "新增线索"
VARIABLE = "extra_reports"
LONGEST = 1000


@dataclass(frozen=True)
class Extra:
    """One further report of the same problem, as the case page shows it. `photos` are attachment ids."""

    name: str
    at: dt.datetime
    description: str
    photos: tuple[str, ...]


def add(c: Connection, number: str, description: str, photos: Sequence[str] = (), *, by: Participant) -> dict[str, Any]:
    """Hand what a person saw to the open case of that number; from then on this person may follow the case.

    Raises NotFound (no such case in this person's town), InvalidValues (no words, foreign photos) and InvalidState (the case has ended,
    or its process does not take further reports).
    """
    words = description.strip()
    if not words or len(words) > LONGEST:
        raise InvalidValues({"description": f"请先在“情况描述”中写明看到的情况（不超过 {LONGEST} 字），再补充为线索。"})
    found = lookup.by_number(c, number)
    if not findings.in_reach(by, found.unit_path):
        raise NotFound(number=number, person=by.id)
    if found.status != cases.RUNNING:
        raise InvalidState("这件事已经办结，不能再补充线索。如果问题还在，请作为新问题上报。", instance=found.id)
    cases.involve(cases.locked(c, found.id, by=by), [by.id])
    commands.comment(c, found.id, f"补充线索：{words}", by=by)
    payload = {"description": words, "reported_by": by.id, "at": clock.now().isoformat(timespec="seconds"), "photos": list(photos)}
    if messages.correlate(c, MESSAGE, {"case_number": found.number}, payload)["outcome"] != "delivered":
        raise InvalidState("这件事所用的流程不接收补充线索，请作为新问题上报。", instance=found.id)
    attachments.bind(c, photos, found.id, by.id)
    return {"instance": found.id, "number": found.number}


def of(c: Connection, values: Mapping[str, Any]) -> tuple[Extra, ...]:
    """The further reports in the variables of a case, oldest first."""
    told = [one for one in values.get(VARIABLE) or () if isinstance(one, Mapping)]
    people = directory.names(c, [str(one["reported_by"]) for one in told if one.get("reported_by")])
    return tuple(
        Extra(people.get(str(one.get("reported_by")), "未署名"), dt.datetime.fromisoformat(str(one["at"])), str(one["description"]),
              tuple(one.get("photos") or ()))
        for one in told)
