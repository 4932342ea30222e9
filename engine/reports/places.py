"""Where a line lies in the tree of places: every unit above it, by level. Departments stand beside the tree and are left out."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from engine.people.directory import Unit
from engine.people.roles import TREE
from engine.people.tables import unit


class Places:
    """The tree of places as it is in this transaction, without outlines."""

    def __init__(self, c: Connection) -> None:
        known = select(unit.c.id, unit.c.level).where(unit.c.level.in_(TREE))
        self._levels: Mapping[str, str] = {row.id: row.level for row in c.execute(known)}

    def above(self, path: str) -> Sequence[str]:
        """The ids of every known unit of a path, the outermost first."""
        return [one for one in path.split("/") if one in self._levels]

    def level(self, unit_id: str) -> str:
        """The level of a known unit."""
        return self._levels[unit_id]

    def columns(self, path: str) -> dict[str, str | None]:
        """The unit of each level, as columns of a line: {"city_id": …, "town_id": …}; None where the path has none."""
        found: dict[str, str | None] = {f"{level}_id": None for level in TREE}
        return found | {f"{self._levels[one]}_id": one for one in self.above(path)}


def choices(c: Connection, below: str) -> tuple[Unit, ...]:
    """The places of a path above the grids, to choose from, in the order of the tree, without outlines."""
    query = (select(unit.c.id, unit.c.name, unit.c.level, unit.c.parent_id, unit.c.path)
             .where(unit.c.path.startswith(below, autoescape=True), unit.c.level.in_(TREE[:-1])).order_by(unit.c.path))
    return tuple(Unit(*row) for row in c.execute(query))


def children(c: Connection, unit_id: str) -> tuple[Unit, ...]:
    """The places just below one, without outlines."""
    query = (select(unit.c.id, unit.c.name, unit.c.level, unit.c.parent_id, unit.c.path)
             .where(unit.c.parent_id == unit_id, unit.c.level.in_(TREE)).order_by(unit.c.path))
    return tuple(Unit(*row) for row in c.execute(query))
