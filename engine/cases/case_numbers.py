"""案号: the number of a penalty case, without gaps and never twice for each town and year (Asia/Shanghai).

The counter's row is locked by the transaction that files the case, so a filing that fails leaves no gap.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from engine.cases.case_tables import penalty_number
from engine.people.directory import Unit

CHARACTER = "案"
PREFIX = "document_prefix"
"""The parameter with a town's own words before a number, for instance 青石综执."""


def _next(dialect: Any) -> Any:
    first = dialect.insert(penalty_number)
    return first.on_conflict_do_update(
        index_elements=[penalty_number.c.unit_id, penalty_number.c.year], set_={"last": penalty_number.c.last + 1}
    ).returning(penalty_number.c.last)


NEXT = {"sqlite": _next(sqlite), "postgresql": _next(postgresql)}


def take(c: Connection, town: Unit, day: dt.date, param: Mapping[str, Any]) -> str:
    """The next number of a town in the year of `day`, for instance 青石镇综执案〔2026〕12号."""
    serial = c.execute(NEXT[c.dialect.name], {"unit_id": town.id, "year": day.year, "last": 1}).scalar_one()
    return f"{param.get(PREFIX) or town.name + '综执'}{CHARACTER}〔{day.year}〕{serial}号"
