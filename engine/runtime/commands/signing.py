"""Adding and removing a signer while a countersign runs (加签、减签)."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.errors import InvalidState, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.runtime import access
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.offers import CLAIMED, OPEN
from engine.runtime.tables import work_item
from engine.runtime.turn import turn

ASKED = select(work_item.c.assignee).where(
    work_item.c.instance_id == bindparam("i"), work_item.c.element_id == bindparam("element"), work_item.c.assignee.is_not(None),
    work_item.c.state.in_((OPEN, CLAIMED)))


def signers(c: Connection, item_id: str, *, by: Participant) -> tuple[Participant, ...]:
    """Who may still be added: everybody with a post in the town of the case who has no open signature. Raises NotFound."""
    item = c.execute(cases.ITEM, {"i": item_id}).first()
    if item is None or not (access.may_do(item, by) or access.may_see(c, by, cases.peeked(c, item.instance_id).row)):
        raise NotFound(item=item_id, person=by.id)
    town = f"/{'/'.join(item.unit_path.strip('/').split('/')[:2])}/"
    asked = set(c.execute(ASKED, {"i": item.instance_id, "element": item.element_id}).scalars())
    return tuple(one for one in directory.people(c, below=[town]) if one.id not in asked)


def add_signer(c: Connection, item_id: str, person: str, *, by: Participant) -> dict[str, Any]:
    """Let one more person sign, beside whoever has the open item. The collection of the countersign must hold person ids.

    For whoever has the item, and for posts that assign work in that area. Raises NotFound, NotAllowed, InvalidState.
    """
    case, item = _countersigned(c, item_id, by)
    signer = directory.participant(c, person)
    with turn(case) as tokens:
        case.story.tell("signer-added", item.element_id, item=item.name, to=signer.id, to_name=signer.name)
        tokens.add_signer(item_id, signer.id)
    return case.answer(item=item_id)


def remove_signer(c: Connection, item_id: str, *, by: Participant) -> dict[str, Any]:
    """Take an open signature off the round. Raises InvalidState for the last one while nobody has signed, and as `add_signer` does."""
    case, item = _countersigned(c, item_id, by)
    name = directory.names(c, [item.assignee]).get(item.assignee) if item.assignee else None
    with turn(case) as tokens:
        case.story.tell("signer-removed", item.element_id, item=item.name, to=item.assignee, to_name=name or "一名会签人")
        tokens.remove_signer(item_id)
    return case.answer()


def _countersigned(c: Connection, item_id: str, by: Participant) -> tuple[Case, Found]:
    case, item = cases.locked_with_item(c, item_id, by=by)
    if not access.may_do(item, by) and not access.may_see(c, by, case.row):
        raise NotFound(item=item_id, person=by.id)
    access.must_be_open(c, item)
    case.must_run()
    if item.mi_key is None:
        raise InvalidState(f"“{item.name}”不是会签步骤，不能加签或减签。", item=item_id)
    if not access.may_do(item, by) and not by.may("assign", item.unit_path):
        raise NotAllowed("只有会签人或负责分派的岗位可以加签、减签。", item=item_id, person=by.id)
    case.story.acting_for = access.acting_for(item, by)
    return case, item
