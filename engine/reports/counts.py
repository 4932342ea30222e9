"""How many open lines there are of each kind below each unit; changed together with the lines, in the same transaction.

Facets of steps: "all" (key ""), "link", "holder", "office", "matter", and "town", "area", "village", "grid" by unit id.
Facets of statutory clocks: "clocks" (key ""), "rule". Cases that nobody holds: "idle" (key "").
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.reports.places import Places
from engine.reports.tables import board_count

LEVELS = ("late", "soon", "fine", "none", "stopped")
NUMBERS = (*LEVELS, "total")
STEP, CLOCK, IDLE = 0, 10, 20
"""Where the ranks of each kind of line begin: rank = beginning + place in LEVELS."""

Key = tuple[str, str, str]


@dataclass
class Tally:
    """Changes of counts, gathered and then written at once. The order of keys is fixed, so that two writers never wait in a circle."""

    places: Places
    changes: dict[Key, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: dict.fromkeys(NUMBERS, 0)))

    def add(self, line: Mapping[str, Any], sign: int) -> None:
        """Count a line (1) or no longer (-1)."""
        kind, level = line["rank"] // CLOCK * CLOCK, LEVELS[line["rank"] % CLOCK]
        above = self.places.above(line["unit_path"])
        for number, scope in enumerate(above):
            for facet, key in self._facets(kind, line, above[number + 1:]):
                numbers = self.changes[scope, facet, key]
                numbers[level] += sign
                numbers["total"] += sign

    def _facets(self, kind: int, line: Mapping[str, Any], below: Sequence[str]) -> Iterator[tuple[str, str]]:
        if kind == CLOCK:
            yield from (("clocks", ""), ("rule", line["rule"]))
        elif kind == IDLE:
            yield "idle", ""
        else:
            yield "all", ""
            yield from ((facet, line[facet]) for facet in ("link", "holder", "office", "matter"))
            yield from ((self.places.level(one), one) for one in below)

    def write(self, c: Connection) -> None:
        """Add the changes to the table. A group that has come to nothing stays as a row of noughts until `tidy`."""
        changed = sorted(key for key, numbers in self.changes.items() if any(numbers.values()))
        if changed:
            rows = [{"scope_id": s, "facet": f, "key": k, **self.changes[s, f, k]} for s, f, k in changed]
            c.execute(_add(c.dialect.name), rows)
        self.changes.clear()


def tidy(c: Connection) -> None:
    """Remove groups that have come to nothing."""
    c.execute(delete(board_count).where(board_count.c.total == 0))


def _add(dialect: str) -> Any:
    made = postgresql.insert(board_count) if dialect == "postgresql" else sqlite.insert(board_count)
    numbers = {name: board_count.c[name] + made.excluded[name] for name in NUMBERS}
    return made.on_conflict_do_update(index_elements=["scope_id", "facet", "key"], set_=numbers)


@dataclass(frozen=True)
class Group:
    """Lines of one link, unit, person, matter or rule, counted by level."""

    key: str
    name: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def of(c: Connection, scopes: Sequence[str], facet: str, *, limit: int = 0, skip: int = 0) -> tuple[Group, ...]:
    """The groups of one facet below some units, most late ones first; all of them without a limit. Named by their keys."""
    t = board_count.c
    if len(scopes) == 1:
        query = (select(t.key, *(t[level] for level in LEVELS)).where(t.scope_id == scopes[0], t.facet == facet, t.total > 0)
                 .order_by(t.late.desc(), t.total.desc(), t.key))
        rows = c.execute(query.limit(limit).offset(skip) if limit else query).all()
        return tuple(Group(row[0], row[0], dict(zip(LEVELS, row[1:], strict=True))) for row in rows)
    merged = _merged(group for scope in scopes for group in of(c, [scope], facet))
    return merged[skip:skip + limit] if limit else merged


def _merged(groups: Iterable[Group]) -> tuple[Group, ...]:
    sums: dict[str, dict[str, int]] = {}
    for group in groups:
        numbers = sums.setdefault(group.key, dict.fromkeys(LEVELS, 0))
        for level, number in group.counts.items():
            numbers[level] += number
    found = [Group(key, key, numbers) for key, numbers in sums.items()]
    return tuple(sorted(found, key=lambda g: (-g.counts["late"], -g.total, g.key)))


def one(c: Connection, scopes: Sequence[str], facet: str, key: str = "") -> Mapping[str, int]:
    """The counts by level of one group, noughts when there is none."""
    t = board_count.c
    rows = c.execute(select(*(t[level] for level in LEVELS)).where(t.scope_id.in_(scopes), t.facet == facet, t.key == key)).all()
    return {level: sum(row[number] for row in rows) for number, level in enumerate(LEVELS)}


def crossed(c: Connection, scopes: Sequence[str], facet: str) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """The counts of several units side by side: {(unit id, key): counts}."""
    t = board_count.c
    query = select(t.scope_id, t.key, *(t[level] for level in LEVELS))
    rows = c.execute(query.where(t.scope_id.in_(scopes), t.facet == facet, t.total > 0))
    return {(row[0], row[1]): dict(zip(LEVELS, row[2:], strict=True)) for row in rows}
