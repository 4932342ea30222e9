"""Following the record: whatever happens in a case is written there, so a pass reads only what is new and looks at those cases.

The record's numbers come in the order of the commits on SQLite. On PostgreSQL a smaller number may be committed later, so only what is
older than any transaction can last is read there: people hear of new work up to two minutes late, and nothing is ever left out.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from engine.database import UTCDateTime
from engine.notifications import limits, progress, watching
from engine.notifications.kinds import Kind
from engine.notifications.limits import about
from engine.notifications.outbox import Message, post
from engine.notifications.watching import Pass
from engine.runtime.case import STATUS_WORDS
from engine.runtime.offers import CLAIMED
from engine.runtime.tables import process_instance, record

NAME = "record"
SETTLED = {"sqlite": dt.timedelta(0), "postgresql": dt.timedelta(seconds=90)}
_AFTER: BindParameter[Any] = bindparam("after")
_N: BindParameter[Any] = bindparam("n")
FEED = (select(record.c.id, record.c.instance_id, record.c.at, record.c.actor, record.c.kind)
        .where(record.c.id > _AFTER).order_by(record.c.id).limit(_N))
BODY = select(record.c.body).where(record.c.id == bindparam("i"))
NAMED = select(process_instance.c.business_key, process_instance.c.title).where(process_instance.c.id == bindparam("i"))
UNSETTLED = select(func.min(record.c.id)).where(record.c.at >= bindparam("from", type_=UTCDateTime))
LAST = select(func.max(record.c.id))
OPEN_CASES = (select(process_instance.c.id).where(process_instance.c.status == "running", process_instance.c.id > _AFTER)
              .order_by(process_instance.c.id).limit(_N))
ENDED = (select(process_instance).where(process_instance.c.id.in_(bindparam("ids", expanding=True)), process_instance.c.parent_id.is_(None),
         process_instance.c.ended_at.is_not(None), process_instance.c.started_by.is_not(None)))


def step(one: Pass, limit: int) -> int:
    """Read on from where the last pass stopped; answers how much there was. The first passes look at every open case once."""
    state = progress.read(one.c, NAME) or None
    if state is None:
        return _begin(one)
    return _sow(one, state, limit) if "sown" in state else _read_on(one, state, limit)


def _begin(one: Pass) -> int:
    """From now on the record is followed; what was open before is looked at piece by piece."""
    last = one.c.execute(LAST).scalar() or 0
    first = one.c.execute(UNSETTLED, {"from": one.now - SETTLED[one.c.dialect.name]}).scalar()
    after = last if first is None or one.c.dialect.name == "sqlite" else first - 1
    progress.hold(one.c, NAME)
    progress.save(one.c, NAME, {"after": after, "since": one.now.isoformat(), "sown": 0})
    return 1


def _sow(one: Pass, state: dict[str, Any], limit: int) -> int:
    ids = list(one.c.execute(OPEN_CASES, {"after": state["sown"], "n": limit}).scalars())
    if ids:
        watching.arm(one, ids, limits.live_items(one.c, ids))
        state["sown"] = ids[-1]
    else:
        del state["sown"]
    progress.save(one.c, NAME, state)
    return len(ids) or 1


def _read_on(one: Pass, state: dict[str, Any], limit: int) -> int:
    rows = _settled(one, one.c.execute(FEED, {"after": state["after"], "n": limit}).all())
    if not rows:
        return 0
    ids = sorted({row.instance_id for row in rows if row.instance_id is not None})
    if ids:
        items, since = limits.live_items(one.c, ids), dt.datetime.fromisoformat(state["since"])
        watching.arm(one, ids, items)
        _new_work(one, items, rows, since)
        _urged(one, items, rows)
        _handed(one, rows)
        _results(one, ids, since)
    progress.save(one.c, NAME, state | {"after": rows[-1].id})
    return len(rows)


def _settled(one: Pass, rows: Sequence[Any]) -> list[Any]:
    """The rows before the first that some transaction with a smaller number could still come before."""
    wait, settled = SETTLED[one.c.dialect.name], []
    for row in rows:
        if wait and one.now - wait <= row.at <= one.now + wait:
            break
        settled.append(row)
    return settled


def _new_work(one: Pass, items: list[Any], rows: Sequence[Any], since: dt.datetime) -> None:
    """To whom a step was offered or given; not to whoever took it, or has just acted in that case."""
    acted = {(row.instance_id, row.actor) for row in rows}
    for item in items:
        if item.created_at < since and (item.claimed_at or item.created_at) < since:
            continue
        given = item.state == CLAIMED
        people = [person for person in one.people([item]) if (item.instance_id, person) not in acted]
        words = f"{item.case_number}“{item.name}”{'交给您办理' if given else '待领取'}。"
        key = f"item:{item.id}:given" if given else f"item:{item.id}:offered"
        post(one.c, Message(Kind.WORK, key, words, item.instance_id, subject=f"item:{item.id}", urgent=item.priority >= limits.URGENT,
                            about=about(item.case_number, item.title, item.name, item.due_at)), people)


def _urged(one: Pass, items: list[Any], rows: Sequence[Any]) -> None:
    """Whoever has a step hears that somebody asked them to hurry."""
    open_now = limits.by_item(items)
    for row in rows:
        if row.kind != "urged":
            continue
        said = json.loads(one.c.execute(BODY, {"i": row.id}).scalar_one())
        item = open_now.get(said["key"])
        if item is None:
            continue
        because = f"，理由：{said['reason']}" if said.get("reason") else ""
        words = f"{said['name']}催办 {item.case_number}“{item.name}”{because}。"
        message = Message(Kind.ORDER, f"record:{row.id}", words, item.instance_id,
                          subject=f"item:{item.id}", about=about(item.case_number, item.title, item.name, item.due_at))
        post(one.c, message, one.people([item]))


def _handed(one: Pass, rows: Sequence[Any]) -> None:
    """Whoever gets a delegated step back, or a copy of a case to read, hears of it."""
    for row in rows:
        if row.kind not in ("handed-back", "copied"):
            continue
        said = json.loads(one.c.execute(BODY, {"i": row.id}).scalar_one())
        number, title = one.c.execute(NAMED, {"i": row.instance_id}).one()
        because = f"：{said['reason']}" if said.get("reason") else ""
        words = f"{said['name']}交回 {number}“{said['item']}”，请核对后提交{because}。" if row.kind == "handed-back" else (
            f"{said['name']}将 {number} 抄送给您阅知{because}。")
        people = [said["to"]] if isinstance(said["to"], str) else said["to"]
        post(one.c, Message(Kind.WORK, f"record:{row.id}", words, row.instance_id, about=about(number, title, "", None)), people)


def _results(one: Pass, ids: Sequence[int], since: dt.datetime) -> None:
    """Whoever reported something hears how it ended."""
    for case in one.c.execute(ENDED, {"ids": ids}).all():
        if case.ended_at < since:
            continue
        words = f"您上报的 {case.business_key} {STATUS_WORDS[case.status]}。"
        post(one.c, Message(Kind.RESULT, f"case:{case.id}:ended", words, case.id, about=about(case.business_key, case.title, "", None)),
             [case.started_by])


def behind(c: Connection) -> int:
    """How many entries of the record have not been read yet."""
    state = progress.read(c, NAME)
    return int(c.execute(LAST).scalar() or 0) - int(state.get("after", 0)) if state else 0

