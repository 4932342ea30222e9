"""Proof that no case stands still silently: every running one waits for somebody or something, and one sentence says what.

Reads only. A case that waits for nothing is a fault of ours, not of the town; `sound` is False then.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine import clock
from engine.people import ROLES, directory
from engine.runtime.case import RUNNING, SUSPENDED
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import incident, job, process_instance, subscription, timer, work_item

BATCH = 500
_IDS: Any = bindparam("ids", expanding=True)

ALIVE = (
    select(process_instance.c.id, process_instance.c.business_key, process_instance.c.title, process_instance.c.status)
    .where(process_instance.c.status.in_((RUNNING, SUSPENDED)), process_instance.c.id > bindparam("after"))
    .order_by(process_instance.c.id)
    .limit(BATCH)
)
TROUBLES = select(incident).where(incident.c.instance_id.in_(_IDS), incident.c.resolved_at.is_(None)).order_by(incident.c.id)
ITEMS = select(work_item).where(work_item.c.instance_id.in_(_IDS), work_item.c.state.in_(LIVE_ITEM)).order_by(work_item.c.due_at)
JOBS = select(job).where(job.c.instance_id.in_(_IDS), job.c.wait_key.is_not(None), job.c.status.in_(("due", "leased")))
TIMERS = (
    select(timer)
    .where(timer.c.instance_id.in_(_IDS), timer.c.status.in_(("due", "suspended")))
    .order_by(timer.c.due_at)
)
SUBSCRIPTIONS = select(subscription).where(subscription.c.instance_id.in_(_IDS)).order_by(subscription.c.id)


@dataclass(frozen=True)
class Standing:
    """What one case waits for, in one sentence."""

    instance_id: int
    number: str
    title: str
    sentence: str
    sound: bool


def check_instances(c: Connection) -> Iterator[Standing]:
    """Every case that has not ended, the oldest first. Reads in batches, so a town's whole stock is no burden."""
    last = 0
    while rows := c.execute(ALIVE, {"after": last}).all():
        last = rows[-1].id
        yield from _standings(c, rows)


def _standings(c: Connection, rows: Iterable[Any]) -> Iterator[Standing]:
    rows = list(rows)
    ids = [row.id for row in rows]
    waits: dict[int, list[str]] = defaultdict(list)
    items = c.execute(ITEMS, {"ids": ids}).all()
    people = directory.names(c, [item.assignee for item in items if item.assignee])
    for row in c.execute(TROUBLES, {"ids": ids}):
        waits[row.instance_id].append(f"有异常待处理：{row.message}")
    for item in items:
        waits[item.instance_id].append(f"等待{_who(item, people)}办理“{item.name}”{_until(item.due_at)}")
    for row in c.execute(JOBS, {"ids": ids}):
        tried = f"（已尝试 {row.attempts} 次）" if row.attempts else ""
        waits[row.instance_id].append(f"等待系统完成“{row.name or row.topic}”{tried}")
    for row in c.execute(TIMERS, {"ids": ids}):
        waits[row.instance_id].append(f"等待时限“{row.name or row.element_id}”{_until(row.due_at)}")
    for row in c.execute(SUBSCRIPTIONS, {"ids": ids}):
        waits[row.instance_id].append(f"等待{'信号' if row.kind == 'signal' else '消息'}“{row.name}”")
    for row in rows:
        yield _standing(row, waits[row.id])


def _standing(row: Any, waits: list[str]) -> Standing:
    if not waits:
        sentence = "没有在等待任何人、时限、消息或系统任务，已经停滞。请联系系统维护人员。"
    else:
        more = f"；另有 {len(waits) - 1} 项" if len(waits) > 1 else ""
        sentence = f"{'已挂起，恢复后' if row.status == SUSPENDED else ''}{waits[0]}{more}。".replace("。。", "。")
    return Standing(row.id, row.business_key, row.title, sentence, bool(waits))


def _who(item: Any, people: dict[str, str]) -> str:
    if item.assignee:
        return people.get(item.assignee) or str(item.assignee)
    role = ROLES.get(item.candidate_role or "")
    return role.name if role else "办理人"


def _until(due: dt.datetime | None) -> str:
    if due is None:
        return ""
    late = "，已超期" if due < clock.now() else ""
    return f"（{clock.local(due):%Y-%m-%d %H:%M} 到期{late}）"
