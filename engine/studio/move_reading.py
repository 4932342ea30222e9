"""Batches of cases that are moved to another version, as they are shown: how far one has come, what became of each case, who did what."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select

from engine import definitions
from engine.definitions.tables import process_definition as definition
from engine.errors import InvalidValues, NotFound
from engine.people import Participant, directory
from engine.runtime import access
from engine.runtime.moving_tables import move_batch, move_item
from engine.runtime.tables import process_instance
from engine.studio import folder_rights
from engine.studio.move_tables import move_act

PAGE, MOST, LAST_PAGE = 50, 200, 100_000
TRYING, ASKED, RUNNING, STOPPED, DONE, REFUSED, UNDOING, UNDONE = (
    "trying", "asked", "running", "stopped", "done", "refused", "undoing", "undone")
STATES = {TRYING: "正在试移", ASKED: "待批准", RUNNING: "正在移动", STOPPED: "已停下", DONE: "已完成", REFUSED: "未批准",
          UNDOING: "正在撤销", UNDONE: "已撤销"}
AT_WORK = (TRYING, RUNNING, UNDOING)
WAITING, MOVED, FITS, BLOCKED, SKIPPED, BACK, STAYED = "waiting", "moved", "fits", "blocked", "skipped", "undone", "stayed"
RESULTS = {WAITING: "还没有处理", MOVED: "已移动", FITS: "可以移动", BLOCKED: "不能移动", SKIPPED: "不需要移动", BACK: "已撤销移动",
           STAYED: "撤销不了，保持移动后的版本"}
ACTS = {"asked": "提出", "tried": "试移", "approved": "批准", "refused": "不批准", "stopped": "停下", "resumed": "继续", "undone": "撤销",
        "one-undone": "撤销一件"}

_SHOWN = select(move_batch, definition.c.name, definition.c.number).join(definition, definition.c.id == move_batch.c.to_definition)
ONE = _SHOWN.where(move_batch.c.id == bindparam("b"))
OF_KEY = _SHOWN.where(move_batch.c.process_key == bindparam("k")).order_by(move_batch.c.id.desc()).limit(MOST)
COUNTS = (select(move_item.c.batch_id, move_item.c.state, func.count().label("number"))
          .where(move_item.c.batch_id.in_(bindparam("ids", expanding=True))).group_by(move_item.c.batch_id, move_item.c.state))
DONE_BY = select(move_act).where(move_act.c.batch_id.in_(bindparam("ids", expanding=True))).order_by(move_act.c.id)


@dataclass(frozen=True)
class Act:
    """One thing a person did with a batch. `words`: what, in Chinese."""

    kind: str
    words: str
    by_name: str
    at: dt.datetime
    why: str


@dataclass(frozen=True)
class Progress:
    """A batch and how far it has come. `counts`: result → cases, those that are none left out. `dry`: nothing is really moved."""

    id: int
    key: str
    name: str
    to: int
    number: int
    mapping: Mapping[str, str | None]
    choice: str
    reason: str
    state: str
    dry: bool
    asked_by: str
    asked_name: str
    asked_at: dt.datetime
    decided_name: str
    decided_at: dt.datetime | None
    counts: Mapping[str, int]
    acts: tuple[Act, ...]

    @property
    def total(self) -> int:
        """All cases of the batch."""
        return sum(self.counts.values())

    @property
    def handled(self) -> int:
        """Those that have been dealt with; while the batch is taken back, those that have been looked at again."""
        return self.total - self.counts.get(MOVED if self.state == UNDOING else WAITING, 0)

    @property
    def is_at_work(self) -> bool:
        """Something goes on in the background."""
        return self.state in AT_WORK

    @property
    def words(self) -> str:
        """The state in Chinese."""
        return "试移完成" if self.dry and self.state == DONE else STATES[self.state]


@dataclass(frozen=True)
class Item:
    """One case of a batch. `title` is empty for a reader who may not see the case; `text`: why, in words."""

    instance_id: int
    case_number: str
    title: str
    may_open: bool
    state: str
    words: str
    text: str
    at: dt.datetime | None


def progress(c: Connection, by: Participant, batch_id: int) -> Progress:
    """One batch. Raises NotAllowed, NotFound."""
    folder_rights.must_read(by)
    row = c.execute(ONE, {"b": batch_id}).first()
    if row is None:
        raise NotFound("没有这批移动，请返回列表重新选择。", batch=batch_id)
    return _shown(c, [row])[0]


def listing(c: Connection, by: Participant, key: str) -> tuple[Progress, ...]:
    """The batches of a process, newest first. Raises NotAllowed."""
    folder_rights.must_read(by)
    return _shown(c, c.execute(OF_KEY, {"k": key}).all())


def items(c: Connection, by: Participant, batch_id: int, state: str | None = None, *, page: int = 1) -> tuple[Item, ...]:
    """PAGE cases of a batch, of one result or of all. Raises NotAllowed, NotFound, InvalidValues."""
    progress(c, by, batch_id)
    if state is not None and state not in RESULTS:
        raise InvalidValues({"state": "没有这种结果，请重新选择。"})
    seen = case((access.visible(by), 1), else_=0).label("seen")
    query = (select(move_item, process_instance.c.business_key, process_instance.c.title, seen)
             .join(process_instance, process_instance.c.id == move_item.c.instance_id)
             .where(move_item.c.batch_id == batch_id, *([move_item.c.state == state] if state else []))
             .order_by(move_item.c.instance_id).limit(PAGE).offset((min(max(1, page), LAST_PAGE) - 1) * PAGE))
    return tuple(Item(row.instance_id, row.business_key, row.title if row.seen else "", bool(row.seen), row.state, RESULTS[row.state],
                      row.text, row.at) for row in c.execute(query))


def mapped(c: Connection, batch: Progress) -> tuple[tuple[str, str], ...]:
    """Old step and the new one that stands for it, by name; "" where nothing does."""
    if not batch.mapping:
        return ()
    ids = c.execute(select(definition.c.id).where(definition.c.key == batch.key).order_by(definition.c.number.desc())).scalars().all()
    names: dict[str, str] = {}
    for one in ids:
        for element in definitions.load(c, one).spec.elements.values():
            names.setdefault(element.id, element.name or element.id)
        if names.keys() >= batch.mapping.keys():
            break
    new = definitions.load(c, batch.to).spec.elements
    return tuple((names.get(old, old), (new[to].name or to) if to else "") for old, to in batch.mapping.items())


def _shown(c: Connection, rows: Sequence[Any]) -> tuple[Progress, ...]:
    ids = [row.id for row in rows] or [0]
    counts: dict[int, dict[str, int]] = {one: {} for one in ids}
    for row in c.execute(COUNTS, {"ids": ids}):
        counts[row.batch_id][row.state] = row.number
    acts = c.execute(DONE_BY, {"ids": ids}).all()
    people = directory.names(c, [one for one in (*(row.asked_by for row in rows), *(row.decided_by for row in rows),
                                                 *(act.by_id for act in acts)) if one])
    told = {one: tuple(Act(act.kind, ACTS[act.kind], people.get(act.by_id, act.by_id), act.at, act.why)
                       for act in acts if act.batch_id == one) for one in ids}
    return tuple(Progress(
        row.id, row.process_key, row.name, row.to_definition, row.number, row.mapping, row.choice, row.reason, row.state, bool(row.dry),
        row.asked_by, people.get(row.asked_by, row.asked_by), row.asked_at, people.get(row.decided_by or "", ""), row.decided_at,
        counts[row.id], told[row.id]) for row in rows)
