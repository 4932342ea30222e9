"""Running cases by the shape of their tokens: ten thousand cases stand in a few ways, and each way is judged once.

Two cases have one shape when they are on the same version, stand on the same elements in the same way, and have the same limits of the law
and the same promises (delegations, returns) on them. Then the same things are in their way.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, bindparam, exists, literal, select, union

from engine.runtime import case as cases
from engine.runtime import ledgers
from engine.runtime.statements import LIVE_ITEM, LIVE_JOB, LIVE_TIMER
from engine.runtime.tables import deadline_clock, delegation, job, process_instance, return_ticket, subscription, timer, work_item

SHOWN = 20
"""Cases of a shape that are named."""
LIVE = (cases.RUNNING, cases.SUSPENDED)
OTHERS = (process_instance.c.process_key == bindparam("k"), process_instance.c.definition_id != bindparam("to"),
          process_instance.c.status.in_(LIVE))

WAITS: tuple[tuple[Table, Any], ...] = (
    (work_item, work_item.c.state.in_(LIVE_ITEM)), (timer, timer.c.status.in_(LIVE_TIMER)), (job, job.c.status.in_(LIVE_JOB)),
    (subscription, subscription.c.id.is_not(None)))
RUNNING = select(process_instance.c.id, process_instance.c.definition_id, process_instance.c.status, process_instance.c.state).where(
    *OTHERS).order_by(process_instance.c.id)
LAWFUL = (select(deadline_clock.c.instance_id, deadline_clock.c.key, deadline_clock.c.element_id, deadline_clock.c.rule,
                 deadline_clock.c.name)
          .join(process_instance, process_instance.c.id == deadline_clock.c.instance_id)
          .where(*OTHERS, deadline_clock.c.rule.is_not(None), deadline_clock.c.status.in_(ledgers.LIVE))
          .order_by(deadline_clock.c.instance_id, deadline_clock.c.element_id, deadline_clock.c.rule))
_LENT = exists(select(literal(1)).where(delegation.c.work_item_id == work_item.c.id))
PROMISED = (select(work_item.c.instance_id, work_item.c.id, work_item.c.element_id, work_item.c.name,
                   return_ticket.c.element_id.label("back"), _LENT.label("lent"))
            .select_from(work_item.join(process_instance, process_instance.c.id == work_item.c.instance_id)
                         .outerjoin(return_ticket, return_ticket.c.work_item_id == work_item.c.id))
            .where(*OTHERS, work_item.c.state.in_(LIVE_ITEM), _LENT | return_ticket.c.element_id.is_not(None))
            .order_by(work_item.c.instance_id, work_item.c.element_id, work_item.c.id))


@dataclass
class Shape:
    """Cases that stand in the same way. `first`: the ids of some of them, lowest first; any of them speaks for all."""

    definition_id: int
    number: int = 0
    first: list[int] = field(default_factory=list)


def standing(c: Connection, definition_id: int, element_id: str, most: int) -> tuple[int, ...]:
    """The ids of the running cases of a version that wait at an element: for a person, a moment, a message or a job."""
    waits = union(*(select(table.c.instance_id.label("id")).where(table.c.element_id == element_id, lives) for table, lives in WAITS))
    found = waits.subquery()
    return tuple(c.execute(select(process_instance.c.id).join(found, found.c.id == process_instance.c.id).where(
        process_instance.c.definition_id == definition_id, process_instance.c.status.in_(LIVE)).order_by(process_instance.c.id)
        .limit(most)).scalars())


def of(c: Connection, key: str, to: int) -> tuple[Shape, ...]:
    """The shapes of all running cases of a process that are not on version `to`."""
    asked = {"k": key, "to": to}
    bound: defaultdict[int, list[Any]] = defaultdict(list)
    for query in (LAWFUL, PROMISED):
        for instance_id, *what in c.execute(query, asked):
            bound[instance_id].append(what)
    found: dict[Any, Shape] = {}
    for row in c.execute(RUNNING, asked):
        how = (row.definition_id, row.status, *_stands(row.state, bound[row.id]))
        shape = found.setdefault(how, Shape(row.definition_id))
        shape.number += 1
        if len(shape.first) < SHOWN:
            shape.first.append(row.id)
    return tuple(found.values())


def _stands(state: str, bound: Sequence[Sequence[Any]]) -> tuple[str, tuple[Any, ...]]:
    """The stored tokens, and what is bound to them, without keys, values and times. A token is named by its place among the others."""
    stored = json.loads(state)
    trees = [["", stored["t"]], *([holder, rows] for holder, _, rows in stored.get("s", ()))]
    places = {row[0]: f"{tree}.{number}" for tree, (_, rows) in enumerate(trees) for number, row in enumerate(rows)}
    tokens = "|".join(f"{places.get(holder, '')}:{_tokens(rows)}" for holder, rows in trees)
    return tokens, tuple(sorted((_place(str(key), places), *map(str, what)) for key, *what in bound))


def _place(key: str, places: Mapping[str, str]) -> str:
    """Where the token of a key stands; of a called process, that of the activity that called it ("p:" and its key)."""
    return places.get(key.removeprefix("p:"), key)


def _tokens(rows: Sequence[Any]) -> str:
    return ";".join(f"{row[1]},{row[2]},{row[3]}" for row in rows)
