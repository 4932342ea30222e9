"""Going back: sending a case to an earlier step, and taking back what one has just handed on (退回、拿回)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine import definitions
from engine.errors import InvalidState, JumpRefused, NotFound
from engine.people import Participant
from engine.runtime import access
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.commands import lending, returning
from engine.runtime.commands.completing import end
from engine.runtime.commands.wording import stated
from engine.runtime.offers import DONE, OPEN
from engine.runtime.tables import record, work_item
from engine.runtime.turn import look, turn
from engine.spiff import Element, Tokens

LAST_DONE = (
    select(work_item.c.ended_by)
    .where(
        work_item.c.instance_id == bindparam("i"), work_item.c.element_id == bindparam("element"), work_item.c.state == DONE
    )
    .order_by(work_item.c.ended_at.desc())
    .limit(1)
)
NEWEST = (
    select(record.c.kind, record.c.actor, record.c.body)
    .where(record.c.stream == bindparam("stream"), record.c.kind.not_in(("commented", "urged")))
    .order_by(record.c.seq.desc())
    .limit(1)
)
STATES = select(work_item.c.id, work_item.c.state).where(work_item.c.id.in_(bindparam("keys", expanding=True)))
SENT_BACK = "退回"


@dataclass(frozen=True)
class Target:
    """An earlier step that a work item may be sent back to."""

    element_id: str
    name: str


def targets(c: Connection, item_id: str, *, by: Participant) -> tuple[Target, ...]:
    """The steps this person may send the item back to; none when the diagram forbids it. Raises NotFound."""
    item = c.execute(cases.ITEM, {"i": item_id}).first()
    if item is None or not access.may_do(item, by):
        raise NotFound(item=item_id, person=by.id)
    if _forbidden(c, item, "sendBack", "none"):
        return ()
    return tuple(Target(element.id, element.name) for element in _reach(c, item, look(c, item.instance_id)))


def send_back(c: Connection, item_id: str, to: str, *, reason: str, by: Participant, straight: bool = False) -> dict[str, Any]:
    """Send a case back from a work item to the earlier step `to`; whoever did that step last has it again.

    `straight`: once mended it comes directly back to this step and this person, past the steps between (退回后直接返回).
    Raises InvalidValues without a reason, JumpRefused for a step that cannot be reached, and what `complete` raises.
    """
    said = stated(reason, "请写明退回理由。")
    case, item = access.item_to_act_on(c, item_id, by)
    if _forbidden(c, item, "sendBack", "none"):
        raise JumpRefused(f"“{item.name}”不允许退回，请办理后继续。", item=item_id)
    lending.must_not_be_lent(item, by)
    with turn(case) as tokens:
        between = _between(tokens.passed(), to, item.element_id)
        name = next((element.name for element in _reach(c, item, tokens) if element.id == to), None)
        if name is None:
            raise JumpRefused("只能退回到本事项此前经过的步骤，请重新选择。", item=item_id, to=to)
        end(case, item, SENT_BACK)
        story = {"key": item_id, "item": item.name, "target": to, "target_name": name, "reason": said, "straight": straight}
        case.story.tell("sent-back", item.element_id, **story)
        tokens.send_back(item_id, to)
    key = _reopened(case, to)
    if straight:
        _must_lead_back(tokens, key, item)
        returning.keep(case, item, str(key), between)
    if key is not None:
        _return_to_last(case, key, to)
    return case.answer(target=to, item=key)


def _reach(c: Connection, item: Found, tokens: Tokens) -> tuple[Element, ...]:
    """Where a step may be sent back to: anywhere before it, or only within its own process."""
    found = tokens.targets(item.id)
    if not _forbidden(c, item, "sendBack", "process"):
        return found
    own = definitions.load(c, item.definition_id).spec.elements[item.element_id].process_id
    return tuple(element for element in found if element.process_id == own)


def _between(passed: list[str], to: str, here: str) -> list[str]:
    """The steps passed after the target, without the one sent back from."""
    return [name for name in passed[passed.index(to) + 1:] if name != here] if to in passed else []


def _must_lead_back(tokens: Tokens, key: str | None, item: Found) -> None:
    words = f"从这一步不能直接返回“{item.name}”，请选择“按流程重新办理”。"
    if key is None:
        raise JumpRefused(words, item=item.id)
    try:
        tokens.must_lead_to(key, item.element_id)
    except JumpRefused as reason:
        raise JumpRefused(words, item=item.id) from reason


def withdraw(c: Connection, item_id: str, *, by: Participant) -> dict[str, Any]:
    """Take back a step this person has just done, as long as nobody has begun what follows.

    Raises InvalidState when it is too late, or when the diagram forbids it.
    """
    case, item = cases.locked_with_item(c, item_id, by=by)
    if item.ended_by != by.id:
        raise NotFound(item=item_id, person=by.id)
    case.must_run()
    if item.state != DONE or item.outcome == SENT_BACK or _forbidden(c, item, "withdraw", "no"):
        raise InvalidState(f"“{item.name}”不能拿回。如需更正，请联系下一步办理人退回。", item=item_id)
    after = _untouched(case, item)
    with turn(case) as tokens:
        case.story.acting_for = access.acting_for(item, by)
        case.story.tell("withdrawn", item.element_id, key=item_id, item=item.name)
        tokens.send_back(after, item.element_id)
    key = _reopened(case, item.element_id)
    if key is not None:
        returning.put(case, key, item, by.id)
    return case.answer(item=key)


def may_withdraw(c: Connection, item_id: str, by: Participant) -> bool:
    """Whether `withdraw` has a chance now, for a page that offers it."""
    item = c.execute(cases.ITEM, {"i": item_id}).first()
    if item is None or item.ended_by != by.id or item.state != DONE or item.outcome == SENT_BACK:
        return False
    case = cases.peeked(c, item.instance_id, by=by)
    return case.status == cases.RUNNING and not _forbidden(c, item, "withdraw", "no") and bool(_following(case, item))


def _untouched(case: Case, item: Found) -> str:
    """The key of a work item that the last step opened, if all it opened still lie there untouched."""
    opened = _following(case, item)
    if not opened:
        raise InvalidState(f"“{item.name}”之后的步骤已经开始，不能拿回。请联系下一步办理人退回。", item=item.id)
    return opened[0]


def _following(case: Case, item: Found) -> list[str]:
    newest = case.c.execute(NEWEST, {"stream": case.story.stream}).first()
    body: Mapping[str, Any] = json.loads(newest.body) if newest else {}
    if newest is None or newest.kind != "completed" or body.get("key") != item.id:
        return []
    opened = [entry["key"] for entry in body.get("opened") or ()]
    states = {row.id: row.state for row in case.c.execute(STATES, {"keys": opened})} if opened else {}
    assigned = {entry["key"] for entry in body.get("opened") or () if entry.get("assignee")}
    untouched = all(states.get(key) == OPEN or (key in assigned and states.get(key) == "claimed") for key in opened)
    return opened if untouched else []


def _reopened(case: Case, element_id: str) -> str | None:
    """The one work item that a jump opened; None when the step is a countersign, which begins anew for all its signers."""
    keys = [str(entry["key"]) for entry in case.opened if entry["element"] == element_id]
    return keys[0] if len(keys) == 1 else None


def _return_to_last(case: Case, key: str, element_id: str) -> None:
    """Whoever did the step last gets it again, unless it went to somebody by name or that person has left the post."""
    last = case.c.execute(LAST_DONE, {"i": case.id, "element": element_id}).scalar()
    if last is not None:
        returning.give_to_holder(case, key, last)


def _forbidden(c: Connection, item: Found, attribute: str, no: str) -> bool:
    element = definitions.load(c, item.definition_id).spec.elements.get(item.element_id)
    return element is not None and element.gl.get(attribute) == no
