"""What a case was before it was moved to another version, and putting it back. Rows made since are closed, not deleted."""

import datetime as dt
from typing import Any

from sqlalchemy import Column, Table, delete, insert, select, update

from engine.database import UTCDateTime
from engine.runtime import ledgers
from engine.runtime.case import Case
from engine.runtime.statements import LIVE_ITEM, LIVE_JOB, LIVE_TIMER
from engine.runtime.tables import deadline_clock, incident, job, subscription, timer, work_item

Row = dict[str, Any]
Kept = dict[str, Any]

ALIVE: dict[str, tuple[Table, Any]] = {
    "items": (work_item, work_item.c.state.in_(LIVE_ITEM)),
    "timers": (timer, timer.c.status.in_(LIVE_TIMER)),
    "subscriptions": (subscription, subscription.c.id.is_not(None)),
    "clocks": (deadline_clock, deadline_clock.c.status.in_(ledgers.LIVE)),
    "jobs": (job, job.c.status.in_(LIVE_JOB)),
    "incidents": (incident, incident.c.resolved_at.is_(None)),
}
"""What lives with a case, and how to tell."""


def alive(case: Case) -> dict[str, list[Row]]:
    """All living rows of a case, as plain values."""
    found = {}
    for name, (table, lives) in ALIVE.items():
        rows = case.c.execute(select(table).where(table.c.instance_id == case.id, lives).order_by(table.c.id))
        found[name] = [{column.name: _plain(row[column.name]) for column in table.c} for row in rows.mappings()]
    return found


def of(case: Case) -> Kept:
    """Everything that is put back when the move is undone."""
    return {"definition": case.row.definition_id, "state": case.row.state, "variables": case.row.variables, "rows": alive(case)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _value(column: Column[Any], value: Any) -> Any:
    return dt.datetime.fromisoformat(value) if isinstance(column.type, UTCDateTime) and value is not None else value


def put_back(case: Case, kept: Kept) -> None:
    """Make the living rows of a case what they were."""
    now = alive(case)
    for name in ("items", "timers", "jobs", "incidents", "clocks"):
        known = {row["id"] for row in kept["rows"][name]}
        for row in now[name]:
            if row["id"] not in known:
                _close(case, name, row)
    case.c.execute(delete(subscription).where(subscription.c.instance_id == case.id))
    for name, rows in kept["rows"].items():
        table = ALIVE[name][0]
        for row in rows:
            values = {column.name: _value(column, row[column.name]) for column in table.c}
            case.c.execute(insert(table).values(values) if name == "subscriptions"
                           else update(table).where(table.c.id == row["id"]).values(values))


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
