"""What kinds of problem there are, as data: codes of the local code system with their attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from engine.cases.tables import category
from engine.errors import InvalidValues


@dataclass(frozen=True)
class Category:
    """One kind of problem. `simple`: the village has the shorter limit; `safety`, `direct`: it goes straight to the team."""

    code: str
    code_system: str
    display: str
    group_name: str
    simple: bool
    safety: bool
    direct: bool
    hint: str


def load(c: Connection, document: Mapping[str, Any]) -> int:
    """Replace the categories by those of a parsed categories.toml; returns how many. Raises InvalidValues naming the row."""
    rows = []
    for number, entry in enumerate(document.get("categories", ()), 1):
        try:
            rows.append({"code": str(entry["code"]), "code_system": str(entry["code_system"]), "display": str(entry["display"]),
                         "group_name": str(entry["group"]), "hint": str(entry.get("hint", "")), "sort": number,
                         **{flag: bool(entry[flag]) for flag in ("simple", "safety", "direct")}})
        except KeyError as missing:
            raise InvalidValues({f"categories.{number}": f"第 {number} 个类别缺少 {missing}。"}) from missing
    c.execute(delete(category))
    if rows:
        c.execute(insert(category), rows)
    return len(rows)


def every(c: Connection) -> tuple[Category, ...]:
    """All categories in their order."""
    return tuple(_category(row) for row in c.execute(select(category).order_by(category.c.sort)))


def of(c: Connection, code: str) -> Category:
    """One category. Raises InvalidValues for an unknown code."""
    row = c.execute(select(category).where(category.c.code == code)).first()
    if row is None:
        raise InvalidValues({"category": "没有这个问题类别，请重新选择。"})
    return _category(row)


def _category(row: Any) -> Category:
    return Category(row.code, row.code_system, row.display, row.group_name, row.simple, row.safety, row.direct, row.hint)
