"""Everything that the page of one penalty case shows, asked of the rooms that know it. Reads only; decides nothing."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, url_for
from sqlalchemy import Connection

from engine.cases import (
    case_file,
    closing,
    dossier,
    dues,
    duties,
    evidence,
    first_case,
    goods,
    guidance,
    hearings,
    history_of_party,
    masking,
    measures,
    officers,
    proposals,
)
from engine.cases.case_file import Penalty
from engine.cases.dossier import Dossier
from engine.cases.first_case import Guidance
from engine.cases.guidance import Barred
from engine.cases.measures import Offer
from engine.cases.parties import Party
from engine.documents import citations, register
from engine.documents.register import Issued
from engine.people import Participant, directory
from engine.runtime import lookup, outlook
from engine.runtime.casebook import CaseView
from engine.runtime.outlook import Outlook
from web.views.cases import clocks

PAPER, PAPERS = "documents.show", "documents.of_case"
OFFICER_WORDS = [(duty, duties.WORDS[duty]) for duty in case_file.OFFICERS]
SEES_NO_ORIGINALS = ("dispatcher",)
"""Posts that follow a case by its state and do not open its evidence, unless they have another post that does."""


@dataclass(frozen=True)
class Related:
    """Another case that this one is tied to."""

    id: int
    number: str
    title: str


@dataclass(frozen=True)
class Whole:
    """One penalty case for one person. `party` and `others` are masked for them; `pieces` is None where they may not open evidence."""

    file: Penalty
    dossier: Dossier
    title: str
    party: Party
    others: tuple[tuple[str, Party], ...]
    steps: tuple[Outlook, ...]
    barred: tuple[Barred, ...]
    pieces: tuple[evidence.Item, ...] | None
    proposals: tuple[proposals.Proposal, ...]
    cited: Mapping[int, str]
    duties: tuple[duties.Duty, ...]
    findings: tuple[Related, ...]
    measures: tuple[closing.Measure, ...]
    offers: tuple[Offer, ...]
    papers: tuple[Issued, ...]
    served: Mapping[int, dt.date | None]
    dues: dues.Dues
    goods: tuple[goods.Item, ...]
    hearings: tuple[hearings.Booking, ...]
    first_case: Guidance | None
    names: dict[str, str]
    may_write: bool

    @property
    def is_masked(self) -> bool:
        """Whether something of the party is hidden from this person, and what was typed about it with it."""
        return self.party != self.file.party

    def told(self, text: str) -> str:
        """A sentence of the record, with the party's name as this person may read it."""
        return text.replace(self.file.party.name, self.party.name) if self.is_masked else text

    @property
    def mine(self) -> tuple[Outlook, ...]:
        """The open steps that this person may do."""
        return tuple(step for step in self.steps if step.is_mine)

    @property
    def others_turn(self) -> tuple[Outlook, ...]:
        """The open steps that somebody else has to do."""
        return tuple(step for step in self.steps if not step.is_mine)


def of(c: Connection, case_id: int, by: Participant) -> Whole:
    """Raises NotFound when it is no penalty case or this person may not see it."""
    file = case_file.seen(c, case_id, by)
    papers = dossier.of(c, case_id, by)
    party = masking.masked(file.party, by, file)
    part = duties.of(c, case_id)
    pieces = evidence.of(c, case_id) if opens_evidence(by, file) else None
    rows = proposals.of(c, case_id)
    issued, ledger, things = register.of_case(c, case_id), dues.of(c, case_id), goods.of(c, case_id)
    people = [*(one.made_by for one in issued), *(one.by for one in ledger.entries if one.by), *(one.keeper for one in things),
              *file.officers,
              *(one.person_id for one in part), *(one.by for one in rows), *_keepers(pieces or ())]
    return Whole(
        file, papers, file.title.replace(file.party.name, party.name), party,
        tuple((relation, masking.masked(one, by, file)) for relation, one in file.others), outlook.of_case(c, case_id, by),
        guidance.barred(c, file, papers.case.values), pieces, rows,
        {one.id: _cited(c, file, one) for one in rows}, part, _findings(c, file.findings), closing.open_measures(c, case_id),
        measures.offers(c, case_id, by), issued, {one.id: register.served_on(c, one.id) for one in issued}, ledger, things,
        hearings.of_case(c, case_id, by=by), first_case.of_case(c, case_id), directory.names(c, people),
        file.frozen_at is None and case_file.may_write(file, by))


def _cited(c: Connection, file: Penalty, one: proposals.Proposal) -> str:
    """The basis of a stage as documents cite it."""
    return "、".join(found.words for found in citations.of(c, one.basis, (file.act_day, one.day), {}))


def page(c: Connection, case_id: int, by: Participant) -> dict[str, Any]:
    """What the template is given."""
    found = of(c, case_id, by)
    case, line = _readable(found), found.dossier.case.line
    known = [(who, found.names.get(who, who)) for who in found.file.officers]
    pieces = [(str(one.id), one.title) for one in found.pieces or () if one.state == evidence.VALID]
    return {"whole": found, "file": found.file, "dossier": found.dossier, "case": case, "line": line,
            "earlier": () if found.is_masked else history_of_party.of(c, found.file),
            "replacements": [(one.id, one.name) for one in officers.replacements(c, found.file, by)], "officer_words": OFFICER_WORDS,
            "officer_choices": known, "paper_address": _paper_address,
            "documents_address": _documents_address(case_id), "piece_choices": pieces,
            "person_name": lambda value: found.dossier.people.get(value, value or "—"), **clocks.panel(c, case_id)}


def _readable(found: Whole) -> CaseView:
    """The case with its story as this person may read it."""
    case = found.dossier.case
    if not found.is_masked:
        return case
    events = tuple(replace(event, text=found.told(event.text)) for event in case.events)
    return replace(case, events=events, line=replace(case.line, title=found.told(case.line.title)))


def opens_evidence(by: Participant, file: Penalty) -> bool:
    """Whether this person may open the evidence of a case."""
    return by.id in file.officers or any(post.role not in SEES_NO_ORIGINALS for post in by.posts)


def _documents_address(case_id: int) -> str:
    """The piece that lists and drafts the documents of a case, where the room of documents has one."""
    return url_for(PAPERS, case_id=case_id) if PAPERS in current_app.view_functions else ""


def _paper_address(one: Issued) -> str:
    """The page of a document, where the room of documents has one."""
    return url_for(PAPER, document_id=one.id) if PAPER in current_app.view_functions else ""


def _keepers(pieces: Sequence[evidence.Item]) -> Iterable[str]:
    return (who for piece in pieces for who in (piece.added_by, *(link.by for link in piece.chain), *piece.collectors))


def _findings(c: Connection, ids: Sequence[int]) -> tuple[Related, ...]:
    titles = lookup.titles(c, ids)
    return tuple(Related(one, "", titles.get(one, "")) for one in ids)
