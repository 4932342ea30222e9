"""What a diagram may ask of the case files, by name: `cases.link_duplicate`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import findings


def link_duplicate(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Note the case `case_number` as a duplicate of `duplicate_of`, both by number. Answers {"main": number}."""
    return findings.merge(c, str(payload["case_number"]), str(payload["duplicate_of"]))
