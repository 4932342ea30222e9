"""After a storm: what must be true of the database, whatever was killed. It reads the database and the journals kept outside it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from engine.database import command
from engine.runtime import history, replay, watch
from engine.runtime.tables import incident, job, process_instance, record, timer, work_item
from tests import small_town as town


def broken(c: Connection, acknowledged: Path, gateway: Path) -> list[str]:
    """Every violated promise, by the name it has in the manual."""
    return [
        *_durable_and_once(c, acknowledged),
        *_one_history(c),
        *(f"I-4 {one.number} stands still" for one in watch.check_instances(c) if not one.sound),
        *_timers(c),
        *_outside_effects(c, gateway),
        *(f"I-8 {fault}" for fault in history.verify(c)),
    ]


def _durable_and_once(c: Connection, acknowledged: Path) -> Iterator[str]:
    stored = {row.key: json.loads(row.answer) for row in c.execute(select(command.c.key, command.c.answer))}
    for line in acknowledged.read_text(encoding="utf-8").splitlines():
        key, answer = json.loads(line)
        if stored.get(key) != answer:
            yield f"I-1 {key} was acknowledged with {answer}, stored is {stored.get(key)}"
    started = sum(key.startswith("start-") for key in stored)
    cases = c.execute(select(func.count()).select_from(process_instance)).scalar_one()
    if started != cases:
        yield f"I-2 {started} submissions started {cases} cases"
    done = Counter(_keys(c, "completed"))
    submitted = {answer["item"] for key, answer in stored.items() if not key.startswith("start-")}
    if set(done) != submitted or any(count > 1 for count in done.values()):
        yield f"I-2 {len(submitted)} submissions completed {sum(done.values())} steps"


def _keys(c: Connection, kind: str) -> list[str]:
    return [json.loads(body)["key"] for body in c.execute(select(record.c.body).where(record.c.kind == kind)).scalars()]


def _one_history(c: Connection) -> Iterator[str]:
    for case in c.execute(select(process_instance.c.id)).scalars().all():
        yield from (f"I-3 I-7 case {case}: {difference}" for difference in replay.differences(c, case))


def _timers(c: Connection) -> Iterator[str]:
    told: Counter[str] = Counter()
    for body in c.execute(select(record.c.body).where(record.c.kind == "timer-fired")).scalars():
        event: dict[str, Any] = json.loads(body)
        told[event["key"]] += 1
        if event["fired_at"] <= event["due_at"]:
            yield f"I-5 timer {event['key']} fired at {event['fired_at']}, due {event['due_at']}"
    fired = c.execute(select(timer.c.key).where(timer.c.status == "fired")).scalars().all()
    if told != Counter(fired):
        yield f"I-5 {len(fired)} timers fired, {sum(told.values())} told"


def _outside_effects(c: Connection, gateway: Path) -> Iterator[str]:
    jobs = {row.key: row for row in c.execute(select(job.c.key, job.c.topic, job.c.status))}
    seen = Counter(gateway.read_text(encoding="ascii").split()) if gateway.exists() else Counter()
    rows = Counter(c.execute(select(town.effect.c.job)).scalars())
    for key, one in jobs.items():
        if one.status == "done" and one.topic == "tests.outside" and not seen[key]:
            yield f"I-6 job {key} is done and never reached the gateway"
        if one.topic == "tests.inside" and rows[key] != (one.status == "done"):
            yield f"I-6 job {key} is {one.status} and wrote {rows[key]} rows"
    if unknown := set(seen) - set(jobs):
        yield f"I-6 the gateway saw {len(unknown)} keys of no job"


def at_rest(c: Connection) -> list[str]:
    """When all work is done: no lease, no due timer, no open step, no incident, every case ended after its rounds."""
    left = {
        "jobs": c.execute(select(func.count()).select_from(job).where(job.c.status.not_in(("done", "cancelled")))).scalar_one(),
        "timers": c.execute(select(func.count()).select_from(timer).where(timer.c.status.not_in(("fired", "cancelled")))).scalar_one(),
        "steps": len(town.todo(c)),
        "incidents": c.execute(select(func.count()).select_from(incident).where(incident.c.resolved_at.is_(None))).scalar_one(),
        "cases": c.execute(select(func.count()).select_from(process_instance).where(process_instance.c.status != "completed")).scalar_one(),
    }
    steps = c.execute(select(func.count()).select_from(work_item).where(work_item.c.state == "completed")).scalar_one()
    cases = c.execute(select(func.count()).select_from(process_instance)).scalar_one()
    wrong = [f"I-14 {count} {what} are left" for what, count in left.items() if count]
    return wrong + ([f"I-2 {cases} cases took {steps} steps"] if steps != cases * town.ROUNDS else [])
