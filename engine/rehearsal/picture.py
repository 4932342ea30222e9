"""What a trial shows: the state of the stage as plain JSON, so that it can leave the process in which the draft ran."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import clock
from engine.clock import local
from engine.notifications import inbox
from engine.people import ROLES, directory
from engine.rehearsal import sample_town
from engine.rehearsal.stage import Stage
from engine.runtime import commands, desk, history
from engine.runtime.tables import incident, process_instance, subscription, timer

CASES = select(process_instance.c.id, process_instance.c.business_key, process_instance.c.title, process_instance.c.status,
               process_instance.c.process_key, process_instance.c.variables).order_by(process_instance.c.id)
TIMERS = (select(timer.c.instance_id, timer.c.element_id, timer.c.name, timer.c.due_at).where(timer.c.status == "due")
          .order_by(timer.c.due_at, timer.c.id))
AWAITED = (select(subscription.c.instance_id, subscription.c.element_id, subscription.c.name).where(subscription.c.kind == "message")
           .order_by(subscription.c.id))
TROUBLES = (select(incident.c.instance_id, incident.c.element_id, incident.c.message).where(incident.c.resolved_at.is_(None))
            .order_by(incident.c.id))


def of(stage: Stage) -> dict[str, Any]:
    """Everything a designer wants to see now: cases, steps at hand with their forms' surroundings, timers, log, reminders, troubles."""
    with stage.database.reading() as c:
        cases = [dict(row._mapping) for row in c.execute(CASES)]
        timers = [_row(row) for row in c.execute(TIMERS)]
        awaited = [_row(row) for row in c.execute(AWAITED)]
        troubles = [_row(row) for row in c.execute(TROUBLES)]
        stories = [(one["id"], event) for one in cases for event in history.of(c, one["id"])]
        notices = [{"role": role, "text": notice.text} for who, (_, role, _) in sample_town.people().items() for notice in inbox.of(c, who)]
    told = [(event.at, number, event.text) for number, event in stories] + stage.notes
    return {
        "now": local(stage.time()).isoformat(), "case": stage.case, "cases": cases, "items": items(stage), "timers": timers,
        "awaited": awaited, "troubles": troubles, "notices": notices,
        "log": [{"at": local(at).isoformat(), "case": number, "text": text} for at, number, text in sorted(told, key=lambda one: one[0])],
        "passed": passed(stage),
    }


def passed(stage: Stage) -> list[str]:
    """Ids of the elements that the played case has passed, in order, each once."""
    if stage.case is None:
        return []
    with stage.database.reading() as c:
        return list(dict.fromkeys(one for event in history.of(c, stage.case) for one in event.detail.get("passed") or ()))


def trail(stage: Stage) -> list[str]:
    """Every passing of the played case in order, then where it stands: what the ways out of gateways are told from."""
    if stage.case is None:
        return []
    with stage.database.reading() as c:
        gone = [one for event in history.of(c, stage.case) for one in event.detail.get("passed") or ()]
        stands = [row.element_id for query in (TIMERS, AWAITED) for row in c.execute(query) if row.instance_id == stage.case]
    return [*gone, *(row.element_id for row in stage.items() if row.instance_id == stage.case), *stands]


def lists(stage: Stage) -> dict[str, list[str]]:
    """For each role the steps of the played case that its people have to do now."""
    found: dict[str, list[str]] = {}
    for row in stage.items():
        held = {sample_town.people()[who][1] for who in stage.holders(row)} if row.instance_id == stage.case else set()
        for role in sorted(held):
            found.setdefault(role, []).append(row.name)
    return {role: sorted(names) for role, names in sorted(found.items())}


def items(stage: Stage) -> list[dict[str, Any]]:
    """Every step at hand, with whoever would do it and what its form may look at."""
    return [_item(stage, row) for row in stage.items()]


def _item(stage: Stage, row: Any) -> dict[str, Any]:
    told = {"id": row.id, "case": row.instance_id, "element": row.element_id, "name": row.name, "limit": row.limit_text,
            "due": _moment(row.due_at), "warn": _moment(row.warn_at), "people": []}
    holders = stage.holders(row)
    if not holders:
        return {**told, "role": row.candidate_role, "nobody": True}
    with stage.database.reading() as c:
        who = directory.participant(c, holders[0])
        found = desk.of(c, row.id, who)
        back = [one.name for one in commands.targets(c, row.id, by=who)]
    people = [{"id": one, "name": sample_town.people()[one][0], "role": sample_town.people()[one][1]} for one in holders]
    role = people[0]["role"]
    return {**told, "people": people, "role": role, "role_name": ROLES[role].name, "back": back, "access": found.access,
            "form": found.form.id if found.form else None, "stored": _plain(found.stored),
            "names": _plain({name: value for name, value in found.names.items() if name not in ("now", "today")}),
            "gates": [gate.reason for gate in found.gates if not gate.is_open]}


def _row(row: Any) -> dict[str, Any]:
    return {key: _moment(value) if isinstance(value, dt.datetime) else value for key, value in row._mapping.items()}


def _moment(value: dt.datetime | None) -> str | None:
    return None if value is None else local(value).isoformat()


def _plain(value: Any) -> Any:
    """JSON: moments and days as ISO text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def surroundings(item: Mapping[str, Any], now: str) -> dict[str, Any]:
    """The names that a form of a trial's item may use, read back from JSON; `now` is the trial's moment."""
    moment = dt.datetime.fromisoformat(now)
    return {**item["names"], "now": moment.astimezone(clock.UTC), "today": moment.date()}
