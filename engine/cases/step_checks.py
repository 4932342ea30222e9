"""What steps of a penalty case ask before they are taken, by name: `cases.two_officers` and the others (gl:check).

Each raises to refuse. A process that was started from a penalty case is asked about that case.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, closing, duties, enforcing, evidence, hearing_days, hearings, on_the_spot, recusal
from engine.errors import InvalidState, NotAllowed
from engine.people import authorisations, qualifications

Payload = Mapping[str, Any]


def two_officers(c: Connection, payload: Payload) -> None:
    """Two officers are assigned, both with a certificate that is valid today and covers the field (行政处罚法第四十二条), and neither
    has to withdraw (第四十三条)."""
    one = case_file.open_file(c, case_file.above(c, int(payload["case"])))
    duties.must_be_two(c, one.officers, clock.today())
    for person in one.officers:
        recusal.must_not_handle(c, one.instance_id, person)


def may_begin_penalty(c: Connection, payload: Payload) -> None:
    """Advice to file (filing_advice "file") names two officers with valid certificates, who will handle the penalty case
    (行政处罚法第四十二条). Any other advice passes."""
    if payload["values"].get("filing_advice") != "file":
        return
    duties.must_be_two(c, _named(payload["variables"]), clock.today())


def may_order(c: Connection, payload: Payload) -> None:
    """An order to correct in writing (value or variable rectify_kind "within") is made and served by the two officers who were named, both
    with certificates valid today (行政处罚法第四十二条). What is put right on the spot passes."""
    known = {**payload["variables"], **payload["values"]}
    if known.get("rectify_kind") == "within":
        duties.must_be_two(c, _named(known), clock.today())


def _named(known: Mapping[str, Any]) -> list[str]:
    return [str(known[key]) for key in case_file.OFFICERS if known.get(key)]


def not_investigator(c: Connection, payload: Payload) -> None:
    """Whoever investigates or investigated the case takes no part in this step (行政处罚法第四十二条、第五十八条、第六十四条), nor who
    has to withdraw (第四十三条)."""
    case, person = case_file.above(c, int(payload["case"])), str(payload["person"])
    recusal.must_not_handle(c, case, person)
    if person in duties.investigators(c, case):
        raise NotAllowed("行政处罚法第四十二条、第五十八条、第六十四条：本案承办、协办人员不得审核、主持听证或者审批本案，请换人办理。",
                         instance=case, person=person)


def has_evidence(c: Connection, payload: Payload) -> None:
    """At least one piece that may found a decision (行政处罚法第四十六条)."""
    case = case_file.above(c, int(payload["case"]))
    if not any(piece.is_usable for piece in evidence.of(c, case)):
        raise InvalidState("行政处罚法第四十六条：本案还没有可以作为定案根据的证据，请先登记证据；监控证据须经法制和技术审核。",
                           instance=case)


def head_only(c: Connection, payload: Payload) -> None:
    """Only the head of the authority, or whoever presides in the head's place (行政执法机关移送涉嫌犯罪案件的规定第五条)."""
    one = case_file.of(c, case_file.above(c, int(payload["case"])))
    authorisations.must_preside(c, str(payload["person"]), one.unit_id, clock.today())


def qualified_reviewer(c: Connection, payload: Payload) -> None:
    """The reviewer may review at all (legal qualification), and is no officer and no hearing host of the case (行政处罚法第五十八条)."""
    qualifications.must_be_reviewer(c, str(payload["person"]), clock.today())
    case, person = case_file.above(c, int(payload["case"])), str(payload["person"])
    recusal.must_not_handle(c, case, person)
    duties.must_be_apart(c, case, person, duties.REVIEWER)


def hearing_in_time(c: Connection, payload: Payload) -> None:
    """The hearing (value hearing_at) begins no sooner than the law allows when its notice is served today (行政处罚法第六十四条第二项).

    Raises TooEarly with the first lawful day.
    """
    case = case_file.above(c, int(payload["case"]))
    hearing_days.must_be_lawful(c, case, case_file.of(c, case).unit_id, str(payload["values"].get("hearing_at") or ""))


def hearing_booked(c: Connection, payload: Payload) -> None:
    """A hearing that was held (value hearing_outcome "held") had its room and time in the calendar, see `hearings.must_be_booked`."""
    if payload["values"].get("hearing_outcome") == "held":
        case = case_file.above(c, int(payload["case"]))
        hearings.must_be_booked(c, case, case_file.of(c, case).unit_id)


def measures_closed(c: Connection, payload: Payload) -> None:
    """Nothing that was started from the case is still open: measures, preservation, appraisal, transfer, remedies."""
    case = case_file.above(c, int(payload["case"]))
    still = closing.open_measures(c, case)
    if still:
        names = "、".join(f"“{one.title}”（{one.number}）" for one in still)
        raise InvalidState(f"{names}还没有办结，请先办结。", instance=case)


def may_close(c: Connection, payload: Payload) -> None:
    """Everything that the chosen kind of closing needs is there."""
    case, values = case_file.above(c, int(payload["case"])), {**payload["variables"], **payload["values"]}
    reasons = closing.hindrances(c, case, str(values.get("closure_kind") or ""), values)
    if reasons:
        raise InvalidState("".join(f"{reason}。" for reason in reasons), instance=case)


def remedies_over(c: Connection, payload: Payload) -> None:
    """No reconsideration or suit about the decision is open (行政强制法第四十四条、第五十三条)."""
    enforcing.remedies_over(c, payload)


def path_fits(c: Connection, payload: Payload) -> None:
    """The way of removal belongs to the law that the decision is based on, see `enforcing.must_fit_the_law`."""
    enforcing.must_fit_the_law(c, payload)


def ordered_first(c: Connection, payload: Payload) -> None:
    """What is punished only after an order was disobeyed was ordered by officers before (S02-1)."""
    on_the_spot.ordered_first(c, payload)
