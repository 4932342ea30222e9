"""What must hold of a case that is moved to another version of its process: what stays, and what comes back when the move is undone."""

from typing import Any

from sqlalchemy import and_, or_, select

from engine import definitions
from engine.runtime import ledgers
from engine.runtime.commands.migrating import MOVED, Plan
from engine.runtime.moving_tables import case_move
from engine.runtime.statements import LIVE_ITEM, LIVE_JOB, LIVE_TIMER
from engine.runtime.tables import (
    clock_entry,
    deadline_clock,
    delegation,
    draft,
    incident,
    job,
    message,
    record,
    return_ticket,
    subscription,
    timer,
    work_item,
)
from engine.runtime.turn import look
from engine.spiff.events import Trigger
from engine.spiff.joins import Join
from engine.spiff.tree import live
from tests.properties.walking import INSTANCE, Ground

STAYS = ("assignee", "state", "claimed_at", "mi_key", "created_at", "urged", "element_id")
OF_ITEMS = select(work_item.c.id).where(work_item.c.instance_id == INSTANCE, work_item.c.state.in_(LIVE_ITEM)).scalar_subquery()
LIVING: dict[str, Any] = {
    "items": select(work_item).where(work_item.c.instance_id == INSTANCE, work_item.c.state.in_(LIVE_ITEM)).order_by(work_item.c.id),
    "timers": select(timer).where(timer.c.instance_id == INSTANCE, timer.c.status.in_(LIVE_TIMER)).order_by(timer.c.key),
    "subscriptions": select(*(column for column in subscription.c if column.name != "id")).where(
        subscription.c.instance_id == INSTANCE).order_by(subscription.c.key),
    "clocks": select(deadline_clock).where(deadline_clock.c.instance_id == INSTANCE, deadline_clock.c.status.in_(ledgers.LIVE)).order_by(
        deadline_clock.c.id),
    "entries": select(clock_entry).join(deadline_clock).where(
        deadline_clock.c.instance_id == INSTANCE, deadline_clock.c.status.in_(ledgers.LIVE)).order_by(*clock_entry.primary_key),
    "jobs": select(job).where(job.c.instance_id == INSTANCE, or_(job.c.status.in_(LIVE_JOB), and_(
        job.c.status == "incident"))).order_by(job.c.id),
    "incidents": select(incident).where(incident.c.instance_id == INSTANCE, incident.c.resolved_at.is_(None)).order_by(incident.c.id),
    "drafts": select(draft).where(draft.c.work_item_id.in_(OF_ITEMS)).order_by(draft.c.work_item_id, draft.c.person_id),
    "lent": select(delegation).where(delegation.c.work_item_id.in_(OF_ITEMS)).order_by(delegation.c.work_item_id),
    "back": select(return_ticket).where(return_ticket.c.work_item_id.in_(OF_ITEMS)).order_by(return_ticket.c.work_item_id),
    "letters": select(message.c.id, message.c.consumed_by).where(
        or_(message.c.consumed_by.is_(None), message.c.consumed_by == INSTANCE)).order_by(message.c.id),
}
"""Everything that lives with a case."""


def living(ground: Ground) -> dict[str, list[dict[str, Any]]]:
    """Whole rows."""
    return {name: [dict(row._mapping) for row in ground.found(query)] for name, query in LIVING.items()}


class Before:
    """A case as it was before it was moved."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.rows, self.row = ground, living(ground), ground.row()
        self.picture, self.moves = ground.picture(), ground.found(select(case_move).order_by(case_move.c.id))

    def is_all(self) -> bool:
        """Whether not one row has changed."""
        return self.ground.picture() == self.picture and self.ground.found(select(case_move).order_by(case_move.c.id)) == self.moves

    def is_back(self) -> bool:
        """Whether everything that lived lives again as it was, and nothing else does."""
        now = self.ground.row()
        assert (now.state, now.variables, now.status, now.definition_id) == (
            self.row.state, self.row.variables, self.row.status, self.row.definition_id)
        rows = living(self.ground)
        for name, before in self.rows.items():
            assert rows[name] == before, name
        return True

    def kinds(self) -> set[str]:
        """In the middle of what it stood."""
        with self.ground.database.reading() as c:
            tokens = look(c, self.ground.town.case)
        tasks = [task for tree in tokens._tree.trees for task in live(tree)]
        found = {"inside" if tree.spec.element is None else "called" for tree in tokens._tree.subprocesses.values()}
        found |= {"trigger"} & {"trigger" for task in tasks if isinstance(task.task_spec, Trigger)}
        found |= {"join"} & {"join" for task in tasks if isinstance(task.task_spec, Join)}
        found |= {"countersign"} & {"countersign" for row in self.rows["items"] if row["mi_key"] is not None}
        found |= {"law" if row["rule"] else "limit" for row in self.rows["clocks"]}
        found |= {"standing clock"} & {"standing clock" for row in self.rows["clocks"] if row["status"] == ledgers.SUSPENDED}
        return found | {name for name in ("timers", "subscriptions", "jobs", "incidents", "drafts", "lent", "back") if self.rows[name]}


class Moved:
    """A move that was carried out."""

    def __init__(self, ground: Ground, before: Before, plan: Plan) -> None:
        self.ground, self.before, self.plan = ground, before, plan
        self.now = living(ground)

    def check(self) -> None:
        """What stays, stays. Counts in the middle of what the case stood."""
        for kind in self.before.kinds():
            self.ground.tally.done[f"moved: {kind}"] += 1
        told = [row for row in self.ground.found(select(record).where(record.c.instance_id == INSTANCE)) if row.kind == MOVED]
        assert told and self.ground.row().definition_id == self.plan.to
        self.items_stay()
        self.clocks_run_on()
        assert [row for row in self.now["jobs"] if row["id"] in {old["id"] for old in self.before.rows["jobs"]}] == [
            row for row in self.before.rows["jobs"] if row["id"] in {new["id"] for new in self.now["jobs"]}]
        due = {row["key"]: row["due_at"] for row in self.now["timers"]}
        if self.plan.choice == "keep":
            assert all(due.get(row["key"], row["due_at"]) == row["due_at"] for row in self.before.rows["timers"])

    def items_stay(self) -> None:
        """Ids, posts of who has claimed, drafts and votes."""
        with self.ground.database.reading() as c:
            elements = definitions.load(c, self.plan.to).spec.elements
        now = {row["id"]: row for row in self.now["items"]}
        stayed = [row for row in self.before.rows["items"] if row["id"] in now]
        self.ground.tally.done["moved: kept step"] += bool(stayed)
        self.ground.tally.done["moved: mapped"] += len(stayed) < len(self.before.rows["items"])
        assert self.plan.mapping or len(stayed) == len(self.before.rows["items"])
        for row in stayed:
            assert row["element_id"] in elements
            assert all(now[row["id"]][name] == row[name] for name in STAYS) and now[row["id"]]["definition_id"] == self.plan.to
        kept = {row["id"] for row in stayed}
        for name in ("drafts", "lent", "back"):
            assert [row for row in self.before.rows[name] if row["work_item_id"] in kept] == [
                row for row in self.now[name] if row["work_item_id"] in kept]

    def clocks_run_on(self) -> None:
        """No limit of the law was dropped or begun anew."""
        rows = {row.id: row for row in self.ground.found(select(deadline_clock).where(deadline_clock.c.instance_id == INSTANCE))}
        for old in self.before.rows["clocks"]:
            if old["rule"]:
                new = rows[old["id"]]
                assert [getattr(new, name) for name in ("status", "started_at", "due_at", "length", "entries")] == [
                    old[name] for name in ("status", "started_at", "due_at", "length", "entries")]
