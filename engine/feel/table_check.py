"""Checks of a decision table: overlapping rows, gaps, rows that never match, cells of the wrong type (LD02 to LD05).

Each column is cut into finitely many representative values (every value named in it, one between each two numbers, one that is
named nowhere). What holds for those holds for all values, as long as a column's cells can be compared. A cell that is any other
FEEL text is taken as "perhaps": it never makes an overlap and always closes a gap, so the checks may be silent but are not wrong.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice

from engine.feel.cells import Cell, Interval, Literal, Value, literal, type_of
from engine.feel.dmn import Decision, Input, Problem, Table

MOST = 20  # findings of one kind in one table
BUDGET = 50_000  # steps of one search; larger tables are judged as far as that goes
ALL = 200_000  # steps of the searches for all rows of one table together
OTHER = "其他值"
_CHECKED_TYPES = frozenset({"string", "number", "boolean"})
_TEXT_BOUND_TYPES = frozenset({"date", "dateTime", "time", "dayTimeDuration", "yearMonthDuration"})
_ONE_ROW = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})


Places = int
"""Places of values in a column, or rows of a table, as the bits of a number."""


@dataclass(frozen=True)
class Column:
    """The representative values of one input; numbers stand in ascending order."""

    label: str
    values: tuple[Value, ...]

    @cached_property
    def all(self) -> Places:
        """Every place."""
        return (1 << len(self.values)) - 1

    @cached_property
    def _literals(self) -> dict[tuple[str, Value], Places]:
        return {(type_of(value), value): 1 << place for place, value in enumerate(self.values)}

    @cached_property
    def _numbers(self) -> tuple[list[float], list[int]]:
        found = [(float(value), place) for place, value in enumerate(self.values) if type_of(value) == "number" and value is not None]
        return [value for value, _ in found], [place for _, place in found]

    def fits(self, cell: Cell) -> Places:
        """The values that a comparable cell accepts."""
        if not cell.parts:
            return self.all
        found = 0
        for part in cell.parts:
            found |= self._literals.get((type_of(part.value), part.value), 0) if isinstance(part, Literal) else self._between(part)
        return self.all ^ found if cell.negated else found

    def _between(self, part: Interval) -> Places:
        numbers, places = self._numbers
        first = 0 if part.low is None else (bisect_left if part.low_in else bisect_right)(numbers, part.low)
        last = len(numbers) if part.high is None else (bisect_right if part.high_in else bisect_left)(numbers, part.high)
        return ((1 << (places[last - 1] + 1)) - (1 << places[first])) if first < last else 0


def check(decision: Decision) -> Iterator[Problem]:
    """All findings about a decision; a literal expression has none."""
    table = decision.table
    if table is None:
        return
    columns = [_column(one, [rule.tests[place] for rule in table.rules]) for place, one in enumerate(table.inputs)]
    fits = [[None if cell.parts is None else column.fits(cell) for cell, column in zip(rule.tests, columns, strict=True)]
            for rule in table.rules]
    yield from islice(_wrong_types(decision, table), MOST)
    yield from islice(_overlaps(decision, table, fits), MOST)
    yield from _gaps(decision, table, columns, fits)
    yield from islice(_dead_rows(decision, table, columns, fits), MOST)


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


Fits = Sequence[Sequence[Places | None]]
"""Row → column → the values that its cell accepts; None for a cell that only an evaluation can judge."""


def _overlaps(decision: Decision, table: Table, fits: Fits) -> Iterator[Problem]:
    if table.policy not in ("UNIQUE", "ANY"):
        return
    free = [[cell.is_any for cell in rule.tests] for rule in table.rules]
    for first, second in combinations(range(len(table.rules)), 2):
        if table.policy == "ANY" and table.rules[first].outputs == table.rules[second].outputs:
            continue
        if all(_meet(a, b) or x and y for a, b, x, y in zip(fits[first], fits[second], free[first], free[second], strict=True)):
            message = f"决策表“{decision.name}”第 {first + 1}、{second + 1} 行同时成立，请改到互不重叠"
            yield Problem("LD02", "error", decision.id, message)


def _meet(a: Places | None, b: Places | None) -> bool:
    return a is not None and b is not None and bool(a & b)


class _Search:
    """Looks for a combination of values that none of the rows accepts, narrowing the rows column by column."""

    def __init__(self, columns: Sequence[Column], fits: Fits, perhaps: bool) -> None:
        """`perhaps`: whether a cell that cannot be compared counts as accepting."""
        self._columns = columns
        self._accepts = [_by_value(column, [row[place] for row in fits], perhaps) for place, column in enumerate(columns)]
        self._every = (1 << len(fits)) - 1
        self._full: set[tuple[int, Places]] = set()
        self._budget = BUDGET

    @property
    def gave_up(self) -> bool:
        """Whether the budget ended first, so that finding nothing proves nothing."""
        return self._budget <= 0

    def uncovered(self) -> tuple[Value, ...] | None:
        """A combination that no row accepts, or None."""
        return self._look(0, self._every, [column.all for column in self._columns])

    def covers(self, rows: int, within: Sequence[Places], budget: int) -> bool:
        """Whether the first rows surely accept everything within these places."""
        self._full, self._budget = set(), budget
        return self._look(0, (1 << rows) - 1, within) is None and not self.gave_up

    def _look(self, column: int, rules: Places, places: Sequence[Places]) -> tuple[Value, ...] | None:
        if column == len(places):
            return None if rules else ()
        if (column, rules) in self._full or self._budget <= 0:
            return None
        for place in _bits(places[column]):
            self._budget -= 1
            rest = self._look(column + 1, rules & self._accepts[column][place], places)
            if rest is not None:
                return (self._columns[column].values[place], *rest)
        self._full.add((column, rules))
        return None


def _by_value(column: Column, fits: Sequence[Places | None], perhaps: bool) -> list[Places]:
    """For each value of a column the rows that accept it."""
    found = [0] * len(column.values)
    for row, places in enumerate(fits):
        accepted = (column.all if perhaps else 0) if places is None else places
        for place in _bits(accepted):
            found[place] |= 1 << row
    return found


def _bits(places: Places) -> Iterator[int]:
    """The places, in order."""
    return (place for place, bit in enumerate(reversed(f"{places:b}")) if bit == "1")


def _gaps(decision: Decision, table: Table, columns: Sequence[Column], fits: Fits) -> Iterator[Problem]:
    if table.policy not in _ONE_ROW or any(output.default for output in table.outputs):
        return
    gap = _Search(columns, fits, perhaps=True).uncovered()
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


def _dead_rows(decision: Decision, table: Table, columns: Sequence[Column], fits: Fits) -> Iterator[Problem]:
    earlier = _Search(columns, fits, perhaps=False) if table.policy == "FIRST" else None
    budget = min(BUDGET, ALL // max(1, len(table.rules)))
    for row, places in enumerate(fits):
        dead = any(one == 0 for one in places)
        if not dead and earlier is not None:
            within = [column.all if one is None else one for one, column in zip(places, columns, strict=True)]
            dead = earlier.covers(row, within, budget)
        if dead:
            yield Problem("LD04", "warning", decision.id, f"决策表“{decision.name}”第 {row + 1} 行永远不会命中，请删除或调整")


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
