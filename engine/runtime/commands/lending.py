"""What it means for other commands that a step was only lent to somebody (委派)."""

from sqlalchemy import delete

from engine.errors import InvalidState
from engine.people import Participant
from engine.runtime.case import Case, Found
from engine.runtime.tables import delegation


def must_not_be_lent(item: Found, by: Participant) -> None:
    """Raises InvalidState where the step was only lent to this person."""
    if item.delegated_by not in (None, by.id) and by.in_hand(item.assignee, item.candidate_role):
        raise InvalidState(f"“{item.name}”是委派给您准备的，由委派人提交。请填写后点“交回”。", item=item.id)


def forget(case: Case, item: Found) -> None:
    """The step goes into other hands."""
    if item.delegated_by is not None:
        case.c.execute(delete(delegation).where(delegation.c.work_item_id == item.id))
