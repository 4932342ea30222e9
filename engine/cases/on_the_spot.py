"""Steps that only a decision on the spot knows (行政处罚法第五十一条、第五十二条、第七十一条): the order to correct that must come before,
the cash that goes on, and the way out into the ordinary procedure."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine import clock
from engine.cases import case_file, cash, penalty
from engine.cases.case_file import Penalty
from engine.errors import InvalidState
from engine.people import directory
from engine.runtime.tables import record

Payload = Mapping[str, Any]
ORDER_FIRST = "summary_order_first"
"""Parameter: codes of items that are punished only after an order of the authority was disobeyed, separated by commas."""
ORDER_STEP = "rectify_order"
"""The step of the finding in which officers order the correction; what the village does before is persuasion, no order."""
ORDERED = select(record.c.seq).where(
    record.c.instance_id == bindparam("i"), record.c.kind == "completed", record.c.element_id == ORDER_STEP).limit(1)
CONVERTED, LET_OFF = "converted", "let_off"
CARRIED = ("item", "item_name", "act_place", "facts", "rule_set")


def ordered_first(c: Connection, payload: Payload) -> None:
    """Raises InvalidState for an item that needs an order to correct first, when none was given by officers (S02-1).

    The order is one of a finding of this case, or one that the form names by number with a photo (values prior_order,
    prior_order_photos).
    """
    one, values = case_file.open_file(c, int(payload["case"])), payload["values"]
    codes = {code.strip() for code in str(case_file.param(c, one.instance_id).get(ORDER_FIRST) or "").split(",")}
    if one.item not in codes or any(c.execute(ORDERED, {"i": finding}).first() for finding in one.findings):
        return
    if not (str(values.get("prior_order") or "").strip() and values.get("prior_order_photos")):
        raise InvalidState("依据写明“拒不改正”的才处罚：必须先由执法机关发出《责令改正通知书》，当事人拒不改正。村社劝导不是责令改正。"
                           "请先责令改正，或者填写此前责令改正通知书的文号并附照片。", instance=one.instance_id)


def hand_over(c: Connection, payload: Payload) -> dict[str, Any]:
    """The cash of the case reached the authority; received by whoever submits, who is not the one who took it."""
    number = _receipt(payload)
    cash.hand_over(c, number, str(payload["person"]))
    return {"handed_over_on": clock.today().isoformat()}


def bank(c: Connection, payload: Payload) -> dict[str, Any]:
    """The cash of the case was paid in at the bank."""
    cash.bank(c, _receipt(payload))
    return {"banked_on": clock.today().isoformat()}


def convert(c: Connection, payload: Payload) -> dict[str, Any]:
    """Open a case of the ordinary procedure on the same facts; this one ends without a decision (转普通程序).

    Answers {"ordinary", "ordinary_number"}.
    """
    one = case_file.open_file(c, int(payload["case"]))
    by = directory.participant(c, str(payload["person"]))
    values = {key: getattr(one, key) for key in CARRIED} | _people(one)
    values |= {"act_day": one.act_day.isoformat() if one.act_day else None, "party_name": one.party.name, **_identity(one)}
    answer = penalty.begin(c, values, by=None, unit=one.unit_id)
    case_file.link(c, answer["instance"], one.findings, by.id)
    _end(c, one, CONVERTED)
    return {"ordinary": answer["instance"], "ordinary_number": answer["number"]}


def end(c: Connection, payload: Payload) -> dict[str, Any]:
    """No penalty on the spot: the party was taught (行政处罚法第三十三条). The file is closed without a number."""
    one = case_file.open_file(c, int(payload["case"]))
    _end(c, one, LET_OFF)
    return {"closure_kind": LET_OFF}


def _end(c: Connection, one: Penalty, kind: str) -> None:
    case_file.change(c, one.instance_id, status=case_file.CLOSED, closure_kind=kind, closed_on=clock.today().isoformat(),
                     frozen_at=clock.now())


def _people(one: Penalty) -> dict[str, Any]:
    officer, assistant = (*one.officers, None, None)[:2]
    return {"officer": officer, "assistant": assistant}


def _identity(one: Penalty) -> dict[str, Any]:
    party = one.party
    known = {"party_kind": party.kind, "party_id_number": party.id_number, "party_identity_reason": party.identity_reason,
             "party_gender": party.gender, "party_birth": party.birth, "party_capacity": party.capacity, "party_guardian": party.guardian,
             "party_legal_representative": party.legal_representative, "party_operator": party.operator, "party_address": party.address,
             "party_phone": party.phone}
    return {key: value for key, value in known.items() if value not in (None, "")}


def _receipt(payload: Payload) -> str:
    return str(payload["variables"].get("receipt_number") or payload["values"].get("receipt_number") or "")
