"""Run every measurement, print it, draw it, store it."""

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench import (
    board,
    cases,
    deadlines,
    documents,
    dossier,
    figure,
    in_memory,
    moves,
    proof,
    redating,
    scaling,
    signs,
    studio,
    transactions,
    waking,
)
from tests.bench.figure import Figure
from tests.bench.stores import Store, stores

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> None:
    """Everything, or what is named: `redating`, or smaller than usual: `redating=5000`."""
    found: list[Figure] = []
    wanted = {name: int(size) if size else None for name, _, size in (one.partition("=") for one in arguments)}

    def take(name: str, work: Callable[[], list[Figure]]) -> None:
        if not wanted or name in wanted:
            for one in work():
                print(one.line(), flush=True)
                found.append(one)

    take("engine", in_memory.measure)
    take("deadlines", deadlines.measure)
    take("proof", proof.measure)
    take("studio", studio.page)
    take("studio", studio.memory)
    take("signs", signs.measure)
    take("dossier", dossier.measure)
    take("documents", documents.measure)
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)) as both:
        for store in both:
            _each(store, take, wanted)
        fresh = both[0].copy()
        fresh.open().close()
        take("start", lambda: waking.starting(str(fresh.url)))
    figure.store(found, ROOT / "build" / "bench.json")
    if not wanted:
        (ROOT / "docs" / "pictures" / "bench.svg").write_text(figure.chart(found), "utf-8")
        _page(found)


def _each(store: Store, take: Callable[[str, Callable[[], list[Figure]]], None], sizes: Mapping[str, int | None]) -> None:
    empty = store.copy()
    take("transactions", lambda: transactions.measure(store.copy()))
    take("scaling", lambda: scaling.measure(store))
    take("documents", lambda: documents.numbers(store))
    take("timers", lambda: waking.measure(store))
    take("board", lambda: board.measure(store, sizes.get("board") or board.CLOSED))
    take("cases", lambda: cases.measure(store, sizes.get("cases") or cases.OPEN))
    take("moves", lambda: moves.measure(empty, sizes.get("moves") or moves.CASES))
    take("studio", lambda: studio.measure(store, sizes.get("studio") or studio.CASES))
    take("redating", lambda: redating.measure(empty, sizes.get("redating") or redating.OPEN))


def _page(found: list[Figure]) -> None:
    rows = [f"| {one.name} | {one.value:,.2f} {one.unit} | {'' if one.limit is None else f'{one.limit:,.2f}'} | {one.limit_is} "
            f"| {'' if one.ratio is None else f'{one.ratio:.2f}'} | {_aim(one)} |" for one in found]
    words = ["`make bench` 在同一次运行中测得每个数字和它的对照值；机器不同，绝对值不可比，只看比值。",
             "下面是最近一次在一台双核小机器上的结果。"]
    heading = ["| 项目 | 测得 | 对照 | 对照是什么 | 比值 | 目标 |", "|---|--:|--:|---|--:|---|"]
    text = ["# 性能数字", "", *words, "", "![比值](pictures/bench.svg)", "", *heading, *rows, ""]
    (ROOT / "docs" / "benchmark.md").write_text("\n".join(text), "utf-8")


def _aim(one: Figure) -> str:
    if one.aim is None:
        return ""
    return f"{'≤' if one.lower_is_better else '≥'} {one.aim}：{'达到' if one.reached else '**未达到**'}"


if __name__ == "__main__":
    main(sys.argv[1:])
