"""What a diagram may ask of the case files, by name: `cases.link_duplicate`, `cases.begin_penalty`, `cases.report_outcome`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import findings, outcome
from engine.runtime import lookup

NEEDS = {
    "link_duplicate": {"case_number": "并入的事件编号", "duplicate_of": "主事件编号"},
    "begin_penalty": {"finding": "来源事件编号，一般写 case.number"},
    "report_outcome": {"penalty": "处罚案件的编号"},
}
"""What each cannot do without, as the diagram passes it."""


def link_duplicate(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Note the case `case_number` as a duplicate of `duplicate_of`, both by number. Answers {"main": number}."""
    return findings.merge(c, str(payload["case_number"]), str(payload["duplicate_of"]))


def begin_penalty(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Open a penalty case from the finding `finding` (its number), with `item`, `officer`, `assistant` and whatever the start form of
    the penalty process asks beside; what the finding knows fills the rest. Answers {"penalty", "penalty_number"}."""
    return outcome.begin_from_finding(c, payload)


def report_outcome(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the findings of the penalty case `penalty` (its number, or its instance) how it ended: message `penalty_ended`, correlated by
    `case_number`. Answers {"told": how many}."""
    known = str(payload["penalty"])
    return outcome.report(c, int(known) if known.isdigit() else lookup.by_number(c, known).id)
