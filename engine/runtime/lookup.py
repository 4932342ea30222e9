"""Finding a case by the number that people use."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.errors import NotFound
from engine.runtime.tables import process_instance

BY_NUMBER = select(
    process_instance.c.id, process_instance.c.business_key, process_instance.c.unit_path, process_instance.c.status,
    process_instance.c.title).where(process_instance.c.business_key == bindparam("number"))

TITLES = select(process_instance.c.id, process_instance.c.title).where(process_instance.c.id.in_(bindparam("ids", expanding=True)))

OF_ID = select(process_instance.c.business_key, process_instance.c.variables).where(process_instance.c.id == bindparam("i"))


@dataclass(frozen=True)
class Found:
    """What a number leads to."""

    id: int
    number: str
    unit_path: str
    status: str
    title: str


def by_number(c: Connection, number: str) -> Found:
    """The case of that number. Raises NotFound. Not scoped: whoever shows it to a person asks `access` as well."""
    row = c.execute(BY_NUMBER, {"number": number}).first()
    if row is None:
        raise NotFound(f"没有编号为“{number[:40]}”的事件，请核对后重新填写。")
    return Found(row.id, row.business_key, row.unit_path, row.status, row.title)


def titles(c: Connection, ids: Iterable[int]) -> dict[int, str]:
    """What cases are about, by id; for lists that name cases only by number. Not scoped either."""
    return {row.id: row.title for row in c.execute(TITLES, {"ids": sorted(set(ids))})}


def variable(c: Connection, instance_id: int, name: str) -> tuple[str, Any]:
    """(the case's number, the value of one of its variables or None). Raises NotFound."""
    row = c.execute(OF_ID, {"i": instance_id}).first()
    if row is None:
        raise NotFound(instance=instance_id)
    return row.business_key, (row.variables or {}).get(name)
