"""Asking somebody else to prepare a step that stays one's own (委派): they fill in the form and hand it back; the owner submits it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from engine.errors import InvalidState, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.runtime import access, offers
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.commands.claiming import assign
from engine.runtime.commands.completing import save_draft
from engine.runtime.commands.lending import forget
from engine.runtime.commands.wording import stated
from engine.runtime.tables import delegation, draft


def delegate(c: Connection, item_id: str, to: str, *, by: Participant, reason: str = "") -> dict[str, Any]:
    """Give an open step to the person `to`, to prepare it; what was typed so far goes with it. Whoever is asked may not submit it.

    `to` must work in the town of the case, or in the department that the step is offered to. Raises NotFound, NotAllowed, InvalidState.
    """
    case, item = access.item_to_act_on(c, item_id, by)
    if item.delegated_by is not None:
        raise InvalidState(f"“{item.name}”已经是委派给您的，不能再委派，请填写后交回。", item=item_id)
    helper = _helper(c, item, to, by)
    c.execute(insert(delegation), {"work_item_id": item_id, "owner": by.id, "delegate": helper.id, "reason": stated(reason), "at": case.at})
    _lend_draft(case, item_id, by.id, helper.id)
    assign(case, item_id, helper.id)
    cases.involve(case, [helper.id, by.id])
    story = {"key": item_id, "item": item.name, "to": helper.id, "to_name": helper.name, "reason": stated(reason)}
    case.story.tell("delegated", item.element_id, **story)
    return case.save_unmoved(item=item_id, to=helper.id)


def helpers(c: Connection, item_id: str, *, by: Participant) -> tuple[Participant, ...]:
    """Whom a step may be delegated to: everybody with a post in the town of the case, or in the department that the step is offered to.
    Raises NotFound."""
    item = c.execute(cases.ITEM, {"i": item_id}).first()
    if item is None or not access.may_do(item, by):
        raise NotFound(item=item_id, person=by.id)
    return tuple(one for one in directory.people(c, below=[_home(c, item)[0]]) if one.id != by.id)


def hand_back(c: Connection, item_id: str, values: Mapping[str, Any], *, by: Participant, note: str = "") -> dict[str, Any]:
    """Give a prepared step back to its owner with what was filled in, as the owner's draft. Raises InvalidState."""
    case, item = access.item_to_act_on(c, item_id, by)
    if item.delegated_by is None:
        raise InvalidState(f"“{item.name}”不是委派给您的，请直接办理或者转办。", item=item_id)
    owner = directory.participant(c, item.delegated_by)
    save_draft(c, item_id, values, by=by)
    _lend_draft(case, item_id, by.id, owner.id)
    _take_back(case, item, owner, stated(note))
    return case.save_unmoved(item=item_id, to=owner.id)


def recall(c: Connection, item_id: str, *, by: Participant) -> dict[str, Any]:
    """The owner takes a delegated step back before it is handed back. Raises NotAllowed for anybody else, InvalidState."""
    case, item = cases.locked_with_item(c, item_id, by=by)
    if not access.may_do(item, by) and not access.may_see(c, by, case.row):
        raise NotFound(item=item_id, person=by.id)
    access.must_be_open(c, item)
    case.must_run()
    if item.delegated_by != by.id:
        raise NotAllowed("只有委派人可以收回委派。", item=item_id, person=by.id)
    _take_back(case, item, by, "")
    return case.save_unmoved(item=item_id)


def _helper(c: Connection, item: Found, to: str, by: Participant) -> Participant:
    helper = directory.participant(c, to)
    if helper.id == by.id:
        raise InvalidState("不能委派给自己。", item=item.id)
    path, home = _home(c, item)
    if not any(post.unit_path.startswith(path) for post in helper.own_posts):
        raise InvalidState(f"{helper.name}不在{home}任职，请选择{home}的人员。", item=item.id, to=to)
    return helper


def _home(c: Connection, item: Found) -> tuple[str, str]:
    """(path, what people call it) of the unit whose people may help: the town of the case, or a department beside it."""
    around = item.unit_path.strip("/").split("/")
    offered = offers.places(item.unit_path, item.candidate_key)
    if offered and offered[0] not in around:
        return directory.unit_of(c, offered[0]).path, "本部门"
    return f"/{'/'.join(around[:2])}/", "本镇街"


def _take_back(case: Case, item: Found, owner: Participant, note: str) -> None:
    forget(case, item)
    assign(case, item.id, owner.id)
    case.story.tell("handed-back", item.element_id, key=item.id, item=item.name, to=owner.id, to_name=owner.name, reason=note)


def _lend_draft(case: Case, item_id: str, giver: str, taker: str) -> None:
    """What one person has typed becomes what the other has typed."""
    of = select(draft.c["values"]).where(draft.c.work_item_id == item_id)
    typed = case.c.execute(of.where(draft.c.person_id == giver)).scalar()
    if typed is not None:
        case.c.execute(delete(draft).where(draft.c.work_item_id == item_id, draft.c.person_id == taker))
        case.c.execute(insert(draft), {"work_item_id": item_id, "person_id": taker, "values": typed, "saved_at": case.at})
