"""Taking a work item, giving it back, and handing it to somebody else (领取、退回公共池、转办)."""

from typing import Any

from sqlalchemy import Connection, bindparam, update

from engine.database import UTCDateTime
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.runtime import access, offers
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.commands import lending
from engine.runtime.commands.wording import stated
from engine.runtime.offers import CLAIMED, OPEN
from engine.runtime.tables import work_item

ASSIGN = (
    update(work_item)
    .where(work_item.c.id == bindparam("i"))
    .values(state=bindparam("to"), assignee=bindparam("person"), claimed_at=bindparam("at", type_=UTCDateTime))
)


def claim(c: Connection, item_id: str, *, by: Participant, revision: int | None = None) -> dict[str, Any]:
    """Take an offered work item, so that nobody else does it. Taking one's own again changes nothing.

    Raises NotFound, NotAllowed, InvalidState (somebody else has it), Conflict.
    """
    case, item = access.item_to_act_on(c, item_id, by, revision)
    if item.state == CLAIMED:
        return case.answer(item=item_id)
    assign(case, item_id, by.id)
    case.story.tell("claimed", item.element_id, key=item_id, item=item.name)
    return case.save_unmoved(item=item_id)


def unclaim(c: Connection, item_id: str, *, by: Participant, revision: int | None = None) -> dict[str, Any]:
    """Give a taken work item back to everybody it was offered to.

    Raises InvalidState when it was assigned by name and there is nobody else to do it.
    """
    case, item = access.item_to_act_on(c, item_id, by, revision)
    lending.must_not_be_lent(item, by)
    if item.assignee is None:
        return case.answer(item=item_id)
    if item.candidate_key is None:
        raise InvalidState(f"“{item.name}”指定由您办理，不能退回公共池。如不便办理，请转办给他人。", item=item_id)
    assign(case, item_id, None)
    case.story.tell("unclaimed", item.element_id, key=item_id, item=item.name)
    return case.save_unmoved(item=item_id)


def transfer(c: Connection, item_id: str, to: str, *, by: Participant, reason: str = "") -> dict[str, Any]:
    """Hand a work item to the person `to`, who must hold its role for a unit that covers the case.

    Whoever may do the item, or assigns work in that area, may transfer it. Raises NotFound, NotAllowed, InvalidState,
    InvalidValues for a reason that is too long.
    """
    case, item = _to_transfer(c, item_id, by)
    lending.must_not_be_lent(item, by)
    receiver = _receiver(c, item, to)
    lending.forget(case, item)
    assign(case, item_id, receiver.id)
    cases.involve(case, [receiver.id, by.id])
    story = {"key": item_id, "item": item.name, "to": receiver.id, "to_name": receiver.name, "reason": stated(reason)}
    case.story.tell("transferred", item.element_id, **story)
    return case.save_unmoved(item=item_id, to=receiver.id)


def _to_transfer(c: Connection, item_id: str, by: Participant) -> tuple[Case, Found]:
    case, item = cases.locked_with_item(c, item_id, by=by)
    if not access.may_do(item, by) and not access.may_see(c, by, case.row):
        raise NotFound(item=item_id, person=by.id)
    access.must_be_open(c, item)
    case.must_run()
    if not access.may_do(item, by) and not by.may("assign", item.unit_path):
        raise NotAllowed(f"“{item.name}”不在您名下，不能转办。", item=item_id, person=by.id)
    case.story.acting_for = access.acting_for(item, by)
    return case, item


def _receiver(c: Connection, item: Found, to: str) -> Participant:
    receiver = directory.participant(c, to)
    places = offers.places(item.unit_path, item.candidate_key)
    covering = any(post.role == item.candidate_role and post.unit_id in places for post in receiver.posts)
    if item.candidate_role is not None and not covering and item.candidate_key not in receiver.candidate_keys:
        raise InvalidState(f"{receiver.name}的岗位不能办理“{item.name}”，请选择同岗位的人员。", item=item.id, to=to)
    if receiver.id == item.assignee:
        raise InvalidState(f"“{item.name}”已在{receiver.name}名下。", item=item.id, to=to)
    return receiver


def receivers(c: Connection, item_id: str, *, by: Participant) -> tuple[Participant, ...]:
    """Whom a work item may be handed to. Raises NotFound when this person may not see it."""
    item = c.execute(cases.ITEM, {"i": item_id}).first()
    if item is None or not (access.may_do(item, by) or access.may_see(c, by, cases.peeked(c, item.instance_id).row)):
        raise NotFound(item=item_id, person=by.id)
    if item.candidate_role is None:
        people = directory.people(c, below=[item.unit_path])
    else:
        units = offers.places(item.unit_path, item.candidate_key)
        people = tuple(p for unit in units for p in directory.holders(c, item.candidate_role, unit))
    return tuple(person for person in dict.fromkeys(people) if person.id not in (item.assignee, None))


def assign(case: Case, item_id: str, person: str | None) -> None:
    """Write who has an item: one person, or (None) everybody it is offered to."""
    to = CLAIMED if person else OPEN
    case.c.execute(ASSIGN, {"i": item_id, "to": to, "person": person, "at": case.at if person else None})
