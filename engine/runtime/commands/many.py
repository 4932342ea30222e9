"""One command for several rows of a list: each row succeeds or fails by itself."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.errors import EngineError, InvalidValues
from engine.people import Participant
from engine.runtime.commands.claiming import claim, transfer
from engine.runtime.tables import work_item

MOST = 100
CASES = select(work_item.c.id, work_item.c.instance_id).where(work_item.c.id.in_(bindparam("ids", expanding=True)))


def claim_many(c: Connection, item_ids: Sequence[str], *, by: Participant) -> dict[str, Any]:
    """Take several work items. Answers {"results": [{"item", "ok", "message"}]} in the given order."""
    return _each(c, item_ids, lambda item_id: claim(c, item_id, by=by))


def transfer_many(c: Connection, item_ids: Sequence[str], to: str, *, by: Participant, reason: str = "") -> dict[str, Any]:
    """Hand several work items to one person. Answers as `claim_many` does."""
    return _each(c, item_ids, lambda item_id: transfer(c, item_id, to, by=by, reason=reason))


def _each(c: Connection, item_ids: Sequence[str], act: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """In the order of their cases, so that two people with overlapping lists wait for each other and never in a circle."""
    if len(item_ids) > MOST:
        raise InvalidValues({"items": f"一次最多选择 {MOST} 项。"})
    case_of = {row.id: row.instance_id for row in c.execute(CASES, {"ids": list(item_ids)})}
    in_order = sorted(set(item_ids), key=lambda item_id: (case_of.get(item_id, 0), item_id))
    results = {item_id: _one(c, item_id, act) for item_id in in_order}
    return {"results": [results[item_id] for item_id in dict.fromkeys(item_ids)]}


def _one(c: Connection, item_id: str, act: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    try:
        with c.begin_nested():
            act(item_id)
    except EngineError as refusal:
        return {"item": item_id, "ok": False, "message": refusal.message}
    return {"item": item_id, "ok": True, "message": ""}
