"""Lists that leave the system: what a person may see of them, and a record of who took them out."""

from sqlalchemy import Connection

from engine.cases import case_list, money_list
from engine.cases.case_list import Asked, Line
from engine.cases.money_list import Account
from engine.people import Participant
from engine.supervision import audit


def penalty_cases(c: Connection, by: Participant, asked: Asked) -> tuple[Line, ...]:
    """All penalty cases of a list, at most `case_list.EXPORT_LIMIT`; the record says who, how many, and with which filters."""
    found = case_list.every(c, by, asked)
    audit.note(c, by, "exported", f"{by.name}导出处罚案件 {len(found)} 件（{case_list.said(asked)}）。", rows=len(found))
    return found


def money(c: Connection, by: Participant, words: str, state: str) -> tuple[Account, ...]:
    """The money of the clerk's towns as a list, at most `money_list.EXPORT_LIMIT`; recorded in the same way."""
    found = money_list.every(c, by, words, state)
    audit.note(c, by, "exported", f"{by.name}导出罚没台账 {len(found)} 件（{money_list.said(words, state)}）。", rows=len(found))
    return found
