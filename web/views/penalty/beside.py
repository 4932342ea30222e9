"""What stands beside a step of a penalty case: its law, its documents and how far they are, the evidence it wants."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from sqlalchemy import Connection

from engine.cases import case_file, hearings
from engine.cases.case_file import Penalty
from engine.documents import register
from engine.documents.register import Issued
from engine.errors import NotFound
from engine.people import Participant
from engine.runtime import outlook
from engine.runtime.desk import Item
from engine.runtime.outlook import Outlook, Wanted
from web.context import database, me
from web.views.penalty import approving
from web.views.penalty.room import blueprint

FRAGMENTS = {"law": "law.assist", "documents": "documents.of_step"}
"""Pieces that other rooms of pages offer for a step; loaded when the page is there."""


@dataclass(frozen=True)
class Paper:
    """A document that the step asks for, and the newest one of it that stands, if any."""

    wanted: Wanted
    newest: Issued | None


@dataclass(frozen=True)
class Beside:
    """The step and its penalty case. `serving`: the document that it hands over.
    `bookings`: hearings. `fragments` are addresses of pieces of other rooms by name."""

    file: Penalty
    step: Outlook
    papers: tuple[Paper, ...]
    is_approval: bool
    serving: Issued | None
    bookings: tuple[hearings.Booking, ...]
    fragments: dict[str, str]


def beside(c: Connection, item: Item, by: Participant) -> Beside | None:
    """None for a step that belongs to no penalty case, and for one without papers of a case that this person may not open (those who
    only advise)."""
    try:
        case = case_file.above(c, item.instance_id)
        step = outlook.of_item(c, item.id, by)
        if not (step.documents or step.evidence):
            case_file.seen(c, case, by)
    except NotFound:
        return None
    issued = register.of_case(c, case)
    papers = tuple(Paper(one, _newest(issued, one.template)) for one in step.documents)
    return Beside(case_file.of(c, case), step, papers, approving.is_approval(c, item.id, by),
                  _serving(issued, step.variables.get("document")), hearings.of_case(c, case, by=by), _fragments(item))


def _serving(issued: tuple[Issued, ...], wanted: object) -> Issued | None:
    """The document that this step serves, if it serves one."""
    return next((one for one in issued if str(one.id) == str(wanted)), None)


def _newest(issued: tuple[Issued, ...], doc_id: str) -> Issued | None:
    return next((one for one in reversed(issued) if one.doc_id == doc_id and one.state in (register.DRAFT, register.ISSUED)), None)


def _fragments(item: Item) -> dict[str, str]:
    known = current_app.view_functions
    return {name: url_for(endpoint, item=item.id) for name, endpoint in FRAGMENTS.items() if endpoint in known}


def penalty_beside(item: Item) -> Beside | None:
    """For the page of a step."""
    with database().reading() as c:
        return beside(c, item, me())


def penalty_file(case_id: int) -> Penalty | None:
    """For the page of any case: its penalty file, if it has one."""
    with database().reading() as c:
        try:
            return case_file.of(c, case_file.above(c, case_id))
        except NotFound:
            return None


def penalties_of(case_id: int) -> list[tuple[int, str]]:
    """For the page of a finding: the penalty cases it gave rise to that this person may see, each with its title."""
    found: list[tuple[int, str]] = []
    with database().reading() as c:
        for one in case_file.of_finding(c, case_id):
            try:
                found.append((one, case_file.seen(c, one, me()).title))
            except NotFound:
                continue
    return found


@blueprint.app_context_processor
def _offered() -> dict[str, Any]:
    return {"penalty_beside": penalty_beside, "penalty_file": penalty_file, "penalties_of": penalties_of}
