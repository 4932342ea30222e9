"""Straight back (退回后直接返回): a step that was sent back to be mended goes, once done, directly to the one who sent it back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from engine.people import directory
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.commands.claiming import assign
from engine.runtime.offers import OPEN
from engine.runtime.tables import return_ticket
from engine.spiff import Tokens

Ticket = Found


def keep(case: Case, item: Found, reopened: str, passed: list[str]) -> None:
    """Note that the work item `reopened`, when done, leads back to the step from which `item` was sent back."""
    person = case.by.id if case.by else ""
    case.c.execute(insert(return_ticket), {
        "work_item_id": reopened, "element_id": item.element_id, "person_id": person, "passed": passed, "at": case.at})


def ticket(case: Case, item: Found) -> Ticket | None:
    """The way back of a work item, taken off it; None for one that goes along its flow."""
    if not item.to_return:
        return None
    mine = return_ticket.c.work_item_id == item.id
    found = case.c.execute(select(return_ticket).where(mine)).one()
    case.c.execute(delete(return_ticket).where(mine))
    return found


def go(tokens: Tokens, item: Found, values: Mapping[str, Any], back: Ticket) -> None:
    """Finish the work item and go straight back."""
    tokens.return_to(item.id, values, back.element_id, back.passed)


def give(case: Case, back: Ticket) -> None:
    """Whoever sent it back has it again, unless it went to somebody by name or they have left the post."""
    keys = [str(entry["key"]) for entry in case.opened if entry["element"] == back.element_id]
    if len(keys) == 1:
        give_to_holder(case, keys[0], back.person_id)


def give_to_holder(case: Case, key: str, person: str) -> None:
    """An open work item into the hands of somebody who holds its post."""
    item = case.c.execute(cases.ITEM, {"i": key}).first()
    if item is None or item.state != OPEN:
        return
    holders = {p.id for p in directory.holders(case.c, item.candidate_role or "", item.candidate_key.partition("@")[2])}
    if person in holders:
        put(case, key, item, person)


def put(case: Case, key: str, item: Found, person: str) -> None:
    """Put a reopened item into a person's hands, and tell it: whose time it was is read from the record alone."""
    assign(case, key, person)
    name = directory.names(case.c, [person]).get(person, person)
    case.story.tell("returned", item.element_id, key=key, item=item.name, to=person, to_name=name)
    case.save()
