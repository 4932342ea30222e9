"""The limits that run in cases, and who is to be told about each: read from the work items and the clocks of the runtime."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from engine.clock import local
from engine.notifications.stages import Limit
from engine.people import directory
from engine.runtime.offers import CLAIMED, OPEN
from engine.runtime.tables import deadline_clock, process_instance, work_item

URGENT = 90
"""Priority from which a step is urgent enough to wake somebody."""

HOURLY = ("minutes", "hours", "workingHours")
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
LIVE = select(work_item).where(work_item.c.instance_id.in_(_IDS), work_item.c.state.in_((OPEN, CLAIMED)))
CLOCKS = (select(deadline_clock, process_instance.c.business_key, process_instance.c.title)
          .join(process_instance, process_instance.c.id == deadline_clock.c.instance_id)
          .where(deadline_clock.c.instance_id.in_(_IDS), deadline_clock.c.status != "stopped", process_instance.c.status == "running"))
ITEM_LIVES = select(work_item.c.assignee).where(work_item.c.id == bindparam("k"), work_item.c.state.in_((OPEN, CLAIMED)))
CLOCK_RUNS = (select(work_item.c.assignee).select_from(deadline_clock).outerjoin(work_item, work_item.c.id == deadline_clock.c.key)
              .where(deadline_clock.c.id == bindparam("k"), deadline_clock.c.status == "running"))


@dataclass(frozen=True)
class Subject:
    """One limit that runs. `key` is "item:<work item>" or "clock:<clock>"; `items` are the steps whose holders are to be told."""

    key: str
    instance_id: int
    number: str
    title: str
    step: str
    limit: Limit
    urgent: bool
    items: tuple[Any, ...]

    def about(self) -> dict[str, Any]:
        """What may leave the system."""
        return about(self.number, self.title, self.step, self.limit.due)


def about(number: str, title: str, step: str, due: dt.datetime | None) -> dict[str, Any]:
    """A case and a step of it as they may leave the system; the due time in Shanghai, to the minute."""
    said = {"case_number": number, "title": " ".join(title.split()), "step": " ".join(step.split())}
    return said if due is None else said | {"due": f"{local(due):%Y-%m-%d %H:%M}"}


def live_items(c: Connection, instances: Iterable[int]) -> list[Any]:
    """The steps of these cases that somebody can do now."""
    return list(c.execute(LIVE, {"ids": sorted(set(instances))}))


def running(c: Connection, instances: Iterable[int], items: list[Any]) -> dict[str, Subject]:
    """The limits that run in these cases, by key. A step that has a clock of its own is its clock's; one that stands does not run."""
    by_case: dict[int, list[Any]] = defaultdict(list)
    for item in items:
        by_case[item.instance_id].append(item)
    clocks = list(c.execute(CLOCKS, {"ids": sorted(set(instances))}))
    timed = {clock.key for clock in clocks}
    found = [_of_item(item) for item in items if item.due_at is not None and item.id not in timed]
    found += [_of_clock(clock, by_case[clock.instance_id]) for clock in clocks if clock.status == "running"]
    return {subject.key: subject for subject in found}


def _of_item(item: Any) -> Subject:
    here = local(item.due_at)
    hourly = (here.hour, here.minute, here.second) != (23, 59, 59)
    limit = Limit(item.created_at, item.due_at, item.warn_at, hourly, led=False)
    return Subject(f"item:{item.id}", item.instance_id, item.case_number, item.title, item.name, limit, item.priority >= URGENT, (item,))


def _of_clock(clock: Any, items: list[Any]) -> Subject:
    """A clock of a step concerns whoever has that step; one of a stretch or of the whole case, whoever has any step of the case."""
    own = [item for item in items if item.id == clock.key]
    limit = Limit(clock.started_at, clock.due_at, clock.warn_at, clock.unit in HOURLY, led=bool(clock.rule))
    urgent = any(item.priority >= URGENT for item in own) or (bool(clock.rule) and clock.unit in ("minutes", "hours"))
    return Subject(f"clock:{clock.id}", clock.instance_id, clock.business_key, clock.title, clock.name, limit, urgent, tuple(own or items))


def stands(c: Connection, subject: str, person: str) -> bool:
    """Whether there is still something to remind this person of: it runs, and nobody else has taken it."""
    kind, _, key = subject.partition(":")
    row = c.execute(CLOCK_RUNS, {"k": int(key)}).first() if kind == "clock" else c.execute(ITEM_LIVES, {"k": key}).first()
    return row is not None and row.assignee in (None, person)


def holders(c: Connection, items: Iterable[Any], known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Whose move it is: who has the step, or everybody to whom it is offered. `known` keeps what was looked up for one pass."""
    found: set[str] = set()
    for item in items:
        if item.assignee is not None:
            found.add(item.assignee)
        elif item.candidate_key is not None:
            if item.candidate_key not in known:
                role, _, unit = item.candidate_key.partition("@")
                known[item.candidate_key] = tuple(person.id for person in directory.holders(c, role, unit))
            found.update(known[item.candidate_key])
    return tuple(sorted(found))


def by_item(items: Iterable[Any]) -> Mapping[str, Any]:
    """Steps by id."""
    return {item.id: item for item in items}
