"""Putting one person in another's place for the rest of a case: what the process knows, and the steps in hand (更换办案人)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from engine.runtime import case as cases
from engine.runtime.case import Case
from engine.runtime.commands.claiming import assign
from engine.runtime.offers import CLAIMED
from engine.runtime.tables import work_item
from engine.runtime.turn import turn

IN_HAND = (select(work_item.c.id).where(work_item.c.instance_id == bindparam("i"), work_item.c.assignee == bindparam("old"),
                                        work_item.c.state == CLAIMED).order_by(work_item.c.id))


def replace_person(case: Case, old: str, new: str, variables: Mapping[str, Any], **told: Any) -> dict[str, Any]:
    """Give the open steps of `old` to `new`, and set those variables of the process, so that later steps come to `new` too.

    The caller has checked that it may be and holds the case's lock; `told` is what the record says. Raises InvalidState for an ended
    case.
    """
    case.must_run()
    with turn(case) as tokens:
        case.story.tell("file-changed", None, **told)
        tokens.variables.update(variables)
        for item_id in case.c.execute(IN_HAND, {"i": case.id, "old": old}).scalars().all():
            assign(case, item_id, new)
        cases.involve(case, [new])
    return case.answer()
