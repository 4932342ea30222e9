"""Who may see a case and who may act on a work item. What one may not see reads as if it did not exist."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, or_, select

from engine.clock import local
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.offers import CLAIMED, DONE, OPEN
from engine.runtime.tables import involvement, process_instance, work_item

INVOLVED = select(involvement.c.person_id).where(
    involvement.c.instance_id == bindparam("i"), involvement.c.person_id == bindparam("person")
)
OFFERED = (
    select(work_item.c.id)
    .where(
        work_item.c.instance_id == bindparam("i"),
        work_item.c.state.in_((OPEN, CLAIMED, "suspended")),
        work_item.c.candidate_key.in_(bindparam("keys", expanding=True)),
    )
    .limit(1)
)
READING = ("read_cases", "supervise")


def paths(by: Participant) -> tuple[str, ...]:
    """The units below which this person may read every case."""
    return tuple(sorted({path for capability in READING for path in by.seen_paths(capability)}))


def may_see(c: Connection, by: Participant, row: Found) -> bool:
    """Reads every case of that area, has had to do with this one, or is offered work on it."""
    if any(row.unit_path.startswith(path) for path in paths(by)) or row.started_by == by.id:
        return True
    if c.execute(INVOLVED, {"i": row.id, "person": by.id}).first() is not None:
        return True
    return c.execute(OFFERED, {"i": row.id, "keys": by.candidate_keys}).first() is not None


def visible(by: Participant, table: FromClause = process_instance) -> ColumnElement[bool]:
    """The same as a condition over cases; another table must have `unit_path` and `instance_id` (or be the cases' own)."""
    instance_id = table.c.id if table is process_instance else table.c.instance_id
    below = [under(table.c.unit_path, path) for path in paths(by)]
    involved = instance_id.in_(select(involvement.c.instance_id).where(involvement.c.person_id == by.id))
    offer = work_item.alias("offer")
    offered = instance_id.in_(
        select(offer.c.instance_id).where(
            offer.c.candidate_key.in_(by.candidate_keys), offer.c.state.in_((OPEN, CLAIMED, "suspended"))
        )
    )
    return or_(*below, involved, offered)


def under(column: ColumnElement[str], path: str) -> ColumnElement[bool]:
    """A path below another, as a range: an index serves it on both databases ("0" follows "/" in the order of characters)."""
    return and_(column >= path, column < path[:-1] + "0")


def seen_case(c: Connection, instance_id: int, by: Participant, revision: int | None = None) -> Case:
    """Lock a case for a person who may see it. Raises NotFound, Conflict."""
    case = cases.locked(c, instance_id, by=by, revision=revision)
    if not may_see(c, by, case.row):
        raise NotFound(instance=instance_id, person=by.id)
    return case


def item_to_act_on(
    c: Connection, item_id: str, by: Participant, revision: int | None = None
) -> tuple[Case, Found]:
    """Lock the case of a work item that this person may do now.

    Raises NotFound (not theirs to see), NotAllowed (seen, not theirs), InvalidState (done, taken, suspended), Conflict.
    """
    case, item = cases.locked_with_item(c, item_id, by=by)
    if not may_do(item, by) and not may_see(c, by, case.row):
        raise NotFound(item=item_id, person=by.id)
    must_be_open(c, item)
    case.must_run()
    if item.assignee is not None and not by.in_hand(item.assignee, item.candidate_role):
        name = directory.names(c, [item.assignee]).get(item.assignee, item.assignee)
        raise InvalidState(f"“{item.name}”已由{name}领取。如需由您办理，请联系其转办给您。", item=item_id)
    if not may_do(item, by):
        raise NotAllowed(f"“{item.name}”应由其他岗位办理，您可以查看但不能办理。", item=item_id, person=by.id)
    cases.check_revision(case, revision)
    case.story.acting_for = acting_for(item, by)
    return case, item


def may_do(item: Found, by: Participant) -> bool:
    """The work item is this person's, or that of somebody they stand in for, or is offered to one of their posts."""
    if item.assignee is not None:
        return by.in_hand(item.assignee, item.candidate_role)
    return item.candidate_key in by.candidate_keys


def acting_for(item: Found, by: Participant) -> str | None:
    """The title of the post from which the person does this item; of the first post when it was assigned by name. Whoever stands in for
    somebody says so where the item is that person's, or where they hold no such post themselves."""
    away = {one.name for one in by.acts_for if item.assignee == one.person_id}
    fitting = [post for post in by.posts if f"{post.role}@{post.unit_id}" == item.candidate_key]
    chosen = sorted(fitting or by.posts, key=lambda post: (post.instead_of not in away, post.instead_of != "")) if by.posts else []
    return chosen[0].title if chosen else None


def must_be_open(c: Connection, item: Found) -> None:
    """Raises InvalidState, saying by whom and when, for an item that is done or no longer needed."""
    if item.state == DONE:
        name = directory.names(c, [item.ended_by]).get(item.ended_by, item.ended_by or "系统")
        raise InvalidState(f"“{item.name}”已由{name}于 {said(item.ended_at)} 办理，无需再办。", item=item.id)
    if item.state not in (OPEN, CLAIMED):
        reason = "所在事项已挂起，恢复后再办理" if item.state == "suspended" else "流程已经变化，不再需要办理"
        raise InvalidState(f"“{item.name}”{reason}。请返回待办列表。", item=item.id)


def said(moment: Any) -> str:
    """A moment as people in the town write it: 3月2日 10:10."""
    here = local(moment)
    return f"{here.month}月{here.day}日 {here:%H:%M}"
