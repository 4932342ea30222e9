"""Closed cases as their record tells them: what they began with, and who did what when. To be played again on a draft."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from engine import definitions
from engine.clock import UTC
from engine.forms import Form
from engine.runtime.tables import process_instance, record, work_item

COMPLETED = "completed"
PASSIVE = frozenset({"started", "claimed", "unclaimed", "timer-fired", "job-done", "job-failed", "retried", "incident-opened", "commented",
                     "urged", "copied", "copy-read", "transferred", "delegated", "handed-back", "file-changed", "clock-redated"})
"""Kinds of events that happen by themselves, or that do not move a case."""
BATCH = 100

CLOSED = (select(process_instance.c.id, process_instance.c.business_key, process_instance.c.definition_id, process_instance.c.started_at,
                 process_instance.c.ended_at)
          .where(process_instance.c.process_key == bindparam("key"), process_instance.c.status == "completed")
          .order_by(process_instance.c.ended_at.desc(), process_instance.c.id.desc()).limit(bindparam("most")))
COUNT = select(func.count()).select_from(process_instance).where(
    process_instance.c.process_key == bindparam("key"), process_instance.c.status == "completed")
EVENTS = (select(record.c.instance_id, record.c.at, record.c.kind, record.c.body)
          .where(record.c.instance_id.in_(bindparam("ids", expanding=True))).order_by(record.c.instance_id, record.c.seq))
ITEMS = (select(work_item.c.id, work_item.c.instance_id, work_item.c.element_id, work_item.c.name, work_item.c.candidate_role,
                work_item.c.form_key, work_item.c.due_at, work_item.c.ended_at)
         .where(work_item.c.instance_id.in_(bindparam("ids", expanding=True))).order_by(work_item.c.instance_id, work_item.c.id))


@dataclass(frozen=True)
class Act:
    """Somebody did a step. `values` are those of the step's form; `late`: after its due time."""

    at: str
    element: str
    name: str
    role: str | None
    values: Mapping[str, Any]
    late: bool


@dataclass(frozen=True)
class Past:
    """A closed case. `odd`: the first event that cannot be played again (sent back, a message …), or "". Moments are ISO texts in UTC."""

    number: str
    began: str
    ended: str
    values: Mapping[str, Any]
    acts: tuple[Act, ...]
    odd: str

    def travelling(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def count(c: Connection, key: str) -> int:
    """How many cases of a process are closed."""
    return int(c.execute(COUNT, {"key": key}).scalar_one())


def closed(c: Connection, key: str, most: int) -> Iterator[Past]:
    """The cases closed last, newest first, read in pieces."""
    rows = c.execute(CLOSED, {"key": key, "most": most}).all()
    for start in range(0, len(rows), BATCH):
        piece = rows[start:start + BATCH]
        ids = [row.id for row in piece]
        events: dict[int, list[Any]] = {}
        for event in c.execute(EVENTS, {"ids": ids}):
            events.setdefault(event.instance_id, []).append(event)
        items = {item.id: item for item in c.execute(ITEMS, {"ids": ids})}
        for row in piece:
            yield _past(row, events.get(row.id, []), items, definitions.load(c, row.definition_id).forms)


def _past(row: Any, events: list[Any], items: Mapping[str, Any], forms: Mapping[str, Form]) -> Past:
    """The variables grow with every event; a step's values are what its form's fields are right after it."""
    variables: dict[str, Any] = {}
    first: dict[str, Any] = {}
    acts: list[Act] = []
    odd = ""
    for event in events:
        body = json.loads(event.body)
        variables.update({name: pair[1] for name, pair in (body.get("changed") or {}).items()})
        if event.kind == "started":
            first = dict(variables)
        elif event.kind == COMPLETED and body.get("key") in items:
            acts.append(_act(event.at, items[body["key"]], body, {**variables, **(body.get("values") or {})}, forms))
        elif event.kind not in PASSIVE and not odd:
            odd = event.kind
    return Past(row.business_key, _iso(row.started_at), _iso(row.ended_at), first, tuple(acts), odd)


def _act(at: dt.datetime, item: Any, body: Mapping[str, Any], known: Mapping[str, Any], forms: Mapping[str, Form]) -> Act:
    form = forms.get(item.form_key or "")
    values = {field.key: known[field.key] for field in form.inputs() if known.get(field.key) is not None} if form else {}
    late = item.due_at is not None and item.ended_at is not None and item.ended_at > item.due_at
    return Act(_iso(at), item.element_id, item.name, item.candidate_role, values, late)


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
