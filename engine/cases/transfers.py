"""A case that was handed to another authority: external until it is taken over or comes back. Handing it over does not close it."""

from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file
from engine.cases.case_file import EXTERNAL, FILED, PREPARING
from engine.errors import InvalidState


def send_out(c: Connection, instance_id: int) -> dict[str, Any]:
    """The letter of transfer has gone out: the file waits for the other side (移送中). A case before filing stays as it is.

    Raises InvalidState when it is out already or frozen.
    """
    one = case_file.open_file(c, instance_id)
    if one.status == EXTERNAL:
        raise InvalidState("案件已经在移送中，请先登记对方的回复。", instance=instance_id)
    if one.status == PREPARING:
        return {"case_status": PREPARING}
    case_file.change(c, instance_id, status=EXTERNAL)
    return {"case_status": EXTERNAL}


def come_back(c: Connection, instance_id: int) -> dict[str, Any]:
    """The other side has not taken it over, or gave it back for a penalty: this authority goes on. Raises InvalidState unless it is out."""
    one = case_file.open_file(c, instance_id)
    if one.status != EXTERNAL:
        raise InvalidState("案件没有在移送中。", instance=instance_id)
    case_file.change(c, instance_id, status=FILED)
    return {"case_status": FILED}
