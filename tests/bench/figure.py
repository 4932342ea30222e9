"""One measured figure, its limit and its aim; how they are printed, drawn and stored."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`ratio` is value over limit. `aim` is for the ratio; None where the figure has no aim. All numbers are as measured."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    limit_is: str = ""
    aim: float | None = None
    lower_is_better: bool = True

    @property
    def ratio(self) -> float | None:
        return None if not self.limit else self.value / self.limit

    @property
    def reached(self) -> bool | None:
        if self.aim is None or self.ratio is None:
            return None
        return self.ratio <= self.aim if self.lower_is_better else self.ratio >= self.aim

    def line(self) -> str:
        text = f"{self.name:42} {self.value:12,.2f} {self.unit}"
        if self.limit is not None:
            text += f"   对照 {self.limit:,.2f}（{self.limit_is}）   比值 {self.ratio:.2f}"
        if self.aim is not None:
            text += f"   目标 {'≤' if self.lower_is_better else '≥'} {self.aim}：{'达到' if self.reached else '未达到'}"
        return text


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def median_ms(work: Iterable[Callable[[], object]]) -> float:
    return statistics.median(seconds(one) for one in work) * 1000


def chart(figures: list[Figure]) -> str:
    """Every ratio that has an aim, as bars on one scale where 1 is the limit."""
    shown = [figure for figure in figures if figure.aim is not None and figure.ratio is not None]
    height = 46 * len(shown) + 50
    scale = 300 / max([2.0, *(min(figure.ratio or 0, 4) for figure in shown)])
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {height}" font-family="sans-serif" font-size="14">',
             '<text x="10" y="24" font-size="16">与同一次运行中的对照值之比（1 为对照值，竖线为目标）</text>']
    for number, figure in enumerate(shown):
        y, width = 46 + 46 * number, min(figure.ratio or 0, 4) * scale
        colour = "#166534" if figure.reached else "#b45309"
        sign = "≤" if figure.lower_is_better else "≥"
        parts += [f'<text x="10" y="{y + 18}">{figure.name}</text>',
                  f'<rect x="400" y="{y + 4}" width="{width:.1f}" height="20" fill="{colour}"/>',
                  f'<line x1="{400 + (figure.aim or 0) * scale:.1f}" y1="{y}" x2="{400 + (figure.aim or 0) * scale:.1f}" y2="{y + 28}" '
                  'stroke="#111" stroke-width="2"/>',
                  f'<text x="{410 + width:.1f}" y="{y + 19}">{figure.ratio:.2f}（目标 {sign} {figure.aim}）</text>']
    return "\n".join([*parts, "</svg>\n"])
