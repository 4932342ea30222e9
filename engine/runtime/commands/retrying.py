"""Trying again what failed, once a person has dealt with the reason (重试)."""

from typing import Any

from sqlalchemy import Connection, bindparam, update

from engine import clock
from engine.database import UTCDateTime
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.people import Participant
from engine.runtime import access, incidents, live
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.tables import job, timer
from engine.runtime.turn import turn

_AGAIN = {"status": "due", "attempts": 0, "due_at": bindparam("at", type_=UTCDateTime), "last_error": None}
AGAIN = {
    incidents.JOB: update(job).where(job.c.id == bindparam("source"), job.c.status == "incident").values(**_AGAIN),
    incidents.TIMER: update(timer).where(timer.c.id == bindparam("source"), timer.c.status == "incident").values(**_AGAIN),
}


def retry(c: Connection, incident_id: int, *, by: Participant) -> dict[str, Any]:
    """Let what failed be tried again: a step at once, a job or a timer by the next worker.

    For posts that steer cases of that area, and for administrators. Raises NotFound, NotAllowed, InvalidState.
    """
    seen = c.execute(incidents.ONE, {"i": incident_id}).first()
    if seen is None:
        raise NotFound(incident=incident_id)
    if seen.instance_id is None:
        return _without_case(c, seen, by)
    case = cases.locked(c, seen.instance_id, by=by)
    _must_be_allowed(c, case, by)
    found = c.execute(incidents.ONE, {"i": incident_id}).one()
    if found.resolved_at is not None:
        raise InvalidState("这个异常已经处理，无需重试。", incident=incident_id)
    case.must_run()
    case.story.tell("retried", found.element_id, item=found.element_id, incident=found.id, failed=found.kind)
    if found.kind in AGAIN:
        c.execute(AGAIN[found.kind], {"source": found.source_id, "at": case.at})
        incidents.resolve(c, found.id, by)
        return case.save(incident=found.id)
    live.take(case.id, case.row.state, case.row.variables)  # what is kept in memory takes the incident for open
    with turn(case) as tokens:
        if found.kind == incidents.FAILURE:
            tokens.retry(found.wait_key)
        incidents.resolve(c, found.id, by)  # what fails again is a new incident, at once or when its job is done
    return case.answer(incident=found.id)


def _must_be_allowed(c: Connection, case: Case, by: Participant) -> None:
    if by.may("administer") or by.may("steer", case.row.unit_path):
        return
    if access.may_see(c, by, case.row):
        raise NotAllowed("只有系统管理员、指挥长或分管领导可以重试异常。", instance=case.id, person=by.id)
    raise NotFound(instance=case.id, person=by.id)


def _without_case(c: Connection, found: Found, by: Participant) -> dict[str, Any]:
    """A job that belongs to no case: the administrator's business alone."""
    if not by.may("administer"):
        raise NotFound(incident=found.id, person=by.id)
    if found.resolved_at is not None or found.kind not in AGAIN:
        raise InvalidState("这个异常已经处理，无需重试。", incident=found.id)
    c.execute(AGAIN[found.kind], {"source": found.source_id, "at": clock.now()})
    incidents.resolve(c, found.id, by)
    return {"incident": found.id}
