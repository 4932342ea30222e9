"""Small charts as SVG, drawn on the server: no script, no inline style; every series has a shape and a dash beside its colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 40, 26, 12
BAR, NAMES = 26, 150


@dataclass(frozen=True)
class Series:
    """One line of a chart. `style` is a class of the style sheet: late, soon, opened, finished."""

    name: str
    style: str
    values: Sequence[float]


def lines(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lines over days. The numbers stand in a table beside the chart, so the picture has only a name."""
    top = _ceiling(max((value for one in series for value in one.values), default=0))
    step = (WIDTH - LEFT - 12) / max(len(labels) - 1, 1)
    parts = [*_grid(top), *_days(labels, step)]
    for one in series:
        points = [(LEFT + number * step, _y(value, top)) for number, value in enumerate(one.values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="line line-{one.style}" points="{path}"/>')
        parts += [_mark(one.style, x, y) for x, y in points]
    return _svg(title, WIDTH, HEIGHT, parts)


def bars(title: str, rows: Sequence[tuple[str, Sequence[Series]]]) -> Markup:
    """Stacked bars, one row for each name; the first value of every series counts."""
    top = max((sum(one.values[0] for one in series) for _, series in rows), default=0) or 1
    parts = []
    for number, (name, series) in enumerate(rows):
        y, x = number * BAR + 4, float(NAMES)
        parts.append(f'<text class="chart-name" x="{NAMES - 8}" y="{y + 14}" text-anchor="end">{escape(name[:11])}</text>')
        for one in series:
            width = one.values[0] / top * (WIDTH - NAMES - 60)
            parts.append(f'<rect class="bar bar-{one.style}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="18"/>')
            x += width
        words = "／".join(f"{one.values[0]:g}" for one in series)
        parts.append(f'<text class="chart-name" x="{x + 6:.1f}" y="{y + 14}">{words}</text>')
    return _svg(title, WIDTH, max(len(rows), 1) * BAR + 6, parts)


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> Markup:
    inside = "".join(parts)
    return Markup(f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{inside}</svg>')


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _ceiling(most: float) -> int:
    """A round number not below the greatest value, that four lines divide."""
    step = 1
    while step * 4 < most:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    return step * 4


def _grid(top: int) -> list[str]:
    lines = []
    for value in range(0, top + 1, top // 4):
        y = _y(value, top)
        lines.append(f'<line class="chart-grid" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>'
                     f'<text class="chart-name" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>')
    return lines


def _days(labels: Sequence[str], step: float) -> list[str]:
    every = max(1, -(-len(labels) // 8))
    return [f'<text class="chart-name" x="{LEFT + number * step:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(label)}</text>'
            for number, label in enumerate(labels) if number % every == 0]


def _mark(style: str, x: float, y: float) -> str:
    """Square, triangle, circle, cross: the shapes of the board."""
    if style == "late":
        return f'<rect class="mark mark-late" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'
    if style == "soon":
        return f'<path class="mark mark-soon" d="M{x:.1f} {y - 4:.1f}l4 7h-8z"/>'
    if style == "finished":
        return f'<circle class="mark mark-finished" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    return f'<path class="mark mark-opened" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"/>'

