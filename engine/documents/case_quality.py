"""The facts of one case for the nine checks of its papers: read from the file, the documents, the certificates, the numbers."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, proposals
from engine.cases.case_file import Penalty
from engine.cases.proposals import Proposal
from engine.documents import case_fields, catalogue, citations, numbering, quality, register, signing
from engine.documents.quality import Facts, Paper, Problem
from engine.documents.register import DRAFT, ISSUED, Issued
from engine.errors import EngineError
from engine.law import powers
from engine.people import qualifications


def check(c: Connection, case_id: int) -> tuple[Problem, ...]:
    """Everything the nine checks find in a penalty case. Raises NotFound when that instance is none."""
    return quality.problems(facts(c, case_id))


def facts(c: Connection, case_id: int) -> Facts:
    """What is known of a case. Raises NotFound."""
    file = case_file.of(c, case_id)
    town = case_fields.town_of(c, case_id)
    remedy = case_fields.remedy(c, town, case_fields.values_of(c, case_id, town))
    notified, decided = (proposals.last(c, case_id, stage) for stage in (proposals.NOTICE, proposals.DECISION))
    papers = tuple(_paper(c, one) for one in register.of_case(c, case_id) if one.state in (DRAFT, ISSUED))
    gaps = tuple(f"{one.unit_id} {one.character}〔{one.year}〕" for one in numbering.gaps(c) if one.unit_id == town.id)
    return Facts(
        file.party.name, file.officers, papers, None if notified is None else notified.fine, None if decided is None else decided.fine,
        span=_span(c, file, decided), articles=_articles(c, file, decided),
        remedy=(str(remedy["review_body"]), str(remedy["court"])), gaps=gaps,
        certificate=lambda person, day: _why(c, person, day))


def _paper(c: Connection, one: Issued) -> Paper:
    row, values = catalogue.of(one.doc_id), one.values
    unsigned = signing.lacking_signers(c, one) if row.made == signing.PAGE and one.state == DRAFT else ()
    began, ended = _span_of(values)
    return Paper(
        one.id, one.doc_id, one.title, one.state, one.issued_at or one.made_at, one.data, one.officers, register.served_on(c, one.id),
        unsigned, began, ended, str(values.get("place") or "").strip(), row.required)


def _span(c: Connection, file: Penalty, decided: Proposal | None) -> tuple[int, int] | None:
    """The least and the most fine of the articles the decision rests on, in 分; None where the list of powers does not say."""
    power = powers.known(c, file.unit_id, file.item)
    if power is None or decided is None or not decided.fine:
        return None
    used = [one for one in power.bases if one.article in decided.basis and one.fine_max is not None]
    return (min(one.fine_min or 0 for one in used), max(one.fine_max or 0 for one in used)) if used else None


def _articles(c: Connection, file: Penalty, decided: Proposal | None) -> tuple[tuple[str, str], ...]:
    """Refs that could not be cited on the day of the act nor of the decision, with the reason."""
    if decided is None:
        return ()
    found = citations.of(c, decided.basis, (decided.day, file.act_day), case_file.param(c, file.instance_id))
    return tuple((one.ref, one.problem) for one in found if one.problem)


def _span_of(values: Mapping[str, Any]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """A record's own time; words that are no time say nothing."""
    try:
        return signing.span_of(values)
    except EngineError:
        return None, None


def _why(c: Connection, person: str, day: dt.date) -> str:
    """Why somebody held no valid certificate on a day; "" when they did."""
    try:
        qualifications.valid_certificate(c, person, day)
    except EngineError as refusal:
        return refusal.message
    return ""

