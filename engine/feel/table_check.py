"""Checks of a decision table: overlapping rows, gaps, rows that never match, cells of the wrong type (LD02 to LD05).

Each column is cut into finitely many representative values (every value named in it, one between each two numbers, one that is
named nowhere). What holds for those holds for all values, as long as a column's cells can be compared. A cell that is any other
FEEL text is taken as "perhaps": it never makes an overlap and always closes a gap, so the checks may be silent but are not wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.feel.cells import Cell, Interval, Literal, Value, literal, type_of
from engine.feel.dmn import Decision, Input, Problem, Rule, Table

MOST = 20  # findings of one kind in one table
BUDGET = 50_000  # steps of one search; larger tables are judged as far as that goes
OTHER = "其他值"
_CHECKED_TYPES = frozenset({"string", "number", "boolean"})
_TEXT_BOUND_TYPES = frozenset({"date", "dateTime", "time", "dayTimeDuration", "yearMonthDuration"})
_ONE_ROW = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})


@dataclass(frozen=True)
class Column:
    """The representative values of one input."""

    label: str
    values: tuple[Value, ...]

    def fits(self, cell: Cell) -> frozenset[int]:
        """Places of the values that a comparable cell accepts."""
        return frozenset(place for place, value in enumerate(self.values) if cell.holds(value))


def check(decision: Decision) -> Iterator[Problem]:
    """All findings about a decision; a literal expression has none."""
    table = decision.table
    if table is None:
        return
    columns = [_column(one, [rule.tests[place] for rule in table.rules]) for place, one in enumerate(table.inputs)]
    yield from _wrong_types(decision, table)
    yield from _overlaps(decision, table, columns)
    yield from _gaps(decision, table, columns)
    yield from _dead_rows(decision, table, columns)


def _column(one: Input, tests: Sequence[Cell]) -> Column:
    parts = [part for cell in [one.values, *tests] for part in cell.parts or ()]
    literals = {part.value for part in parts if isinstance(part, Literal)}
    texts: list[Value] = [*sorted(value for value in literals if isinstance(value, str))]
    numbers = sorted({float(n) for n in literals if type_of(n) == "number" and n is not None} | _bounds(parts))
    values: list[Value] = texts + [*_between(numbers)]
    if one.type == "boolean" or literals & {True, False} and not numbers and not texts:
        values = [True, False]
    elif not numbers and not (one.values.parts and texts):
        values.append(OTHER)
    if one.values.parts:
        values = [value for value in values if one.values.holds(value)] or values
    return Column(one.label, tuple(values))


def _bounds(parts: Sequence[Interval | Literal]) -> set[float]:
    intervals = [part for part in parts if isinstance(part, Interval)]
    return {bound for part in intervals for bound in (part.low, part.high) if bound is not None}


def _between(numbers: Sequence[float]) -> list[float]:
    if not numbers:
        return []
    middles = [(a + b) / 2 for a, b in zip(numbers, numbers[1:], strict=False)]
    return sorted([numbers[0] - 1, *numbers, *middles, numbers[-1] + 1])


def _overlaps(decision: Decision, table: Table, columns: Sequence[Column]) -> Iterator[Problem]:
    if table.policy not in ("UNIQUE", "ANY"):
        return
    found = 0
    for (first, a), (second, b) in combinations(enumerate(table.rules, 1), 2):
        if table.policy == "ANY" and a.outputs == b.outputs:
            continue
        if found < MOST and all(_meet(x, y, column) for x, y, column in zip(a.tests, b.tests, columns, strict=True)):
            found += 1
            yield Problem("LD02", "error", decision.id, f"决策表“{decision.name}”第 {first}、{second} 行同时成立，请改到互不重叠")


def _meet(a: Cell, b: Cell, column: Column) -> bool:
    if a.is_any and b.is_any:
        return True
    if a.parts is None or b.parts is None:
        return False
    return bool(column.fits(a) & column.fits(b))


class _Search:
    """Looks for a combination of values that none of the rows accepts, narrowing the rows column by column."""

    def __init__(self, rules: Sequence[Rule], columns: Sequence[Column], perhaps: bool) -> None:
        """`perhaps`: whether a cell that cannot be compared counts as accepting."""
        self._columns = columns
        self._accepts = [
            [self._accepted(cell, column, perhaps) for cell, column in zip(rule.tests, columns, strict=True)] for rule in rules
        ]
        self._full: set[tuple[int, frozenset[int]]] = set()
        self._budget = BUDGET

    @staticmethod
    def _accepted(cell: Cell, column: Column, perhaps: bool) -> frozenset[int]:
        if cell.parts is None:
            return frozenset(range(len(column.values))) if perhaps else frozenset()
        return column.fits(cell)

    @property
    def gave_up(self) -> bool:
        """Whether the budget ended first, so that finding nothing proves nothing."""
        return self._budget <= 0

    def uncovered(self, within: Sequence[frozenset[int]] | None = None) -> tuple[Value, ...] | None:
        """An uncovered combination, or None; `within` limits each column to some places."""
        places = [frozenset(range(len(column.values))) for column in self._columns] if within is None else within
        return self._look(0, frozenset(range(len(self._accepts))), places)

    def _look(self, column: int, rules: frozenset[int], places: Sequence[frozenset[int]]) -> tuple[Value, ...] | None:
        if column == len(places):
            return None if rules else ()
        if (column, rules) in self._full or self._budget <= 0:
            return None
        for place in sorted(places[column]):
            self._budget -= 1
            rest = self._look(column + 1, frozenset(r for r in rules if place in self._accepts[r][column]), places)
            if rest is not None:
                return (self._columns[column].values[place], *rest)
        self._full.add((column, rules))
        return None


def _gaps(decision: Decision, table: Table, columns: Sequence[Column]) -> Iterator[Problem]:
    if table.policy not in _ONE_ROW or any(output.default for output in table.outputs):
        return
    gap = _Search(table.rules, columns, perhaps=True).uncovered()
    if gap is not None:
        example = "，".join(f"{column.label} = {_show(value)}" for column, value in zip(columns, gap, strict=True))
        message = f"决策表“{decision.name}”有未覆盖的输入，例如 {example or '任何输入'}。请补一行或设默认结果"
        yield Problem("LD03", "warning", decision.id, message)


def _show(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:g}"
    return str(value)


def _dead_rows(decision: Decision, table: Table, columns: Sequence[Column]) -> Iterator[Problem]:
    for number, rule in enumerate(table.rules, 1):
        fits = [None if cell.parts is None else column.fits(cell) for cell, column in zip(rule.tests, columns, strict=True)]
        dead = any(places is not None and not places for places in fits)
        if not dead and table.policy == "FIRST":
            within = [frozenset(range(len(c.values))) if p is None else p for p, c in zip(fits, columns, strict=True)]
            earlier = _Search(table.rules[: number - 1], columns, perhaps=False)
            dead = earlier.uncovered(within) is None and not earlier.gave_up
        if dead:
            yield Problem("LD04", "warning", decision.id, f"决策表“{decision.name}”第 {number} 行永远不会命中，请删除或调整")


def _wrong_types(decision: Decision, table: Table) -> Iterator[Problem]:
    width = len(table.inputs)
    for number, rule in enumerate(table.rules, 1):
        tests = enumerate(zip(rule.tests, table.inputs, strict=True), 1)
        wrong = [place for place, (cell, one) in tests if not _fits_type(cell, one.type)]
        for place, (text, output) in enumerate(zip(rule.outputs, table.outputs, strict=True), width + 1):
            value = literal(text)
            if value is not None and not _fits_type(Cell(text, (value,)), output.type):
                wrong.append(place)
        for place in wrong:
            message = f"决策表“{decision.name}”第 {number} 行第 {place} 列的值类型不符，请按该列的类型填写"
            yield Problem("LD05", "error", decision.id, message)


def _fits_type(cell: Cell, type_: str) -> bool:
    """Whether plain values suit the column; text in a column of dates never matches a date."""
    found = {_type_of_part(part) for part in cell.parts or ()} - {""}
    if type_ in _CHECKED_TYPES:
        return found <= {type_}
    return type_ not in _TEXT_BOUND_TYPES or not found


def _type_of_part(part: Interval | Literal) -> str:
    return "number" if isinstance(part, Interval) else type_of(part.value)
