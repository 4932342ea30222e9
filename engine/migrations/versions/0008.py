"""Steps that were open before limits had clocks get theirs, so that supervision sees them and a new calendar moves them."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

UNITS = {"分钟": "minutes", "小时": "hours", "个工作时": "workingHours", "日": "days", "个工作日": "workingDays"}
LIMIT = re.compile(r"([\d.]+)(分钟|小时|个工作时|个工作日|日)")
OPEN = sa.text(
    "SELECT w.id AS key, w.instance_id, w.element_id, w.name, w.link, w.state, w.limit_text, w.created_at, w.due_at, w.warn_at,"
    " w.unit_id, w.unit_path, EXISTS (SELECT 1 FROM record r WHERE r.instance_id = w.instance_id AND r.kind = 'resumed') AS stood"
    " FROM work_item w WHERE w.state IN ('open', 'claimed', 'suspended') AND w.due_at IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM deadline_clock d WHERE d.instance_id = w.instance_id AND d.key = w.id)")
CLOCK = sa.table("deadline_clock", *map(sa.column, (
    "instance_id", "key", "element_id", "name", "link", "rule", "rule_set", "rule_day", "length", "unit", "started_at", "opened_at", "status",
    "due_at", "warn_at", "watch_at", "calendar_bound", "provisional", "dated_by", "entries", "unit_id", "unit_path")))

STANDS = sa.text(
    "INSERT INTO clock_entry (clock_id, seq, kind, from_at, ground, document, approver, reason, recorded_at, recorded_by)"
    " SELECT d.id, 2, 'suspended', w.due_at - w.remaining_ms, 'halt', '', '', '', w.due_at - w.remaining_ms, ''"
    " FROM deadline_clock d JOIN work_item w ON w.id = d.key WHERE d.status = 'suspended' AND d.entries = 1")
SHIPPED, NEVER = 200_000, 2_147_483_647
"""The version of the calendar these ends were computed with. The end of a step whose case once stood was moved by the time it stood, which
no ledger tells: no later calendar may compute it anew."""


def upgrade() -> None:
    """One clock for each open step whose limit can be read from its words."""
    rows = [row for found in op.get_bind().execute(OPEN) if (row := _clock(found)) is not None]
    if rows:
        op.bulk_insert(CLOCK, rows)
    op.execute(STANDS)
    op.execute("UPDATE deadline_clock SET entries = 2 WHERE status = 'suspended' AND entries = 1")


def _clock(item: Any) -> dict[str, Any] | None:
    said = LIMIT.fullmatch(item.limit_text or "")
    if said is None:
        return None
    unit = UNITS[said[2]]
    return {
        "instance_id": item.instance_id, "key": item.key, "element_id": item.element_id, "name": item.name, "link": item.link, "rule": "",
        "rule_set": "", "rule_day": item.created_at, "length": float(said[1]), "unit": unit, "started_at": item.created_at,
        "opened_at": item.created_at, "status": "suspended" if item.state == "suspended" else "running", "due_at": item.due_at,
        "warn_at": item.warn_at, "watch_at": item.warn_at or item.due_at, "calendar_bound": unit.startswith("working"), "provisional": False,
        "dated_by": NEVER if item.stood else SHIPPED, "entries": 1, "unit_id": item.unit_id, "unit_path": item.unit_path,
    }
