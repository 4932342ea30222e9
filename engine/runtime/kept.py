"""What a case was before it was moved to another version, and putting it back. Rows made since are closed, not deleted."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table, delete, func, insert, select, true, update

from engine.database import UTCDateTime
from engine.runtime import ledgers
from engine.runtime.case import Case
from engine.runtime.statements import LIVE_ITEM, LIVE_JOB, LIVE_TIMER
from engine.runtime.tables import clock_entry, deadline_clock, draft, incident, job, message, subscription, timer, work_item

Row = dict[str, Any]
Kept = dict[str, Any]

ALIVE: dict[str, tuple[Table, Any]] = {
    "items": (work_item, work_item.c.state.in_(LIVE_ITEM)),
    "timers": (timer, timer.c.status.in_(LIVE_TIMER)),
    "subscriptions": (subscription, subscription.c.id.is_not(None)),
    "clocks": (deadline_clock, true()),
    "jobs": (job, job.c.status.in_(LIVE_JOB)),
    "incidents": (incident, incident.c.resolved_at.is_(None)),
}
"""What lives with a case, and how to tell. Of clocks also those that have stopped: a step that opens again may let one go on."""


def alive(case: Case) -> dict[str, list[Row]]:
    """All living rows of a case, as plain values."""
    found = {}
    for name, (table, lives) in ALIVE.items():
        rows = case.c.execute(select(table).where(table.c.instance_id == case.id, lives).order_by(table.c.id))
        found[name] = [{column.name: _plain(row[column.name]) for column in table.c} for row in rows.mappings()]
    return found


def of(case: Case) -> Kept:
    """Everything that is put back when the move is undone."""
    newest = case.c.execute(select(func.max(job.c.id)).where(job.c.instance_id == case.id)).scalar()
    return {"definition": case.row.definition_id, "state": case.row.state, "variables": case.row.variables, "rows": alive(case),
            "letters": _letters(case), "newest_job": newest or 0}


def with_changes(case: Case, before: Kept) -> Kept:
    """The same once the case has been moved: which columns the move has changed, and which letters it has read."""
    changed = {}
    for name, rows in before["rows"].items():
        now = {row["id"]: row for row in _by_id(case, ALIVE[name][0], [row["id"] for row in rows])}
        found = {str(row["id"]): [column for column in row if row["id"] in now and now[row["id"]][column] != row[column]] for row in rows}
        changed[name] = {key: columns for key, columns in found.items() if columns}
    return {**before, "changed": changed, "letters": sorted(set(_letters(case)) - set(before["letters"]))}


def _letters(case: Case) -> list[int]:
    found = select(message.c.id).where(message.c.consumed_by == case.id).order_by(message.c.id)
    return list(case.c.execute(found).scalars())


def _by_id(case: Case, table: Table, ids: list[Any]) -> list[Row]:
    rows = case.c.execute(select(table).where(table.c.id.in_(ids))).mappings() if ids else ()
    return [{column.name: _plain(row[column.name]) for column in table.c} for row in rows]


def work_since(case: Case, kept: Kept) -> str | None:
    """What nobody has recorded and yet has been done since the move, in words: a draft on a new step, a job that has been begun."""
    known = {row["id"] for row in kept["rows"]["items"]}
    written = select(work_item.c.id).join(draft, draft.c.work_item_id == work_item.c.id).where(
        work_item.c.instance_id == case.id, work_item.c.state.in_(LIVE_ITEM))
    if set(case.c.execute(written).scalars()) - known:
        return "移动之后已经有人在新的步骤上写了草稿，不能撤销。需要时请再移到合适的版本。"
    begun = select(job.c.id).where(job.c.instance_id == case.id, job.c.id > kept["newest_job"], job.c.attempts > 0)
    if case.c.execute(begun).first() is not None:
        return "移动之后系统已经开始执行新的操作，不能撤销。需要时请再移到合适的版本。"
    return None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _value(column: Column[Any], value: Any) -> Any:
    return dt.datetime.fromisoformat(value) if isinstance(column.type, UTCDateTime) and value is not None else value


def put_back(case: Case, kept: Kept) -> None:
    """Take back what the move has changed in the living rows of a case. What else has happened to them since stays."""
    now = alive(case)
    for name in ("items", "timers", "jobs", "incidents", "clocks"):
        known = {row["id"] for row in kept["rows"][name]}
        for row in now[name]:
            if row["id"] not in known:
                _close(case, name, row)
    case.c.execute(delete(subscription).where(subscription.c.instance_id == case.id))
    for name, rows in kept["rows"].items():
        for row in rows:
            _restore(case, name, row, kept["changed"][name].get(str(row["id"]), ()))
    case.c.execute(update(message).where(message.c.id.in_(kept["letters"])).values(consumed_by=None))


def _restore(case: Case, name: str, row: Row, changed: Iterable[str]) -> None:
    """One row. A ledger is only ever added to: a clock that the move let go on stops where it went on."""
    table = ALIVE[name][0]
    whole = name == "subscriptions"
    values = {column.name: _value(column, row[column.name]) for column in table.c if whole or column.name in changed}
    if name == "clocks" and values.pop("entries", None) is not None:
        values["stopped_at"] = select(func.max(clock_entry.c.from_at)).where(clock_entry.c.clock_id == row["id"]).scalar_subquery()
    if values:
        case.c.execute(insert(table).values(values) if whole else update(table).where(table.c.id == row["id"]).values(values))


def _close(case: Case, name: str, row: Row) -> None:
    """A row that the move had made. A clock gives its key back."""
    values: dict[str, Row] = {
        "items": {"state": "withdrawn", "ended_at": case.at},
        "timers": {"status": "cancelled"},
        "jobs": {"status": "cancelled", "lease_token": None, "lease_until": None},
        "incidents": {"resolved_at": case.at, "resolved_by": case.by.id if case.by else None},
        "clocks": {"status": ledgers.STOPPED, "stopped_at": case.at, "stop_reason": "ended", "watch_at": None,
                   "key": set_aside(row.get("key") or "", row["id"])},
    }
    table = ALIVE[name][0]
    case.c.execute(update(table).where(table.c.id == row["id"]).values(values[name]))


def set_aside(key: str, clock_id: int) -> str:
    """The key of a clock that another one has replaced on the same step."""
    return f"{key[:40]}~{clock_id}"
