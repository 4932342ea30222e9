"""Small charts, measured here and drawn as SVG by `macros/chart.html`: no script, no inline style; every series has a shape and a
dash beside its colour."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 40, 26, 12
BAR, NAMES, LONGEST_NAME = 26, 150, 11


@dataclass(frozen=True)
class Series:
    """One line of a chart. `style` is a class of the style sheet: late, soon, opened, finished."""

    name: str
    style: str
    values: Sequence[float]


@dataclass(frozen=True)
class Line:
    """A series on the paper."""

    style: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Lines:
    """Lines over days. `grid` are (height, number), `days` are (place, name). The numbers stand in a table beside the chart."""

    title: str
    grid: tuple[tuple[float, int], ...]
    days: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


@dataclass(frozen=True)
class Bars:
    """Stacked bars. Every row: (height, name, pieces as (style, begin, width), end, numbers in words)."""

    title: str
    rows: tuple[tuple[int, str, tuple[tuple[str, float, float], ...], float, str], ...]
    height: int
    width: int = WIDTH
    left: int = NAMES


def lines(title: str, labels: Sequence[str], series: Sequence[Series]) -> Lines:
    """A chart of lines, one value for every label."""
    top = _ceiling(max((value for one in series for value in one.values), default=0))
    step = (WIDTH - LEFT - 12) / max(len(labels) - 1, 1)
    every = max(1, -(-len(labels) // 8))
    return Lines(
        title, tuple((_y(value, top), value) for value in range(0, top + 1, top // 4)),
        tuple((round(LEFT + number * step, 1), label) for number, label in enumerate(labels) if number % every == 0),
        tuple(Line(one.style, tuple((round(LEFT + number * step, 1), _y(value, top)) for number, value in enumerate(one.values)))
              for one in series))


def bars(title: str, rows: Sequence[tuple[str, Sequence[Series]]]) -> Bars:
    """A chart of stacked bars, one row for each name; the first value of every series counts."""
    most = max((sum(one.values[0] for one in series) for _, series in rows), default=0) or 1
    drawn = []
    for number, (name, series) in enumerate(rows):
        begin, pieces = float(NAMES), []
        for one in series:
            width = one.values[0] / most * (WIDTH - NAMES - 60)
            pieces.append((one.style, round(begin, 1), round(width, 1)))
            begin += width
        words = "／".join(f"{one.values[0]:g}" for one in series)
        drawn.append((number * BAR + 4, name[:LONGEST_NAME], tuple(pieces), round(begin, 1), words))
    return Bars(title, tuple(drawn), max(len(rows), 1) * BAR + 6)


def _y(value: float, top: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)


def _ceiling(most: float) -> int:
    """A round number not below the greatest value, that four lines divide."""
    step = 1
    while step * 4 < most:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step * 4
