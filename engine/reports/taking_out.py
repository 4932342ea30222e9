"""Lists that leave the system: what a person may see of them, and a record of who took them out."""

from sqlalchemy import Connection

from engine.cases import case_list
from engine.cases.case_list import Asked, Line
from engine.people import Participant
from engine.supervision import audit


def penalty_cases(c: Connection, by: Participant, asked: Asked) -> tuple[Line, ...]:
    """All penalty cases of a list, at most `case_list.EXPORT_LIMIT`; the record says who, how many, and with which filters."""
    found = case_list.every(c, by, asked)
    audit.note(c, by, "exported", f"{by.name}导出处罚案件 {len(found)} 件（{case_list.said(asked)}）。", rows=len(found))
    return found
