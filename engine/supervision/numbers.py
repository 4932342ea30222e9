"""Numbers of issued papers: without gaps and never twice, for each unit, line and year (Asia/Shanghai).

The counter's row is locked by the transaction that issues, so a paper that is not issued after all leaves no gap.
"""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.supervision.tables import number


def _next(dialect: Any) -> Any:
    first = dialect.insert(number)
    return first.on_conflict_do_update(
        index_elements=[number.c.unit_id, number.c.line, number.c.year], set_={"last": number.c.last + 1}).returning(number.c.last)


NEXT = {"sqlite": _next(sqlite), "postgresql": _next(postgresql)}


def take(c: Connection, unit_id: str, line: str) -> tuple[int, int]:
    """(year, serial) of the next paper; others who issue for the same unit wait until this transaction ends."""
    year = clock.local(clock.now()).year
    serial = c.execute(NEXT[c.dialect.name], {"unit_id": unit_id, "line": line, "year": year, "last": 1}).scalar_one()
    return year, int(serial)
