"""The record explains the state: status, revision and open work items of a case, told again from its events alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.runtime.case import RUNNING, STATUS_WORDS, SUSPENDED
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import process_instance, record, timer, work_item

BODIES = select(record.c.body).where(record.c.instance_id == bindparam("i")).order_by(record.c.seq)
ROW = select(process_instance.c.status, process_instance.c.revision).where(process_instance.c.id == bindparam("i"))
OPEN = select(work_item.c.id).where(work_item.c.instance_id == bindparam("i"), work_item.c.state.in_(LIVE_ITEM))
FIRED = select(timer.c.key).where(timer.c.instance_id == bindparam("i"), timer.c.status == "fired")


@dataclass
class Replayed:
    """A case as its record tells it. `gaps`: revisions that do not follow on the one before."""

    status: str = RUNNING
    revision: int = 0
    items: set[str] = field(default_factory=set)
    fired: list[str] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)

    def hear(self, body: dict[str, Any]) -> None:
        """Take one event in."""
        action, key = body["action"], body.get("key")
        if action in ("completed", "sent-back"):
            self.items.discard(str(key))
        elif action == "timer-fired":
            self.fired.append(str(key))
        elif action in ("suspended", "resumed"):
            self.status = SUSPENDED if action == "suspended" else RUNNING
        if "revision" in body:
            self._turn(body)

    def _turn(self, body: dict[str, Any]) -> None:
        if body["revision"] != self.revision + 1:
            self.gaps.append(body["revision"])
        self.revision = body["revision"]
        self.items -= {one["key"] for one in body["closed"]}
        self.items |= {one["key"] for one in body["opened"]}
        self.status = body["ended"] or self.status


def of(c: Connection, instance_id: int) -> Replayed:
    """Tell a case again from its record."""
    told = Replayed()
    for body in c.execute(BODIES, {"i": instance_id}).scalars():
        told.hear(json.loads(body))
    return told


def differences(c: Connection, instance_id: int) -> Iterator[str]:
    """Where the record and the stored case disagree, in plain Chinese. Nothing means that the record explains the case."""
    told, row = of(c, instance_id), c.execute(ROW, {"i": instance_id}).one()
    if told.gaps:
        yield f"办理记录缺少第 {told.gaps[0]} 轮之前的内容。"
    if told.revision != row.revision:
        yield f"办理记录到第 {told.revision} 轮，案件却在第 {row.revision} 轮。"
    if told.status != row.status:
        yield f"按办理记录应为“{STATUS_WORDS[told.status]}”，案件却是“{STATUS_WORDS[row.status]}”。"
    if told.items != set(c.execute(OPEN, {"i": instance_id}).scalars()):
        yield "按办理记录应有的待办与现有待办不一致。"
    if sorted(told.fired) != sorted(c.execute(FIRED, {"i": instance_id}).scalars()):
        yield "触发过的时限与办理记录不一致。"
