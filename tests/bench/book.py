"""The book of figures: docs/benchmark.json keeps the newest of each with its day; docs/benchmark.md and the picture are drawn from it.

Measuring everything takes more than an hour, so that parts are measured by themselves; each figure still stands beside a limit of its
own run. A whole run begins the book anew.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine import clock
from tests.bench import figure
from tests.bench.figure import Figure

FIELDS = ("name", "value", "unit", "limit", "limit_is", "aim", "lower_is_better")


class Book:
    """The figures in the order of their parts, by name."""

    def __init__(self, docs: Path, *, anew: bool) -> None:
        self.docs, self.path = docs, docs / "benchmark.json"
        rows = [] if anew or not self.path.exists() else json.loads(self.path.read_text("utf-8"))
        self.rows: dict[str, dict[str, Any]] = {row["name"]: row for row in rows}

    def enter(self, part: str, found: Iterable[Figure]) -> None:
        """Write the figures of a part down, and the page with them; what was measured before under the same names is gone."""
        for one in found:
            self.rows[one.name] = {"part": part, "day": clock.today().isoformat(), **asdict(one)}
        rows = list(self.rows.values())
        places = {name: place for place, name in enumerate(dict.fromkeys(row["part"] for row in rows))}
        rows.sort(key=lambda row: places[row["part"]])
        self.path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
        figures = [(Figure(**{key: row[key] for key in FIELDS}), str(row["day"])) for row in rows]
        (self.docs / "pictures" / "bench.svg").write_text(figure.chart([one for one, _ in figures]), "utf-8")
        (self.docs / "benchmark.md").write_text("\n".join(_page(figures)), "utf-8")


def _page(found: list[tuple[Figure, str]]) -> list[str]:
    words = ["`make bench` 测量全部项目，`python -m tests.bench 项目` 只测一部分。每个数字和它的对照值在同一次运行中测得；",
             "机器不同，绝对值不可比，只看比值。下面是在一台双核小机器上的结果，最后一列是测得的日子。"]
    heading = ["| 项目 | 测得 | 对照 | 对照是什么 | 比值 | 目标 | 日子 |", "|---|--:|--:|---|--:|---|---|"]
    rows = [f"| {one.name} | {one.value:,.2f} {one.unit} | {'' if one.limit is None else f'{one.limit:,.2f}'} | {one.limit_is} "
            f"| {'' if one.ratio is None else f'{one.ratio:.2f}'} | {_aim(one)} | {day} |" for one, day in found]
    return ["# 性能数字", "", *words, "", "![比值](pictures/bench.svg)", "", *heading, *rows, ""]


def _aim(one: Figure) -> str:
    if one.aim is None:
        return ""
    return f"{'≤' if one.lower_is_better else '≥'} {one.aim}：{'达到' if one.reached else '**未达到**'}"
