"""Making the rows of a case equal to what its tokens wait for: a fixed number of statements, whatever a turn opens or closes."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import is_
from typing import Any

from sqlalchemy import Connection

from engine.runtime import statements as sql
from engine.runtime.case import SUSPENDED, Case
from engine.runtime.mailbox import correlation_hash
from engine.spiff import Element, Failure, JobWait, MessageWait, Snapshot, Thrown, TimerWait, UserTaskWait

MESSAGE_TOPIC = "message"
SAVE = sql.SAVE


def variables(text: str) -> dict[str, Any]:
    """The stored variables as values."""
    values: dict[str, Any] = json.loads(text)
    return values


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


@dataclass(frozen=True)
class Known:
    """Keys of the rows that are live now; for timers with the planned moment in milliseconds, and the wait they were written
    from where that is known: the same object again needs no comparing. `clocks` gives the element of each clock that runs or stands,
    `held` the elements of those that stand."""

    items: set[str] = field(default_factory=set)
    timers: dict[str, int] = field(default_factory=dict)
    subscriptions: set[str] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)
    incidents: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    told: dict[str, TimerWait] = field(default_factory=dict)

    @classmethod
    def of(cls, c: Connection, instance_id: int) -> "Known":
        """Read them all in one statement."""
        known = cls()
        keys = {"item": known.items, "subscription": known.subscriptions, "job": known.jobs, "incident": known.incidents}
        held: set[str] = set()
        for row in c.execute(sql.LIVE, {"i": instance_id}):
            if row.what == "timer":
                known.timers[row.key] = row.due
            elif row.what in ("clock", "held"):
                known.clocks[row.key] = row.name
                held.update([row.name] if row.what == "held" else ())
            else:
                keys[row.what].add(row.key)
            if row.what == "item":
                known.names[row.key] = row.name
        return replace(known, held=frozenset(held))

    def without(self, closed: set[str]) -> "Known":
        """But for those that a command has closed itself."""
        if not closed:
            return self
        timers, told = self.timers, self.told
        if closed & timers.keys():
            timers = {key: due for key, due in timers.items() if key not in closed}
            told = {key: wait for key, wait in told.items() if key not in closed}
        return replace(self, items=self.items - closed, timers=timers, told=told, jobs=self.jobs - closed)

    def after(self, snapshot: Snapshot, suspended: bool) -> "Known":
        """What is alive once the rows are equal to what the tokens wait for. Timers of a suspended case are not moved."""
        waits = snapshot.waits
        items = {w.key: self.names.get(w.key) or w.element.name or w.element.id for w in waits if isinstance(w, UserTaskWait)}
        told = {w.key: w for w in waits if isinstance(w, TimerWait)}
        alive = {w.key for w in waits}
        return Known(
            set(items), self._planned(told, suspended), {w.key for w in waits if isinstance(w, MessageWait)},
            {w.key for w in waits if isinstance(w, JobWait)}, {f.key for f in snapshot.failures} | (self.incidents & alive),
            items, {span.key: span.element.id for span in snapshot.spans}, self.held, {} if suspended else told)

    def _planned(self, told: dict[str, TimerWait], suspended: bool) -> dict[str, int]:
        if told.keys() == self.timers.keys() and all(map(is_, told.values(), map(self.told.get, told))):
            return self.timers
        return {key: self.timers[key] if suspended and key in self.timers else _ms(wait.due_at) for key, wait in told.items()}


class Writer:
    """Writes the differences of one turn of one case."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._suspended = case.status == SUSPENDED

    def _each(self, statement: Any, values: Sequence[dict[str, Any]]) -> None:
        if values:
            self._case.c.execute(statement, list(values) if len(values) > 1 else values[0])

    def _close(self, statement: Any, keys: Iterable[str], **more: Any) -> None:
        self._each(statement, [{"k": key, **more} for key in sorted(keys)])

    def items(self, new: Sequence[dict[str, Any]], gone: Iterable[str]) -> None:
        """Open work items; withdraw those that nobody needs to do any more."""
        self._each(sql.ADD_ITEM, new)
        self._close(sql.WITHDRAW_ITEM, gone, at=self._case.at)

    def timers(self, waits: Sequence[TimerWait], live: Known) -> None:
        """Arm, move and cancel timers. A timer whose row fired and that waits again is armed anew."""
        known, told = live.timers, live.told
        self._close(sql.CANCEL_TIMER, known.keys() - {wait.key for wait in waits}, i=self._case.id)
        waits = [wait for wait in waits if told.get(wait.key) is not wait]
        self._each(sql.ADD_TIMER, [self._timer(wait, live.held) for wait in waits if wait.key not in known])
        self._each(sql.MOVE_TIMER, [
            {"i": self._case.id, "k": wait.key, "at": wait.due_at, "left": wait.repeats_left}
            for wait in waits if not self._suspended and known.get(wait.key, _ms(wait.due_at)) != _ms(wait.due_at)
        ])

    def _timer(self, wait: TimerWait, held: frozenset[str]) -> dict[str, Any]:
        left = _ms(wait.due_at) - _ms(self._case.at)
        stands = self._suspended or wait.limited_by in held
        return {
            "instance_id": self._case.id,
            "key": wait.key,
            "element_id": wait.element.id,
            "name": wait.element.name or (wait.attached_to.name if wait.attached_to else None),
            "kind": wait.kind,
            "due_at": wait.due_at,
            "planned_at": wait.due_at,
            "repeats_left": wait.repeats_left,
            "status": "suspended" if stands else "due",
            "attempts": 0,
            "remaining_ms": left if stands else None,
            "attached_to": wait.attached_to.id if wait.attached_to else None,
        }

    def subscriptions(self, waits: Sequence[MessageWait], known: set[str]) -> None:
        """Subscribe to what is waited for; drop the rest."""
        self._each(sql.ADD_SUBSCRIPTION, [
            {
                "instance_id": self._case.id,
                "key": wait.key,
                "element_id": wait.element.id,
                "kind": wait.kind,
                "name": wait.name,
                "correlation_hash": correlation_hash(wait.correlation),
                "correlation": dict(wait.correlation),
                "created_at": self._case.at,
            }
            for wait in waits if wait.key not in known
        ])
        self._close(sql.DROP_SUBSCRIPTION, known - {wait.key for wait in waits})

    def jobs(self, waits: Sequence[JobWait], thrown: Sequence[Thrown], known: set[str]) -> None:
        """Queue service tasks and what was thrown at other cases; cancel jobs that nobody waits for."""
        turn = f"{self._case.id}-{self._case.revision + 1}"
        new = [
            self._job(f"{turn}-{wait.key}", wait.element, wait.function, dict(wait.payload)) | {"wait_key": wait.key}
            for wait in waits if wait.key not in known
        ]
        for number, one in enumerate(one for one in thrown if one.kind in ("message", "signal")):
            payload = {"kind": one.kind, "name": one.name, "correlation": dict(one.correlation), "payload": dict(one.payload)}
            new.append(self._job(f"{turn}-{number}", one.element, MESSAGE_TOPIC, payload))
        self._each(sql.ADD_JOB, new)
        self._close(sql.CANCEL_JOB, known - {wait.key for wait in waits}, i=self._case.id)

    def _job(self, key: str, element: Element, topic: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "key": key,
            "instance_id": self._case.id,
            "wait_key": None,
            "element_id": element.id,
            "name": element.name,
            "topic": topic,
            "payload": payload,
            "status": "due",
            "due_at": self._case.at,
            "attempts": 0,
            "created_at": self._case.at,
        }

    def incidents(self, snapshot: Snapshot, known: set[str]) -> None:
        """Open an incident for each token that failed; resolve those whose token went on or is gone.

        A case that neither waits, nor failed, nor ended stands still for a reason nobody foresaw: that is an incident too.
        """
        failures = {failure.key: failure for failure in snapshot.failures}
        self._each(sql.ADD_INCIDENT, [self._incident(one) for key, one in failures.items() if key not in known])
        if not (snapshot.waits or failures or snapshot.completed):
            self._case.c.execute(sql.ADD_INCIDENT, [self._standstill()])
        alive = failures.keys() | {wait.key for wait in snapshot.waits}
        person = self._case.by.id if self._case.by else None
        self._close(sql.RESOLVE, known - alive, i=self._case.id, at=self._case.at, person=person)

    def _incident(self, failure: Failure) -> dict[str, Any]:
        self._case.story.tell("incident-opened", failure.element.id, item=failure.element.name, reason=failure.message)
        return {
            "instance_id": self._case.id,
            "wait_key": failure.key,
            "element_id": failure.element.id,
            "kind": "failure",
            "message": failure.message,
            "created_at": self._case.at,
        }

    def _standstill(self) -> dict[str, Any]:
        reason = "流程没有可办理的步骤，也没有办结。请联系流程设计人员检查流程图。"
        self._case.story.tell("incident-opened", None, item=self._case.row.title, reason=reason)
        return {
            "instance_id": self._case.id,
            "wait_key": None,
            "element_id": None,
            "kind": "standstill",
            "message": reason,
            "created_at": self._case.at,
        }
