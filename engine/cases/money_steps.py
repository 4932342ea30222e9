"""Steps that touch the money of a penalty case: what their forms say, handed to `payments` and `instalments`.

A process that was started from a penalty case acts on that case.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, instalments, payments
from engine.errors import InvalidValues

Payload = Mapping[str, Any]
AGREED = ("agree", "approve", "approved")
PAYMENT = {"amount": "payment_amount", "day": "payment_day", "channel": "payment_channel", "receipt": "receipt_number", "payer": "payer",
           "part": "payment_part", "ground": "cash_ground", "ground_reason": "cash_reason", "party_asked": "party_asked",
           "collector": "collector"}


def impose(c: Connection, payload: Payload) -> dict[str, Any]:
    """See `payments.impose`. A step that decided no penalty imposes nothing."""
    case = _case(c, payload)
    if (payload.get("done") or {}).get("decided") is False:
        return payments.answer(c, case)
    return payments.impose(c, case, payload["values"], str(payload["person"]))


def record(c: Connection, payload: Payload) -> dict[str, Any]:
    """See `payments.record`. A step without an amount records nothing."""
    case, values = _case(c, payload), payload["values"]
    if not values.get(PAYMENT["amount"]):
        return payments.answer(c, case)
    try:
        return payments.record(c, case, {key: values.get(name) for key, name in PAYMENT.items()}, str(payload["person"]))
    except InvalidValues as refusal:
        raise _named(refusal) from refusal


def approve(c: Connection, payload: Payload) -> dict[str, Any]:
    """See `instalments.approve`."""
    case, values = _case(c, payload), {**payload["variables"], **payload["values"]}
    if values.get("instalment_outcome", "agree") not in AGREED:
        return {"approved": False, **payments.answer(c, case)}
    return {"approved": True, **instalments.approve(c, case, values, str(payload["person"]))}


def pause(c: Connection, payload: Payload) -> dict[str, Any]:
    """See `payments.pause`. A case without a fine pauses nothing that would count; of a closed case nothing counts any more."""
    values, case = payload["values"], _case(c, payload)
    if case_file.of(c, case).frozen_at is not None:
        return payments.answer(c, case)
    said = {"day": values.get("pause_day"), "ground": values.get("pause_ground"), "document": values.get("document")}
    return payments.pause(c, case, said, str(payload["person"]))


def resume(c: Connection, payload: Payload) -> dict[str, Any]:
    """See `payments.resume`. What was begun after the case was closed paused nothing."""
    values, case = payload["values"], _case(c, payload)
    if case_file.of(c, case).frozen_at is not None:
        return payments.answer(c, case)
    said = {"day": values.get("resume_day"), "ground": values.get("pause_ground"), "document": values.get("document")}
    return payments.resume(c, case, said, str(payload["person"]))


def _named(refusal: InvalidValues) -> InvalidValues:
    """The same refusal in the words of the step's form."""
    return InvalidValues({PAYMENT.get(key, key): words for key, words in refusal.errors.items()}, "".join(refusal.errors.values()))


def _case(c: Connection, payload: Payload) -> int:
    return case_file.above(c, int(payload["case"]))
